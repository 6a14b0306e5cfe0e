// kill -9 of the whole process group at random moments of a study that trains a network and runs engines: whatever the moment,
// the next run goes on, no finished job is done again, and the end is that of an undisturbed run, byte by byte.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRng } from "../../src/math/random/rng.ts";
import { fingerprints } from "../support/cli.ts";
import {
  doselap,
  finishedJobs,
  halfFiles,
  leftovers,
  startDoselap,
  timesDone,
  writeSmallStudy,
} from "../support/injure.ts";

/** Every change is tried with some, `.ci/nightly` with more at other moments. */
const kills = Number(process.env["KILLS"] ?? 50);
const seed = Number(process.env["PROPERTY_SEED"] ?? 20261125);

let folder: string;
let study: string;
let undisturbed: Record<string, string>;
let duration: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-kills-"));
  study = await writeSmallStudy(folder);
  const begun = performance.now();
  const { code, stderr } = await doselap(["run", study, "--out", "whole", "--workers", "2"], { cwd: folder });
  duration = performance.now() - begun;
  expect(code, stderr).toBe(0);
  undisturbed = await fingerprints(join(folder, "whole"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test(`${kills} kills at random moments lose nothing, and no finished job is done again`, async () => {
  const rng = createRng(seed, "engine");
  let [killed, completed] = [0, 0];
  // Where the machine is slower than it was, kills come early in the run: one study must not take them all.
  const mostOfOne = Math.ceil(kills / 2);
  for (let series = 0; killed < kills; series++) {
    const out = join(folder, `series-${series}`);
    const before = killed;
    const seen = new Map<string, string>();
    // Runs are killed until one is over before its kill comes; then the folder must be that of an undisturbed run.
    for (let isOver = false; !isOver;) {
      const isLast = killed >= kills || killed - before >= mostOfOne;
      const begun = performance.now();
      // Checkpoints come often, so that kills hit before, in and after them.
      const run = startDoselap(
        ["run", study, "--out", out, "--workers", String(1 + (series % 2)), "--checkpoint-every", "0.05"],
        { cwd: folder },
      );
      if (!isLast) void sleep(rng.uniform() * duration).then(() => run.killAll());
      const { code, signal, stderr } = await run.done;
      if (signal === "SIGKILL") killed++;
      else expect(code, stderr).toBe(0);
      isOver = signal !== "SIGKILL";
      // The machine may be less busy than it was: kills shall come while the study runs.
      if (isOver && killed === before) duration = Math.min(duration, performance.now() - begun);
      expect(await halfFiles(out)).toEqual([]);
      const finished = await finishedJobs(out);
      for (const [job, mark] of seen) expect(finished.get(job), `${job} was done again`).toBe(mark);
      for (const [job, mark] of finished) seen.set(job, mark);
    }
    completed++;
    expect(await fingerprints(out)).toEqual(undisturbed);
    expect([...(await timesDone(out))].filter(([, times]) => times > 1)).toEqual([]);
    expect(await leftovers(out)).toEqual([]);
    await rm(out, { recursive: true });
  }
  expect(killed).toBe(kills);
  expect(completed).toBeGreaterThan(1);
});
