// Cost estimates, against operation counts done by hand.

import { expect, test } from "vitest";
import { armNames } from "./arms.ts";
import { checkDesign } from "./design/check.ts";
import { presets } from "./design/presets.ts";
import type { Cell } from "./cell.ts";
import { cellJobs, studyJob, totalOf, type CellSize, type Estimate } from "./plan-estimates.ts";

/** With every engine as an arm. */
const quick = checkDesign({ ...presets.quick, arms: armNames });
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

test("DM, LSQML and ML cost more than a visit per frame and epoch, ML about twice", () => {
  const perEpoch = (arm: string): number =>
    estimate("reconstruct", arm).flops / Number(quick.engines[arm]?.["epochs"]);
  expect(perEpoch("epie")).toBe(perEpoch("rpie"));
  expect(perEpoch("dm")).toBeGreaterThan(perEpoch("rpie"));
  expect(perEpoch("lsqml")).toBeGreaterThan(perEpoch("dm"));
  expect(perEpoch("ml") / perEpoch("rpie")).toBeGreaterThan(1.9);
  expect(perEpoch("ml") / perEpoch("rpie")).toBeLessThan(3);
});

test("epochs are the engine's own default where the design names none, and grow with what held-out frames ask for", () => {
  const withRpie = (options: object) => ({ ...quick, engines: { ...quick.engines, rpie: { ...options } } });
  const flops = (options: object): number => estimate("reconstruct", "rpie", {}, withRpie(options)).flops;
  const { rpie: _, ...others } = quick.engines;
  expect(estimate("reconstruct", "rpie", {}, { ...quick, engines: others }).flops).toBe(
    flops({ epochs: 60 }),
  );
  expect(flops({ epochs: 120 })).toBe(2 * flops({ epochs: 60 }));
  // One run chooses, another fits all frames; "auto" tries up to six prior weights.
  expect(flops({ heldOutFraction: 0.05 })).toBe(2 * flops({}));
  expect(flops({ heldOutFraction: 0.05, refit: false })).toBe(flops({}));
  expect(flops({ heldOutFraction: 0.05, priorWeight: "auto" })).toBe(7 * flops({}));
});

test("engines run on WebAssembly kernels: a visit of a 64 px frame takes tens of microseconds", () => {
  const visits = Number(quick.engines["rpie"]?.["epochs"]) * size.framesTest;
  const seconds = estimate("reconstruct", "rpie").seconds / visits;
  // Measured on one core of a 2-core machine: 37 µs with many frames on the object, 60 µs with few.
  expect(seconds).toBeGreaterThan(30e-6);
  expect(seconds).toBeLessThan(70e-6);
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
