// Sums keep every bit that the order of terms could lose; means follow.

import fc from "fast-check";
import { expect, test } from "vitest";
import { mean, peak, sum } from "./stats.ts";

test("sum keeps small terms beside large ones that cancel", () => {
  expect(sum([1, 1e100, 1, -1e100])).toBe(2);
});

test("sum of a million tenths is a hundred thousand to the last bit", () => {
  expect(sum(new Float64Array(1_000_000).fill(0.1))).toBe(100_000);
});

test("sum does not depend on the order of the terms", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 50 }), (values) => {
      const size = values.reduce((total, v) => total + Math.abs(v), 0);
      // One rounding of the result and the second-order rest, either way round.
      expect(Math.abs(sum(values) - sum(values.toReversed()))).toBeLessThanOrEqual(1e-15 * size);
    }),
  );
});

test("an infinite sum stays infinite and nothing sums to zero", () => {
  expect(sum([1, Infinity, 2])).toBe(Infinity);
  expect(sum([])).toBe(0);
  expect(mean([])).toBeNaN();
});

test("mean of 1 … 100 is 50.5", () => {
  expect(mean(Array.from({ length: 100 }, (_, i) => i + 1))).toBe(50.5);
});

test("the peak is the largest value, and 0 for none above 0", () => {
  expect(peak(Float32Array.of(1, 3, 2))).toBe(3);
  expect(peak([-2, -1])).toBe(0);
  expect(peak([])).toBe(0);
});
