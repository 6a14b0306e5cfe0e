// Overlap metrics, against the lens formula, small scans by hand and the older study's recorded values.

import { describe, expect, test } from "vitest";
import type { Positions } from "../../array/scan.ts";
import { createRng } from "../../math/random/rng.ts";
import { groupFrames } from "./grouping.ts";
import {
  betweenGroups,
  boundingBox,
  centroids,
  groupOverlap,
  imageOverlap,
  measureOverlap,
  packingBound,
  uniquePositions,
} from "./overlap-metrics.ts";

function points(...xy: (readonly [number, number])[]): Positions {
  return { x: Float64Array.from(xy, ([x]) => x), y: Float64Array.from(xy, ([, y]) => y) };
}

/** 2R² acos(d/2R) − (d/2)√(4R² − d²), over πR². */
function lens(d: number, diameter: number): number {
  const r = diameter / 2;
  if (d >= diameter) return 0;
  return (2 * r * r * Math.acos(d / (2 * r)) - (d / 2) * Math.sqrt(4 * r * r - d * d)) / (Math.PI * r * r);
}

/** The recorded scan: 5088 uniform random positions in a box of 335.82 × 167.94 px. */
function recordedScan(seed: number): Positions {
  const rng = createRng(seed, "scan");
  const x = new Float64Array(5088);
  const y = new Float64Array(5088);
  for (let i = 0; i < x.length; i++) {
    x[i] = 335.82 * rng.uniform();
    y[i] = 167.94 * rng.uniform();
  }
  return { x, y };
}

describe("metric 1", () => {
  test("is the mean overlap between the seed and its mates, pairs of mates not counted", () => {
    const scan = points([0, 0], [3, 0], [0, 4], [6, 8]);
    const expected = (lens(3, 20) + lens(4, 20) + lens(10, 20)) / 3;
    expect(groupOverlap(scan, Int32Array.of(0, 1, 2, 3), 4, 20)).toBeCloseTo(expected, 12);
  });

  test("averages over groups", () => {
    const scan = points([0, 0], [3, 0], [0, 4], [6, 8]);
    const two = groupOverlap(scan, Int32Array.of(0, 1, 2, 3, 1, 1, 1, 1), 4, 20);
    expect(two).toBeCloseTo(((lens(3, 20) + lens(4, 20) + lens(10, 20)) / 3 + 1) / 2, 12);
  });
});

describe("metric 2", () => {
  test("is f at half a diameter, .3910, for two frames that far apart", () => {
    expect(imageOverlap(points([0, 0], [10, 0]), 6, 20)).toBeCloseTo(0.391, 4);
  });

  test("drops exact duplicates first", () => {
    const scan = points([0, 0], [10, 0], [0, 0], [10, 0], [-0, 0]);
    expect(uniquePositions(scan)).toEqual(points([0, 0], [10, 0]));
    const measured = measureOverlap({
      positions: scan,
      groups: Int32Array.of(0, 1, 2, 3, 4),
      gridsize: 1,
      neighborCount: 1,
      probeDiameterPx: 20,
    });
    expect(measured.n_unique_images).toBe(2);
    expect(measured.metric_2_image_based_avg).toBeCloseTo(0.391, 4);
  });

  test("of one image is 0", () => {
    expect(imageOverlap(points([1, 2]), 6, 20)).toBe(0);
  });

  test("on a raster is the mean over the four nearest, inside", () => {
    const side = 60;
    const positions = points(
      ...Array.from({ length: side * side }, (_, i) => [5 * (i % side), 5 * Math.floor(i / side)] as const),
    );
    const edge = (4 * (side - 2)) / side ** 2;
    // An edge frame's fourth nearest is a diagonal or two steps away; a corner has two of those.
    const missing = imageOverlap(positions, 4, 30) - lens(5, 30);
    expect(missing).toBeLessThan(0);
    expect(missing).toBeGreaterThan(-edge * 0.25 - 0.001);
  });
});

describe("metric 3", () => {
  test("averages the overlap of centroids nearer than the diameter; a lonely group counts 0", () => {
    const centres = points([0, 0], [10, 0], [0, 12], [500, 500]);
    const d = Math.hypot(10, 12);
    const expected =
      ((lens(10, 20) + lens(12, 20)) / 2 +
        (lens(10, 20) + lens(d, 20)) / 2 +
        (lens(12, 20) + lens(d, 20)) / 2 +
        0) /
      4;
    expect(betweenGroups(centres, 20)).toBeCloseTo(expected, 12);
  });

  test("takes groups at their mean position, coincident ones overlapping fully", () => {
    const scan = points([0, 0], [4, 0], [0, 4], [4, 4]);
    expect(centroids(scan, Int32Array.of(0, 1, 2, 3, 3, 2, 1, 0), 4)).toEqual(points([2, 2], [2, 2]));
    expect(betweenGroups(points([2, 2], [2, 2]), 20)).toBe(1);
  });

  test("touching discs do not count as near", () => {
    expect(betweenGroups(points([0, 0], [20, 0], [5, 0]), 20)).toBeCloseTo(
      (lens(5, 20) + lens(15, 20) + (lens(5, 20) + lens(15, 20)) / 2) / 3,
      12,
    );
  });
});

describe("packing bound", () => {
  test("is .957 % for 5088 frames in 56,399 px² with a disc of 38.4 px, and .135 % with 102.4 px", () => {
    const scan = { x: new Float64Array(5088), y: new Float64Array(5088) };
    scan.x[1] = 335.82;
    scan.y[2] = 167.94;
    expect(boundingBox(scan)).toEqual({ width: 335.82, height: 167.94 });
    expect(packingBound(scan, 38.4)).toBeCloseTo(0.00957, 5);
    expect(packingBound(scan, 102.4)).toBeCloseTo(0.00135, 5);
  });

  test("stays within [1e-6, 0.1]", () => {
    expect(packingBound(points([0, 0], [1000, 1000]), 1)).toBe(0.1);
    expect(packingBound(points([3, 3], [3, 3]), 30)).toBe(1e-6);
  });
});

describe("the recorded study, D = 38.4 px and K = 6", () => {
  const scan = recordedScan(42);

  test("at gridsize 1 metrics 2 and 3 are .8908 and .2662", () => {
    const { groups } = groupFrames(scan, {
      gridsize: 1,
      neighborCount: 6,
      groupCount: null,
      seed: 42,
      enableOversampling: false,
    });
    const measured = measureOverlap({
      positions: scan,
      groups,
      gridsize: 1,
      neighborCount: 6,
      probeDiameterPx: 38.4,
    });
    expect(measured).not.toHaveProperty("metric_1_group_based_avg");
    // Another random scan of the same density: its own spread is about .001; train and test differed by .0009.
    expect(measured.metric_2_image_based_avg).toBeCloseTo(0.8908, 2);
    expect(Math.abs(measured.metric_2_image_based_avg - 0.8908)).toBeLessThan(0.003);
    expect(Math.abs(measured.metric_3_group_to_group_avg - 0.2662)).toBeLessThan(0.003);
  });

  test("metric 3 tends to 1/4 where the scan has no edge: discs that meet share a quarter on average", () => {
    // ∫ f(d) 2πd dd / πD² = 1/4 exactly; the rest of .2662 comes from frames at the edge of the box.
    const wide = { x: scan.x.map((x) => x * 6), y: scan.y.map((y) => y * 6) };
    expect(Math.abs(betweenGroups(wide, 38.4) - 0.25)).toBeLessThan(0.02);
  });
});

test("the JSON has the names of the older study, and says what was drawn", () => {
  const positions = points([0, 0], [3, 0], [0, 3], [3, 3], [6, 0]);
  const { groups } = groupFrames(positions, {
    gridsize: 2,
    neighborCount: 4,
    groupCount: 3,
    seed: 1,
    enableOversampling: false,
  });
  const options = { positions, groups, gridsize: 2, neighborCount: 4, probeDiameterPx: 10 } as const;
  const measured = measureOverlap({ ...options, totalFrames: 10, subsamplingSeed: 456 });
  expect(Object.keys(measured)).toEqual([
    "metrics_version",
    "gridsize",
    "s_img",
    "n_groups",
    "neighbor_count",
    "probe_diameter_px",
    "rng_seed_subsample",
    "metric_1_group_based_avg",
    "metric_2_image_based_avg",
    "metric_3_group_to_group_avg",
    "n_images_total",
    "n_images_subsampled",
    "n_unique_images",
    "n_groups_actual",
    "geometry_acceptance_bound",
    "effective_min_acceptance",
  ]);
  expect(measured).toMatchObject({
    metrics_version: "1.0",
    s_img: 0.5,
    n_groups: 3,
    rng_seed_subsample: 456,
    n_images_total: 10,
    n_images_subsampled: 5,
    n_groups_actual: 3,
    effective_min_acceptance: 0.8 * measured.geometry_acceptance_bound,
  });
  expect(measureOverlap({ ...options, subsamplingSeed: 456 })).toMatchObject({
    s_img: 1,
    rng_seed_subsample: null,
  });
});

test.each([
  [{ groups: Int32Array.of(0, 1, 2) }, "groups"],
  [{ groups: new Int32Array(0) }, "groups"],
  [{ probeDiameterPx: 0 }, "probeDiameterPx"],
  [{ probeDiameterPx: Number.NaN }, "probeDiameterPx"],
])("refuses %j", (wrong, key) => {
  const positions = points([0, 0], [1, 0], [0, 1], [1, 1]);
  const options = {
    positions,
    groups: Int32Array.of(0, 1, 2, 3),
    gridsize: 2,
    neighborCount: 4,
    probeDiameterPx: 5,
  } as const;
  expect(() => measureOverlap({ ...options, ...wrong })).toThrow(key);
});
