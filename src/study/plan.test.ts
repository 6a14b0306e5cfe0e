// Plans of all presets: cells, jobs, photons, splits, warnings; overlaps against a disc counted point by point.

import { describe, expect, test } from "vitest";
import type { Probe } from "../array/scan.ts";
import { armKind } from "./arms.ts";
import { designHash } from "./design/hash.ts";
import { checkDesign } from "./design/check.ts";
import { mergeDesign, type Tree } from "./design/merge.ts";
import { presets, type PresetName } from "./design/presets.ts";
import type { MeasuredDesign, SimulatedDesign } from "./design/schema.ts";
import type { MeasuredSource } from "./measured-source.ts";
import type { StudyPlan } from "./plan-types.ts";
import { plannedScan, planStudy } from "./plan.ts";

function simulated(preset: PresetName, changes: Tree = {}): SimulatedDesign {
  const design = checkDesign(mergeDesign(presets[preset], changes));
  if (design.kind !== "simulated") throw new Error("not simulated");
  return design;
}

function measured(changes: Tree = {}): MeasuredDesign {
  const input = { kind: "file", path: "scan.npz", sha256: "ab".repeat(32) };
  const design = checkDesign(mergeDesign({ ...presets.measured, input }, changes));
  if (design.kind !== "measured") throw new Error("not measured");
  return design;
}

/** Second moment of a Gaussian intensity exp(−r²/2σ²): the diameter is 4σ. */
function gaussianProbe(size: number, sigma: number): Probe {
  const data = new Float32Array(2 * size * size);
  for (let i = 0; i < size * size; i++) {
    const x = (i % size) - size / 2;
    const y = Math.floor(i / size) - size / 2;
    data[2 * i] = Math.exp(-(x * x + y * y) / (4 * sigma * sigma));
  }
  return { modes: 1, size, data };
}

/** 20 × 20 positions, 4 px apart. */
function rasterSource(): MeasuredSource {
  const frames = 400;
  return {
    frames,
    size: 64,
    positions: {
      x: Float64Array.from({ length: frames }, (_, i) => 40 + 4 * (i % 20)),
      y: Float64Array.from({ length: frames }, (_, i) => 40 + 4 * Math.floor(i / 20)),
    },
    meanCounts: 50_000,
    probe: gaussianProbe(64, 6),
    objectHeight: 160,
    objectWidth: 170,
    pixelSizeM: 1e-8,
  };
}

function jobsOf(plan: StudyPlan, stage: string, arm: string | null = null): number {
  return plan.matrix.filter((job) => job.stage === stage && job.arm === arm).length;
}

/** Overlap of two discs by counting points of a fine grid: shares nothing with the closed form. */
function countedOverlap(d: number, diameter: number): number {
  let both = 0;
  let one = 0;
  const steps = 400;
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j < steps; j++) {
      const x = (i + 0.5) / steps - 0.5;
      const y = (j + 0.5) / steps - 0.5;
      if (x * x + y * y > 0.25) continue;
      one++;
      if ((x - d / diameter) ** 2 + y * y <= 0.25) both++;
    }
  }
  return both / one;
}

describe("quick", () => {
  const design = simulated("quick");

  test("has 3 doses × 3 views, ordered by dose, then view", async () => {
    const { cells } = await planStudy(design);
    expect(
      cells.map(({ dose, doseIndex, view, gridsize, replicate, seed }) => [
        dose,
        doseIndex,
        view,
        gridsize,
        replicate,
        seed,
      ]),
    ).toEqual(
      [1e3, 1e4, 1e5].flatMap((dose, doseIndex) => [
        [dose, doseIndex, "baseline", 1, 0, 42],
        [dose, doseIndex, "dense", 2, 0, 42],
        [dose, doseIndex, "sparse", 2, 0, 42],
      ]),
    );
  });

  test("lists every job of every stage once", async () => {
    const plan = await planStudy(design);
    expect(["plan", "generate", "views", "compare", "report"].map((stage) => jobsOf(plan, stage))).toEqual([
      1, 9, 9, 9, 1,
    ]);
    expect(["pinn", "pinn-scan", "supervised"].map((arm) => jobsOf(plan, "train", arm))).toEqual([9, 9, 9]);
    expect(plan.matrix.filter(({ stage }) => stage === "train")).toHaveLength(9 * 3);
    const { arms } = design;
    for (const arm of arms) expect(jobsOf(plan, "reconstruct", arm)).toBe(9);
    expect(plan.matrix.filter(({ stage }) => stage === "reconstruct").length).toBe(9 * arms.length);
    expect(plan.totals.jobs).toBe(plan.matrix.length);
    expect(plan.totals.seconds).toBeCloseTo(
      plan.matrix.reduce((sum, { estimate }) => sum + estimate.seconds, 0),
      6,
    );
  });

  test("of views with one overlap, the first one's engines work, and no other's", async () => {
    const { matrix } = await planStudy(design);
    const flopsOf = (view: string): number[] =>
      matrix.filter((job) => job.arm === "rpie" && job.view === view).map(({ estimate }) => estimate.flops);
    expect(flopsOf("baseline").every((flops) => flops > 0)).toBe(true);
    expect(flopsOf("dense")).toEqual([0, 0, 0]);
    expect(flopsOf("sparse").every((flops) => flops > 0)).toBe(true);
  });

  test("the null arm is planned even when no one asked for it", async () => {
    expect(jobsOf(await planStudy(simulated("quick", { arms: ["rpie"] })), "reconstruct", "null")).toBe(9);
  });

  test("the step of a view gives the overlap asked for", async () => {
    const { views, probeDiameterPx } = await planStudy(design);
    for (const { stepPx, overlapAsked } of views) {
      // The grid has 125,000 points in the disc: its error is below 1e-3.
      expect(Math.abs(countedOverlap(stepPx!, probeDiameterPx) - overlapAsked!)).toBeLessThan(2e-3);
    }
  });

  test("predicted overlap is the one asked for, jitter and all", async () => {
    for (const { predictedOverlap, overlapAsked } of (await planStudy(design)).views) {
      // The mean distance is the step; the mean overlap bends a little with its spread.
      expect(Math.abs(predictedOverlap - overlapAsked!)).toBeLessThan(0.02);
    }
  });

  test("each half holds frames enough for groups, and no frame leaks", async () => {
    const { views, split } = await planStudy(design);
    for (const { framesTrain, framesTest, frames, framesDropped } of views) {
      expect(framesTrain + framesTest + framesDropped).toBe(frames);
      expect(Math.min(framesTrain, framesTest)).toBeGreaterThan(7);
    }
    expect(split).toEqual({ axis: "y", fraction: 0.5, linePx: 160, guardPx: 64, leakage: 0 });
  });

  test("fluence is photons per frame over the object area per frame: the step squared on a raster", async () => {
    const { cells, photonsPerPx } = await planStudy(simulated("quick", { scan: { kind: "raster" } }));
    for (const { dose, stepPx, fluence } of cells) expect(fluence / (dose / stepPx! ** 2)).toBeCloseTo(1, 6);
    expect(photonsPerPx[0]).toMatchObject({ dose: 1000, view: "baseline", perDetectorPx: 1000 / 4096 });
  });

  test.each(design.arms.filter((arm) => armKind(arm) === "engine"))(
    "its engine %s is estimated at some seconds on one core for all cells",
    async (engine) => {
      const { matrix } = await planStudy(design);
      const seconds = matrix
        .filter(({ arm }) => arm === engine)
        .reduce((sum, { estimate }) => sum + estimate.seconds, 0);
      expect(seconds).toBeGreaterThan(2);
      expect(seconds).toBeLessThan(20);
    },
  );

  test("is the same plan every time, carries the design's hash, and is plain JSON", async () => {
    const plan = await planStudy(design);
    expect(await planStudy(design)).toEqual(plan);
    expect(plan.designHash).toBe(designHash(design));
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  test("warns of a dose below one photon per detector pixel, and of nothing else", async () => {
    const { warnings } = await planStudy(design);
    expect(warnings).toEqual([
      expect.stringMatching(/^Dose 1000 is 0\.24 photons per detector pixel.*null arm/u),
    ]);
  });
});

describe("plannedScan", () => {
  const design = simulated("fly64");

  test("views of equal overlap share positions; replicates and other overlaps do not", async () => {
    const plan = await planStudy(design);
    const baseline = plannedScan(design, plan, "baseline", 0);
    expect(plannedScan(design, plan, "dense", 0)).toEqual(baseline);
    expect(plannedScan(design, plan, "dense", 1).all).not.toEqual(baseline.all);
    expect(plannedScan(design, plan, "sparse", 0).all.x.length).toBeLessThan(baseline.all.x.length / 4);
  });

  test("both halves are rows of the whole scan, and every patch lies inside the object", async () => {
    const plan = await planStudy(design);
    const {
      all,
      train,
      test: tested,
      trainFrameNumbers,
      testFrameNumbers,
    } = plannedScan(design, plan, "sparse", 2);
    expect([...train.y]).toEqual([...trainFrameNumbers].map((i) => all.y[i]));
    expect([...tested.x]).toEqual([...testFrameNumbers].map((i) => all.x[i]));
    for (const side of [all.x, all.y]) {
      expect(Math.min(...side)).toBeGreaterThanOrEqual(32);
      expect(Math.max(...side)).toBeLessThanOrEqual(448 - 32);
    }
  });

  test("an unknown view is refused with the known ones", async () => {
    const plan = await planStudy(design);
    expect(() => plannedScan(design, plan, "thick", 0)).toThrow(
      /expected baseline, dense, sparse, got thick/u,
    );
  });
});

describe("other simulated designs", () => {
  test("fly64 has three replicates of each cell, with seeds 42, 43, 44", async () => {
    const { cells, totals } = await planStudy(simulated("fly64"));
    expect(cells.length).toBe(27);
    expect(cells.slice(0, 3).map(({ seed }) => seed)).toEqual([42, 43, 44]);
    expect(totals.jobs).toBeGreaterThan(27);
  });

  test("at constant fluence the photons that reach the sample are the same in every view", async () => {
    const design = simulated("iso-dose");
    const plan = await planStudy(design);
    expect(plan.views.map(({ view }) => view)).toEqual(["o-85", "o-70", "o-60", "o-40", "o-20"]);
    expect(new Set(plan.cells.map(({ dose }) => dose)).size).toBe(15);
    for (const { dose, fluence, doseIndex, view, stepPx } of plan.cells) {
      expect(fluence).toBe([10, 100, 1000][doseIndex]);
      // Counted in a square in the middle of the scan, clear of its edge.
      const { x, y } = plannedScan(design, plan, view, 0).all;
      const inside = [...x].filter((_, i) => Math.abs(x[i]! - 96) < 62 && Math.abs(y[i]! - 160) < 124).length;
      // Half a row or column comes or goes at each border of the square; jitter makes the pitch a little wider than the step.
      const border = 1.2 * stepPx! * (1 / 124 + 1 / 248);
      expect(Math.abs((inside * dose) / (124 * 248) / fluence - 1)).toBeLessThan(border);
    }
  });

  test("a sweep without contrast is flagged, and still planned", async () => {
    const { warnings, cells } = await planStudy(
      simulated("quick", { views: { sparse: { overlap: 0.69 } }, doses: [1e6] }),
    );
    expect(warnings).toEqual([expect.stringMatching(/without contrast: views dense and sparse/u)]);
    expect(cells.length).toBe(3);
  });

  test("a small guard is planned with its leakage, and warned of", async () => {
    const { split, warnings } = await planStudy(simulated("quick", { split: { guardPx: 10 } }));
    expect(split?.leakage).toBeGreaterThan(0.3);
    expect(warnings.join(" ")).toMatch(
      /The guard band of \d+ px is too small: in a view up to [3-9]\d\.\d % of the scored frames see a pixel of the training half/,
    );
  });

  test.each([
    [
      "frames too few for a group",
      { views: { sparse: { overlap: 0 } }, object: { heightPx: 140, widthPx: 80 } },
      /views\.\w+: no groups.*needs 4 frames/u,
    ],
    [
      "more groups than frames without leave",
      { training: { groupCount: 5000 } },
      /views\.dense: no groups.*OVERSAMPLING-001/u,
    ],
    ["more frames kept than there are", { training: { subsampleCount: 5000 } }, /no groups.*subsampleCount/u],
  ])("%s cannot be done", async (_name, changes, words) => {
    await expect(planStudy(simulated("quick", changes))).rejects.toMatchObject({
      _tag: "Design",
      message: expect.stringMatching(words),
    });
  });

  test("oversampling that was asked for is planned", async () => {
    const changes = { training: { groupCount: 5000 }, enableOversampling: true };
    const { warnings } = await planStudy(simulated("quick", changes));
    expect(warnings.join("\n")).toMatch(
      /View baseline has \d+ frames in a split: it makes that many groups/u,
    );
  });
});

describe("measured", () => {
  test("doses are fractions of the measured counts, and every view is planned at each", async () => {
    const plan = await planStudy(measured(), rasterSource());
    expect([...new Set(plan.cells.map(({ dose }) => dose))]).toEqual([50_000, 5000, 500, 50]);
    expect(plan.cells.length).toBe(16);
    expect(plan.split).toBeNull();
    expect(plan.pixelSizeM).toBe(1e-8);
    // A Gaussian of σ = 6 px of intensity has a second-moment diameter of 4σ.
    expect(plan.probeDiameterPx).toBeCloseTo(24, 1);
  });

  test("fewer frames are left at a lower overlap", async () => {
    const { views } = await planStudy(measured(), rasterSource());
    expect(views.map(({ view }) => view)).toEqual(["full", "o-70", "o-50", "o-30"]);
    expect(views[0]).toMatchObject({ frames: 400, stepPx: null, overlapAsked: null });
    expect(Math.abs(views[0]!.predictedOverlap - countedOverlap(4, 24))).toBeLessThan(3e-3);
    const frames = views.map((view) => view.frames);
    expect(frames).toEqual([...frames].sort((a, b) => b - a));
    expect(frames[3]).toBeLessThan(200);
  });

  test("a view that the scan cannot give is left out, and the warning says why", async () => {
    const { warnings, views, cells } = await planStudy(
      measured({ views: { "o-70": { overlap: 0.95 } } }),
      rasterSource(),
    );
    expect(warnings.join("\n")).toMatch(/View o-70 is left out: .*0\.78\d.*got 0\.95/u);
    expect(views.map(({ view }) => view)).toEqual(["full", "o-50", "o-30"]);
    expect(cells.length).toBe(12);
  });

  test("a scan that can give none of the views cannot be planned", async () => {
    const design = measured({ views: { full: null, "o-50": null, "o-30": null, "o-70": { overlap: 0.95 } } });
    await expect(planStudy(design, rasterSource())).rejects.toMatchObject({
      _tag: "Design",
      message: expect.stringMatching(/o-70/u),
    });
  });

  test("without its scan it cannot be planned", async () => {
    await expect(planStudy(measured())).rejects.toMatchObject({
      _tag: "Design",
      message: expect.stringContaining("--input"),
    });
  });

  test("doses that share a folder are refused", async () => {
    const source = { ...rasterSource(), meanCounts: 1000 };
    await expect(planStudy(measured({ doseFractions: [1, 0.9999] }), source)).rejects.toThrow(
      /1000 and 999\.9 photons per frame/u,
    );
  });
});
