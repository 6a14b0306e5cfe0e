// The median step of a scan agrees with comparing every pair of positions.

import fc from "fast-check";
import { expect, test } from "vitest";
import { medianStep, nearestDistances } from "./scan-step.ts";

test("the step of a square raster is its pitch", () => {
  const x = Float64Array.from({ length: 20 }, (_, i) => 7 * (i % 5));
  const y = Float64Array.from({ length: 20 }, (_, i) => 7 * Math.floor(i / 5));
  expect(medianStep({ x, y })).toBe(7);
});

test("a single position has no step", () => {
  expect(medianStep({ x: Float64Array.of(3), y: Float64Array.of(4) })).toBeNull();
});

test("the sweep finds the same neighbours as comparing every pair", () => {
  const coordinate = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 2, maxLength: 40 }), (points) => {
      const x = Float64Array.from(points, ([value]) => value);
      const y = Float64Array.from(points, ([, value]) => value);
      const naive = points.map((a, i) =>
        Math.min(...points.filter((_, j) => j !== i).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1]))),
      );
      expect([...nearestDistances({ x, y })]).toEqual(naive);
    }),
    { seed: 7, numRuns: 200 },
  );
});
