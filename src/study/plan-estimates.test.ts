// Cost estimates, against operation counts done by hand.

import { expect, test } from "vitest";
import { checkDesign } from "./design/check.ts";
import { presets } from "./design/presets.ts";
import type { Cell } from "./cell.ts";
import { cellJobs, studyJob, totalOf, type CellSize, type Estimate } from "./plan-estimates.ts";

const quick = checkDesign(presets.quick);
const cell: Cell = {
  dose: 1000,
  doseIndex: 0,
  view: "dense",
  gridsize: 2,
  overlap: 0.7,
  stepPx: 7,
  fluence: 20,
  replicate: 0,
  seed: 42,
};
const size: CellSize = {
  sizePx: 64,
  probeModes: 1,
  objectPixels: 320 * 192,
  frames: 500,
  framesTrain: 200,
  framesTest: 210,
};

function estimate(
  stage: string,
  arm: string | null = null,
  changes: Partial<CellSize> = {},
  design = quick,
): Estimate {
  const job = cellJobs(cell, design, { ...size, ...changes }).find(
    (each) => each.stage === stage && each.arm === arm,
  );
  if (job === undefined) throw new Error(`no ${stage} job`);
  return job.estimate;
}

test("an engine's operations are two transforms per frame, mode and epoch, and some more per pixel", () => {
  const epochs = Number(quick.engines["rpie"]?.["epochs"]);
  // 5 n log2 n for n = 64² = 4096: 245,760 a transform.
  const transforms = epochs * size.framesTest * 2 * 245_760;
  expect(estimate("reconstruct", "rpie").flops / transforms).toBeGreaterThan(1);
  expect(estimate("reconstruct", "rpie").flops / transforms).toBeLessThan(2);
  expect(estimate("reconstruct", "rpie", { probeModes: 3 }).flops).toBe(
    3 * estimate("reconstruct", "rpie").flops,
  );
});

test("work grows with the frames it is done on: engines with test, networks with train, simulation with all", () => {
  const more = { frames: 1000, framesTrain: 400, framesTest: 420 };
  for (const [stage, arm] of [
    ["generate", null],
    ["train", "pinn"],
    ["reconstruct", "rpie"],
  ] as const) {
    expect(estimate(stage, arm, more).flops).toBe(2 * estimate(stage, arm).flops);
  }
});

test("frames are stored as float32", () => {
  const more = estimate("generate", null, { frames: 1500 }).bytes - estimate("generate").bytes;
  expect(more).toBe(1000 * 64 * 64 * 4);
});

test("a measured cell also holds its two halves, and engines reconstruct them", () => {
  const measured = checkDesign({ ...presets.measured, engines: quick.engines });
  expect(estimate("reconstruct", "rpie", {}, measured).flops).toBe(3 * estimate("reconstruct", "rpie").flops);
  expect(estimate("generate", null, {}, measured).flops).toBe(3 * estimate("generate").flops);
});

test("the null arm costs nothing", () => {
  expect(estimate("reconstruct", "null")).toMatchObject({ flops: 0, seconds: 0 });
});

test("totals add up", () => {
  const jobs = [...cellJobs(cell, quick, size), studyJob("report", 1000)];
  const total = totalOf(jobs);
  expect(total.jobs).toBe(jobs.length);
  expect(total.flops).toBe(jobs.reduce((sum, job) => sum + job.estimate.flops, 0));
  expect(total.bytes).toBe(jobs.reduce((sum, job) => sum + job.estimate.bytes, 0));
});
