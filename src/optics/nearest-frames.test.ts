// Nearest frames from the tree, against sorting all others.

import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestFrames } from "./nearest-frames.ts";

/** Integer coordinates make equal distances and coincident frames common. */
const point = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }));

test("the K nearest agree with sorting all others, ties by frame number", () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 2, maxLength: 120 }), fc.nat(9), (points, k) => {
      const count = Math.min(k, points.length - 1);
      const positions = {
        x: Float64Array.from(points, ([x]) => x),
        y: Float64Array.from(points, ([, y]) => y),
      };
      const expected = points.flatMap(([x, y], i) =>
        points
          .map(([px, py], j) => ({ j, d: (px - x) ** 2 + (py - y) ** 2 }))
          .filter(({ j }) => j !== i)
          .sort((a, b) => a.d - b.d || a.j - b.j)
          .slice(0, count)
          .map(({ j }) => j),
      );
      expect([...nearestFrames(positions, count)]).toEqual(expected);
    }),
  );
});

test("frames that all coincide are each other's neighbours", () => {
  const positions = { x: new Float64Array(5).fill(3), y: new Float64Array(5).fill(4) };
  expect([...nearestFrames(positions, 2)]).toEqual([1, 2, 0, 2, 0, 1, 0, 1, 0, 1]);
});

test("a line of frames has neighbours along it", () => {
  const positions = { x: Float64Array.of(0, 1, 10, 11.5), y: new Float64Array(4) };
  expect([...nearestFrames(positions, 1)]).toEqual([1, 0, 3, 2]);
});

test.each([4, -1, 1.5])("refuses %d neighbours of 4 frames", (count) => {
  const positions = { x: Float64Array.of(0, 1, 2, 3), y: new Float64Array(4) };
  expect(() => nearestFrames(positions, count)).toThrow(/neighborCount.*expected 0 to 3/u);
});
