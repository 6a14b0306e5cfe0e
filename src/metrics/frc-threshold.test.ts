// The bit curves follow their published formulas, and the general threshold their derivation: closed forms and limits.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { comparisonKinds } from "./frc-criterion.ts";
import { halfBitThreshold, informationThreshold, oneBitThreshold } from "./frc-threshold.ts";

describe("halfBitThreshold", () => {
  test.each([
    // (0.2071 + 1.9102/√n)/(1.2071 + 0.9102/√n), worked by hand
    [1, 1],
    [4, 1.1622 / 1.6622],
    [16, 0.68465 / 1.43465],
    [10000, 0.226202 / 1.216202],
  ])("for %i pixels is %d", (n, expected) => {
    expect(halfBitThreshold(n)).toBeCloseTo(expected, 10);
  });

  test("tends to the FRC of half a bit per pixel, S/(S + 1) with S = 0.2071", () => {
    expect(halfBitThreshold(1e12)).toBeCloseTo(0.2071 / 1.2071, 5);
  });
});

describe("oneBitThreshold", () => {
  test.each([
    // (0.5 + 2.4142/√n)/(1.5 + 1.4142/√n), worked by hand
    [1, 1],
    [4, 1.7071 / 2.2071],
    [10000, 0.524142 / 1.514142],
  ])("for %i pixels is %d", (n, expected) => {
    expect(oneBitThreshold(n)).toBeCloseTo(expected, 10);
  });

  test("tends to S/(S + 1) with S = 1/2, and lies above the half-bit curve", () => {
    expect(oneBitThreshold(1e12)).toBeCloseTo(1 / 3, 5);
    for (const n of [2, 10, 100, 1e4]) expect(oneBitThreshold(n)).toBeGreaterThan(halfBitThreshold(n));
  });
});

describe("informationThreshold", () => {
  test("of halves is the published curves, which round to four digits", () => {
    for (const n of [1, 3, 17, 400, 1e5]) {
      // Rounding of 0.2071 and 1.9102, 7e-6 and 2e-5 relative.
      expect(informationThreshold("halves", 0.5, n)).toBeCloseTo(halfBitThreshold(n), 4);
      expect(informationThreshold("halves", 1, n)).toBeCloseTo(oneBitThreshold(n), 4);
    }
  });

  test("of many pixels is the correlation of an SNR of 2^bits − 1", () => {
    const snr = Math.SQRT2 - 1;
    expect(informationThreshold("truth", 0.5, 1e14)).toBeCloseTo(Math.sqrt(snr / (1 + snr)), 6);
    expect(informationThreshold("full", 0.5, 1e14)).toBeCloseTo(snr / (1 + snr), 6);
    expect(informationThreshold("truth", 1, 1e14)).toBeCloseTo(Math.SQRT1_2, 6);
    expect(informationThreshold("full", 1, 1e14)).toBeCloseTo(0.5, 6);
  });

  test("of one pixel is 1: one pixel proves nothing; it falls with the pixels and grows with the bits", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...comparisonKinds),
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (kind, bits, n) => {
          expect(informationThreshold(kind, bits, 1)).toBeCloseTo(1, 12);
          const here = informationThreshold(kind, bits, n);
          expect(informationThreshold(kind, bits, 2 * n)).toBeLessThan(here + 1e-12);
          expect(informationThreshold(kind, bits + 0.1, n)).toBeGreaterThan(here - 1e-12);
        },
      ),
    );
  });
});
