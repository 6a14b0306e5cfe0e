// A plan of ten thousand jobs is listed within 300 MB, in text and as JSON, and nothing is written for it.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cli, writeTinyStudy } from "../support/cli.ts";

const preload = pathToFileURL(join(import.meta.dirname, "../support/peak-memory.mjs")).href;
const [doses, replicates] = [20, 40];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-plan-"));
  await writeTinyStudy(folder, (text) =>
    text
      .replace(/doses:.*/u, `doses: [${Array.from({ length: doses }, (_, k) => 1000 * (k + 1)).join(", ")}]`)
      .replace(/arms:.*/u, 'arms: [epie, rpie, dm, raar, lsqml, ml, mpie, steps, mean-pattern, "null"]')
      .replace(/ {2}dense:.*/u, "  dense: null")
      .replace(/ {2}sparse:.*/u, "  sparse: null")
      .concat(`replicates: ${replicates}\n`),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([[], ["--json"]])("listed with %j", async (...flags) => {
  const file = join(folder, "peak");
  const { code, stdout, stderr } = await cli(["run", "tiny.yaml", "--dry-run", ...flags], {
    cwd: folder,
    env: { NODE_OPTIONS: `--import=${preload}`, PEAK_MEMORY_FILE: file },
  });
  expect(code, stderr).toBe(0);
  // A cell has its frames, its views, ten reconstructions and their comparison.
  const jobs = doses * replicates * 13;
  expect(jobs).toBeGreaterThan(10_000);
  if (flags.length > 0) expect(JSON.parse(stdout).jobs).toHaveLength(jobs);
  else expect(stdout).toContain(`\n${jobs} jobs, none was run`);
  expect(Number(await readFile(file, "utf8"))).toBeLessThan(300e6);
  await writeFile(file, "");
  expect((await readdir(folder)).toSorted()).toEqual(["peak", "tiny.yaml"]);
});
