// Workers that die or run out of memory, and a clock that jumps: the job says why, the others go on, the next run is whole.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fingerprints } from "../support/cli.ts";
import {
  doselap,
  expectOneLine,
  halfFiles,
  leftovers,
  timesDone,
  writeSmallStudy,
} from "../support/injure.ts";

let folder: string;
let study: string;
let undisturbed: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-workers-"));
  study = await writeSmallStudy(folder);
  await doselap(["run", study, "--out", "whole", "--workers", "2"], { cwd: folder });
  undisturbed = await fingerprints(join(folder, "whole"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const preload = (name: string): string =>
  `--import=${pathToFileURL(resolve(import.meta.dirname, "preload", name)).href}`;

async function expectMended(out: string): Promise<void> {
  expect(await halfFiles(join(folder, out))).toEqual([]);
  const { code, stderr } = await doselap(["run", study, "--out", out, "--workers", "2"], { cwd: folder });
  expect(code, stderr).toBe(0);
  expect(await fingerprints(join(folder, out))).toEqual(undisturbed);
  expect(await leftovers(join(folder, out))).toEqual([]);
  // The comparison that was made without the failed arm is made again with it: its inputs changed. Nothing else is.
  const redone = [...(await timesDone(join(folder, out)))].filter(([, times]) => times > 1);
  expect(redone.filter(([path]) => !path.startsWith("compare/"))).toEqual([]);
}

test.each([
  ["ends", "exit", /the worker died/u],
  ["throws where nobody catches", "throw", /the worker died: .*a fault in a callback/u],
  ["runs out of memory", "memory", /ran out of memory; use fewer --workers/u],
])("a worker that %s fails its job, no other, and the next run is whole", async (_how, injury, reason) => {
  const run = await doselap(["run", study, "--out", injury, "--workers", "2"], {
    cwd: folder,
    // Enough for the study; what a worker may take follows from it.
    node: ["--max-old-space-size=256", preload("worker.mjs")],
    env: { INJURY: injury, MARK: join(folder, `${injury}.mark`) },
  });
  expect(run.code, run.stderr).toBe(1);
  expect(run.stderr).toMatch(reason);
  expectOneLine(run);
  await expectMended(injury);
});

test("a process that has too little memory for the study ends, and the next run is whole", async () => {
  const run = await doselap(["run", study, "--out", "heap", "--workers", "1"], {
    cwd: folder,
    node: ["--max-old-space-size=24"],
  });
  // Node itself says it, and aborts.
  expect(run.code === 0).toBe(false);
  await expectMended("heap");
});

test("a clock that jumps back and forth by a day changes no byte", async () => {
  const run = await doselap(
    ["run", study, "--out", "clock", "--workers", "2", "--checkpoint-every", "0.05"],
    { cwd: folder, node: [preload("clock.mjs")] },
  );
  expect(run.code, run.stderr).toBe(0);
  expect(await fingerprints(join(folder, "clock"))).toEqual(undisturbed);
  expect(await leftovers(join(folder, "clock"))).toEqual([]);
});
