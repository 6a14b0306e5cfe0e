// Cost estimates, against operation counts done by hand.

import { describe, expect, test } from "vitest";
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
  probeDiameterPx: 30.2,
  objectPixels: 320 * 192,
  areaPerFramePx: 7.18 ** 2,
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

test("what engines make of the frames of an earlier cell costs no operations, networks' work is their own", () => {
  const twin = { isTwin: true };
  for (const arm of ["rpie", "ml", "chain"]) {
    expect(estimate("reconstruct", arm, twin)).toEqual({
      ...estimate("reconstruct", arm),
      flops: 0,
      seconds: 0,
    });
  }
  expect(estimate("reconstruct", "hybrid", twin)).toEqual(estimate("reconstruct", "hybrid"));
  expect(estimate("train", "pinn-scan", twin)).toEqual(estimate("train", "pinn-scan"));
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
  // The frames that judge the contrast of a correction are as many as before.
  const growth = estimate("train", "pinn-scan", more).flops / estimate("train", "pinn-scan").flops;
  expect(growth).toBeGreaterThan(1.8);
  expect(growth).toBeLessThan(2);
});

describe("a network's operations", () => {
  const training = { ...quick.training, epochs: 2 };
  const flops = (arm: string, options: object, view: Partial<Cell> = {}): number => {
    const design = { ...quick, training, methods: { ...quick.methods, [arm]: { ...options } } };
    const jobs = cellJobs({ ...cell, ...view }, design, size);
    return jobs.find((job) => job.stage === "train" && job.arm === arm)!.estimate.flops;
  };

  test("are steps, one U-Net and one comparison per group, backward twice the forward pass", () => {
    // Region 8·⌈(4/3·30.2 + 5·7.18)/8⌉ = 80. U-Net: 59,616 operations per pixel of the region.
    const unet = 59_616 * 80 ** 2;
    // A pull: twice a transform of 12·64³ operations and a patch of 4·64·80·(80 + 64), for four frames.
    const pull = 4 * 2 * (12 * 64 ** 3 + 4 * 64 * 80 * 144);
    const group = 9 * pull + 3 * (unet + pull / 2);
    const eight = { steps: 8 };
    // The 210 frames are inferred twice: they judge the contrast.
    expect(flops("pinn", eight)).toBe(2 * 200 * group + 420 * (9 * pull + unet));
    // The teacher compares objects: no transform.
    expect(flops("supervised", eight)).toBe(2 * 200 * (9 * pull + 3 * unet) + 420 * (9 * pull + unet));
    expect(flops("pinn", { ...eight, epochs: 4 }) - flops("pinn", eight)).toBe(2 * 200 * group);
  });

  test("are of the epochs that the least steps need, where those are more", () => {
    // 200 groups in batches of 4; two objects that train have as many tiles each.
    const added = (arm: string, leastSteps: number, options: object = {}): number =>
      flops(arm, { ...options, leastSteps }) - flops(arm, options);
    expect(added("pinn", 100)).toBe(0);
    expect(added("pinn", 101)).toBe(flops("pinn", { epochs: 3 }) - flops("pinn", {}));
    expect(added("supervised-scan", 200, { objects: 3 })).toBe(0);
    expect(added("supervised-scan", 201, { objects: 3 })).toBeGreaterThan(0);
  });

  test("of a scan are engine runs on every split, and tiles", () => {
    const options = {
      splits: 3,
      tilePx: 80,
      framesPerTile: 10,
      engine: "rpie",
      engineOptions: { epochs: 7 },
    };
    const visits = 7 * (3 * 200 + 210 + 96);
    // One visit: two transforms of 245,760 operations and 60 per pixel.
    const engine = visits * (2 * 245_760 + 60 * 64 ** 2);
    // Reach ⌊(80 − 40.3)/2⌋ = 19, canvas 64 + 2·20 = 104.
    const tile = 59_616 * 80 ** 2 + 10 * (12 * 64 ** 3 + 4 * 64 * 104 * 168);
    const inference = (306 / 210) * 59_616 * 320 * 192;
    const once = Math.round(engine + 2 * 200 * 3 * tile + inference);
    expect(flops("pinn-scan", { ...options, stages: 1 })).toBe(once);
    // A second stage: as much again, and the way back of its pull.
    const back = 10 * (12 * 64 ** 3 + 4 * 64 * 104 * 168);
    const twice = Math.round(engine + 2 * 200 * 3 * (2 * tile + back) + 2 * inference);
    expect(flops("pinn-scan", { ...options, stages: 2 })).toBe(twice);
  });

  test("grow with widths, stages and steps, and with the region of a group", () => {
    expect(flops("pinn", { widths: [32, 64, 128] })).toBeGreaterThan(2 * flops("pinn", {}));
    expect(flops("pinn", { stages: 2 })).toBeGreaterThan(1.5 * flops("pinn", {}));
    expect(flops("pinn", { steps: 16 })).toBeGreaterThan(1.2 * flops("pinn", { steps: 8 }));
    // "auto" takes more steps from more photons.
    expect(flops("pinn", {}, { dose: 1e5 })).toBeGreaterThan(flops("pinn", {}, { dose: 1e3 }));
    expect(flops("pinn", {}, { gridsize: 1 })).toBeLessThan(0.5 * flops("pinn", {}));
  });

  test("are none where there are no labels to train on", () => {
    const measured = checkDesign({ ...presets.measured, arms: ["supervised", "pinn", "rpie"] });
    expect(estimate("train", "supervised", {}, measured)).toEqual({ bytes: 0, flops: 0, seconds: 0 });
    expect(estimate("train", "pinn", {}, measured).seconds).toBeGreaterThan(0);
  });
});

test("a hybrid arm costs its engine's epochs, and has its network trained", () => {
  const hybrid = { ...quick, arms: ["hybrid"], methods: { hybrid: { network: "pinn", engine: "rpie:5" } } };
  const options = { ...hybrid, methods: { hybrid: { ...hybrid.methods.hybrid, engineOptions: {} } } };
  const five = { ...quick, engines: { ...quick.engines, rpie: { epochs: 5 } } };
  expect(estimate("reconstruct", "hybrid", {}, options).flops).toBe(
    estimate("reconstruct", "rpie", {}, five).flops,
  );
  expect(estimate("train", "pinn", {}, options).flops).toBeGreaterThan(0);
});

test("a chain costs what its engines do", () => {
  const scan = { engine: "rpie:5", engineOptions: {} };
  const five = {
    ...quick,
    methods: { "pinn-scan": scan },
    engines: { ...quick.engines, rpie: { epochs: 5 } },
  };
  const chain = estimate("reconstruct", "chain", {}, { ...five, arms: [...quick.arms, "chain"] });
  expect(chain.flops).toBe(estimate("reconstruct", "rpie", {}, five).flops);
  expect(chain.flops).toBeGreaterThan(0);
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

test("gradient steps cost a visit per frame each, the mean pattern next to nothing", () => {
  const steps = (count: number) => ({ ...quick, methods: { ...quick.methods, steps: { steps: count } } });
  const one = { ...quick, engines: { ...quick.engines, epie: { epochs: 9 } } };
  expect(estimate("reconstruct", "steps", {}, steps(9)).flops).toBe(
    estimate("reconstruct", "epie", {}, one).flops,
  );
  expect(estimate("reconstruct", "mean-pattern").seconds).toBeLessThan(0.2);
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
