// A scale bar has a round length and takes a good part of the picture.

import fc from "fast-check";
import { expect, test } from "vitest";
import { scaleBarLength } from "./scale-bar.ts";

test("a scale bar is 1, 2 or 5 times a power of ten and between a tenth and a quarter of the width", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e6, noNaN: true }), (width) => {
      const length = scaleBarLength(width);
      const mantissa = length / 10 ** Math.floor(Math.log10(length * 1.000001));
      expect([1, 2, 5].some((round) => Math.abs(mantissa - round) < 1e-6)).toBe(true);
      expect(length).toBeLessThanOrEqual((width / 4) * (1 + 1e-9));
      expect(length).toBeGreaterThan(width / 10.001);
    }),
  );
});
