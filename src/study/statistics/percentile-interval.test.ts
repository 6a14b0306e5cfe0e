// The interval's ends are order statistics: counted by hand, and unchanged by a monotone change of scale.

import fc from "fast-check";
import { expect, test } from "vitest";
import { percentileInterval } from "./percentile-interval.ts";

const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test("leaves 25 of 1000 draws outside on each side", () => {
  expect(percentileInterval(counting(1000).toReversed())).toEqual({ low: 26, high: 975 });
});

test("of few draws leaves none outside", () => {
  expect(percentileInterval([3, 1, 2])).toEqual({ low: 1, high: 3 });
});

test("an infinite draw is the lowest or the highest there is", () => {
  expect(percentileInterval([1, -Infinity, Infinity])).toEqual({ low: -Infinity, high: Infinity });
});

test("holds at least the level's share of the draws, and a monotone scale changes nothing else", () => {
  const draws = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(draws, fc.double({ min: 0.5, max: 0.99, noNaN: true }), (values, level) => {
      const { low, high } = percentileInterval(values, level);
      const inside = values.filter((value) => value >= low && value <= high).length;
      expect(inside).toBeGreaterThanOrEqual(level * values.length - 1e-6);
      expect(percentileInterval(values.map(Math.log), level)).toEqual({
        low: Math.log(low),
        high: Math.log(high),
      });
    }),
  );
});

test.each([[[]], [[1, NaN]]])("refuses %j", (draws) => {
  expect(() => percentileInterval(draws)).toThrow(/draws that are numbers/);
});
