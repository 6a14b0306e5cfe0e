// Every scan pattern fills its region at the step asked for, or has exactly the frames asked for.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Positions } from "../array/scan.ts";
import { nearestNeighborDistances } from "./overlap.ts";
import { extractPatch } from "./patch.ts";
import { makeScan, scanKinds, type ScanKind } from "./scan.ts";
import { scanRegion, type ScanRegion } from "./scan-region.ts";

const region: ScanRegion = { x0: 32, y0: 40, x1: 232, y1: 180 };
const stepPx = 7;

function meanSpacing(positions: Positions): number {
  const distances = nearestNeighborDistances(positions);
  return distances.reduce((sum, d) => sum + d, 0) / distances.length;
}

function liesInside({ x, y }: Positions, { x0, y0, x1, y1 }: ScanRegion): boolean {
  return x.every((v) => v >= x0 && v <= x1) && y.every((v) => v >= y0 && v <= y1);
}

describe.each(scanKinds)("a %s scan", (kind) => {
  test("fills the region, keeps to it and has the step as its mean nearest-neighbour distance", () => {
    const positions = makeScan({ kind, region, stepPx, seed: 1 });
    expect(liesInside(positions, region)).toBe(true);
    // Whole positions come and go: a Lissajous line also jumps from one number of lobes to the next.
    expect(Math.abs(meanSpacing(positions) / stepPx - 1)).toBeLessThan(0.04);
    const spread = (values: Float64Array): number => Math.max(...values) - Math.min(...values);
    expect(spread(positions.x)).toBeGreaterThan(200 - 2 * stepPx);
    expect(spread(positions.y)).toBeGreaterThan(140 - 2 * stepPx);
  });

  test("has exactly the frames asked for, at the step, about the region's middle", () => {
    const positions = makeScan({ kind, region, stepPx, seed: 1, frames: 53 });
    expect(positions.x.length).toBe(53);
    expect(positions.y.length).toBe(53);
    expect(liesInside(positions, region)).toBe(true);
    expect(meanSpacing(positions)).toBeCloseTo(stepPx, 6);
    const middle = (values: Float64Array): number => (Math.max(...values) + Math.min(...values)) / 2;
    expect(Math.abs(middle(positions.x) - 132)).toBeLessThan(stepPx);
    expect(Math.abs(middle(positions.y) - 110)).toBeLessThan(stepPx);
  });

  test("is the same for the same options", () => {
    expect(makeScan({ kind, region, stepPx, seed: 4 })).toEqual(makeScan({ kind, region, stepPx, seed: 4 }));
  });

  test("refuses more frames than the region holds at this step", () => {
    expect(() => makeScan({ kind, region, stepPx, seed: 1, frames: 5000 })).toThrow(
      /5000 positions do not fit/,
    );
  });

  test("of one frame lies inside", () => {
    const positions = makeScan({ kind, region, stepPx, seed: 1, frames: 1 });
    expect(positions.x.length).toBe(1);
    expect(liesInside(positions, region)).toBe(true);
  });

  test("keeps to narrow and small regions too", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 9, noNaN: true }),
        (w, h) => {
          const narrow = { x0: 10.5, y0: 20, x1: 10.5 + w, y1: 20 + h };
          const positions = makeScan({ kind, region: narrow, stepPx: 5, seed: 2 });
          expect(positions.x.length).toBeGreaterThan(0);
          expect(liesInside(positions, narrow)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
});

test("no position leaves a region whose width is of the order of rounding", () => {
  // Found by the law above: the middle plus half the width times a sine rounds past the bound.
  const sliver = { x0: 10.5, y0: 20, x1: 10.5 + 12 * Number.EPSILON, y1: 20.5 + 9.4e-11 };
  for (const kind of scanKinds) {
    expect(liesInside(makeScan({ kind, region: sliver, stepPx: 5, seed: 2 }), sliver)).toBe(true);
  }
});

test.each<ScanKind>(["jittered-raster", "random"])("the seed changes a %s scan", (kind) => {
  expect(makeScan({ kind, region, stepPx, seed: 1 })).not.toEqual(
    makeScan({ kind, region, stepPx, seed: 2 }),
  );
});

test("a raster is a grid, row by row, centred in the region", () => {
  const { x, y } = makeScan({
    kind: "raster",
    region: { x0: 0, y0: 0, x1: 21, y1: 10 },
    stepPx: 10,
    seed: 0,
  });
  expect(Array.from(x)).toEqual([0.5, 10.5, 20.5, 0.5, 10.5, 20.5]);
  expect(Array.from(y)).toEqual([0, 0, 0, 10, 10, 10]);
});

test("a jittered raster leaves its nodes by no more than the fraction of the pitch", () => {
  const fraction = 0.3;
  const positions = makeScan({ kind: "jittered-raster", region, stepPx, jitterFraction: fraction, seed: 3 });
  const columns = positions.y.findIndex((y, i) => i > 2 && positions.x[i]! < positions.x[i - 1]! && y > 0);
  // The pitch from the mean of whole rows; nodes from it.
  const rowMean = (row: number): number =>
    positions.y.slice(row * columns, (row + 1) * columns).reduce((sum, y) => sum + y, 0) / columns;
  const rows = positions.y.length / columns;
  const pitch = (rowMean(rows - 1) - rowMean(0)) / (rows - 1);
  expect(pitch).toBeGreaterThan(stepPx);
  const top = rowMean(0);
  for (let i = 0; i < positions.y.length; i++) {
    const node = top + Math.floor(i / columns) * pitch;
    // The row means themselves scatter by the jitter over √columns.
    expect(Math.abs(positions.y[i]! - node)).toBeLessThan(fraction * pitch * 1.5);
  }
});

test("more random positions only add to the ones before", () => {
  const few = makeScan({
    kind: "random",
    region: { x0: 0, y0: 0, x1: 1e4, y1: 1e4 },
    stepPx: 1,
    seed: 5,
    frames: 10,
  });
  const more = makeScan({
    kind: "random",
    region: { x0: 0, y0: 0, x1: 1e4, y1: 1e4 },
    stepPx: 1,
    seed: 5,
    frames: 20,
  });
  // Both are shrunk about the middle, each by its own factor: directions from it stay.
  for (let i = 0; i < 10; i++) {
    const angle = ({ x, y }: Positions): number => Math.atan2(y[i]! - 5000, x[i]! - 5000);
    expect(angle(few)).toBeCloseTo(angle(more), 6);
  }
});

describe("scanRegion", () => {
  test("holds just the positions whose patch lies in the object", () => {
    expect(scanRegion(100, 200, 64)).toEqual({ x0: 32, y0: 32, x1: 168, y1: 68 });
    const object = { height: 100, width: 200, data: new Float32Array(2 * 100 * 200) };
    const out = new Float32Array(2 * 64 * 64);
    const { x0, y0, x1, y1 } = scanRegion(100, 200, 64);
    for (const [x, y] of [
      [x0, y0],
      [x1, y1],
      [x1 - 0.01, y1 - 0.01],
    ] as const) {
      expect(() => extractPatch(object, x, y, 64, out)).not.toThrow();
    }
    expect(() => extractPatch(object, x1 + 0.01, y1, 64, out)).toThrow(/outside/);
    expect(() => extractPatch(object, x0, y0 - 0.01, 64, out)).toThrow(/outside/);
  });

  test("refuses an object smaller than a frame", () => {
    expect(() => scanRegion(63, 200, 64)).toThrow(/at least 64×64 pixels, got 63×200/);
  });
});

test.each([
  [{ stepPx: 0 }, /stepPx/],
  [{ stepPx: Number.NaN }, /stepPx/],
  [{ frames: 0 }, /frames/],
  [{ frames: 2.5 }, /frames/],
  [{ jitterFraction: 0.6 }, /jitterFraction/],
  [{ region: { ...region, x1: 0 } }, /region/],
] as const)("refuses %j", (wrong, message) => {
  expect(() => makeScan({ kind: "jittered-raster", region, stepPx, seed: 1, ...wrong })).toThrow(message);
});

test.each(scanKinds)("a %s scan of a strip as thin as a line ends, inside it", (kind) => {
  for (const width of [0, 1e-300, 1e-6, 0.5, 3]) {
    const strip = { x0: 16, y0: 16, x1: 16 + width, y1: 116 };
    const { x, y } = makeScan({ kind, region: strip, stepPx: 5, seed: 1 });
    expect(x.length).toBeGreaterThan(0);
    // Well below what a hang would make of it.
    expect(x.length).toBeLessThan(2000);
    expect(Math.min(...x, ...y)).toBeGreaterThanOrEqual(16);
    expect(Math.max(...y)).toBeLessThanOrEqual(116);
    expect(Math.max(...x)).toBeLessThanOrEqual(16 + width);
  }
});
