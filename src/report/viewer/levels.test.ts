// Eight bits hold a picture's values to half a level, outliers or not.

import fc from "fast-check";
import { expect, test } from "vitest";
import { levelCount, levelOf, levelScale, type LevelScale, valueOf } from "./levels.ts";

test("a value comes back to within half of its level's width", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1 }), (values) => {
      const scale = levelScale(values);
      const widest = Math.max(
        (scale[1] - scale[0]) / 12,
        (scale[2] - scale[1]) / 230,
        (scale[3] - scale[2]) / 12,
      );
      for (const value of values) {
        // Rounding of a sum of some numbers below 10.
        expect(Math.abs(valueOf(scale, levelOf(scale, value)) - value)).toBeLessThanOrEqual(
          widest / 2 + 1e-12,
        );
      }
    }),
  );
});

test("every level comes back as itself", () => {
  const scale: LevelScale = [-3, 0.2, 1, 40];
  for (let level = 0; level < levelCount; level++) expect(levelOf(scale, valueOf(scale, level))).toBe(level);
});

test("an outlier leaves the rest as precise as it was", () => {
  const values = Array.from({ length: 10_000 }, (_, i) => i / 10_000);
  const scale = levelScale([...values, 1000]);
  expect(Math.abs(valueOf(scale, levelOf(scale, 0.5)) - 0.5)).toBeLessThan(0.5 / 230);
});

test("values beyond the scale go to its ends, and one value alone is kept", () => {
  expect([levelOf([0, 0.1, 0.9, 1], -1), levelOf([0, 0.1, 0.9, 1], 2)]).toEqual([0, 253]);
  const flat = levelScale([0.8, 0.8]);
  expect(valueOf(flat, levelOf(flat, 0.8))).toBe(0.8);
  expect(levelScale([])).toEqual([0, 0, 0, 0]);
});
