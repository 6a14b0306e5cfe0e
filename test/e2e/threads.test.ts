// `doselap run --threads`: engines compute in as many threads, no byte of a result depends on it, and no job is done again for it.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cli, fingerprints, writeTinyStudy } from "../support/cli.ts";

let folder: string;
let study: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-threads-"));
  study = await writeTinyStudy(folder, (text) =>
    text
      .replace(/arms:.*/u, 'arms: [steps, rpie, "null"]')
      .replace(/doses:.*/u, "doses: [1000]")
      .replace(/ {2}baseline:.*/u, "  baseline: null")
      .replace(/ {2}sparse:.*/u, "  sparse: null"),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const recorder = pathToFileURL(resolve(import.meta.dirname, "../support/record-threads.mjs")).href;

/** Runs the study; gives the answer, and how many threads of kernels were begun. */
async function run(out: string, ...flags: string[]) {
  const file = join(folder, `${out}.threads`);
  await writeFile(file, "");
  const { code, stdout, stderr } = await cli(["run", study, "--out", out, "--json", ...flags], {
    cwd: folder,
    env: { NODE_OPTIONS: `--import=${recorder}`, RECORD_THREADS: file },
  });
  expect(code, stderr).toBe(0);
  const begun = (await readFile(file, "utf8")).split("\n").filter((line) => line.endsWith("pool-worker.js"));
  return { answer: JSON.parse(stdout), kernelThreads: begun.length };
}

test("1, 2 and 3 threads, with one worker and two: the same bytes, and the threads were there", async () => {
  const one = await run("one", "--workers", "2");
  expect(one.kernelThreads).toBe(0);
  const whole = await fingerprints(join(folder, "one"));
  // The engine and the baseline each open kernels.
  expect((await run("two", "--workers", "2", "--threads", "2")).kernelThreads).toBeGreaterThanOrEqual(2);
  expect(await fingerprints(join(folder, "two"))).toEqual(whole);
  expect((await run("three", "--workers", "1", "--threads", "3")).kernelThreads).toBeGreaterThanOrEqual(4);
  expect(await fingerprints(join(folder, "three"))).toEqual(whole);

  const again = (await run("one", "--threads", "2")).answer;
  expect(again.reused).toBe(again.done);
});

test("without --workers as many jobs run at a time as leave each its threads on cores of its own", async () => {
  const workersOf = async (out: string): Promise<number> => {
    const journal = await readFile(join(folder, out, "events.jsonl"), "utf8");
    return JSON.parse(journal.split("\n")[0]!).workers;
  };
  await run("cores", "--stage", "plan", "--threads", String(availableParallelism()));
  expect(await workersOf("cores")).toBe(1);
  await run("each", "--stage", "plan");
  expect(await workersOf("each")).toBe(availableParallelism());
  await run("told", "--stage", "plan", "--threads", "4", "--workers", "3");
  expect(await workersOf("told")).toBe(3);
});
