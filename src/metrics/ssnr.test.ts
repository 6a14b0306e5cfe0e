// SSNR and FRC invert each other, the criteria of all comparisons mean one SSNR, and images of known SSNR show it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { realImage, whiteNoise } from "../../test/support/metric-images.ts";
import type { RealImage } from "../array/ndarray.ts";
import { comparisonKinds, criterionSsnr, frcCriteria } from "./frc-criterion.ts";
import { frc } from "./frc.ts";
import { criterionMetric, metricTable } from "./registry.ts";
import { resolutionOf } from "./resolution.ts";
import { frcOfSsnr, ssnrCurve, ssnrOfFrc } from "./ssnr.ts";

describe("ssnrOfFrc", () => {
  test("is the inverse of frcOfSsnr in every comparison", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...comparisonKinds),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (kind, ssnr) => {
          const back = ssnrOfFrc(kind, frcOfSsnr(kind, ssnr));
          // 1 − c loses as many digits as the SSNR has.
          expect(Math.abs(back / ssnr - 1)).toBeLessThan(1e-9);
        },
      ),
    );
  });

  test("is 0 for an anticorrelated ring and infinite for identical ones", () => {
    for (const kind of comparisonKinds) {
      expect(ssnrOfFrc(kind, -0.4)).toBe(0);
      expect(ssnrOfFrc(kind, 1)).toBe(Infinity);
    }
    const curve = { frequency: [0.1, 0.2, 0.3], value: [1, null, 0.5], independentPixels: [4, 6, 8] };
    expect(ssnrCurve(curve, "full")).toEqual([null, null, 1]);
  });

  test("halves at c are, together, Rosenthal & Henderson's C_ref = √(2c/(1+c)) from the truth", () => {
    for (const c of [0.05, 1 / 7, 0.5, 0.9]) {
      const together = frcOfSsnr("truth", ssnrOfFrc("halves", c));
      expect(together).toBeCloseTo(Math.sqrt((2 * c) / (1 + c)), 12);
    }
  });
});

describe("the criteria", () => {
  test("all mean an SSNR of 1/3: 0.5 against the truth, 1/7 between halves, 1/4 between full sets", () => {
    for (const kind of comparisonKinds) {
      expect(frcOfSsnr(kind, criterionSsnr)).toBeCloseTo(frcCriteria[kind].threshold, 12);
    }
    expect(comparisonKinds.map((kind) => frcCriteria[kind].threshold)).toEqual([0.5, 0.5, 1 / 7, 0.25]);
  });

  test("are the metrics that the registry names for each comparison", () => {
    expect(criterionMetric("truth")).toBe("frc50");
    expect(criterionMetric("reference")).toBe("frc50");
    expect(criterionMetric("halves")).toBe("frc1over7");
    expect(metricTable.frcHalfBit.criterionFor).toEqual(["halves"]);
  });
});

describe("images of a known SSNR", () => {
  const n = 96;
  // White noise of deviation 1 as the object: the same power in every ring.
  const object = whiteNoise(n, n, 900);
  const noisy = (seed: number, deviation: number): RealImage => {
    const noise = whiteNoise(n, n, seed);
    return realImage(n, n, (x, y) => object.data[y * n + x]! + deviation * noise.data[y * n + x]!);
  };
  /** Mean over the outer two thirds of the rings, which hold nearly all of the pixels. */
  const level = (a: RealImage, b: RealImage): number => {
    const { value } = frc(a, b).frc;
    const outer = value.slice(16);
    return outer.reduce<number>((sum, ring) => sum + ring!, 0) / outer.length;
  };
  // 32 rings of some 100 independent pixels scatter by 0.1/√32 about their mean, four of them are allowed.
  const slack = 0.07;

  test.each([
    [0.25, 2],
    [1, 1],
    [4, 0.5],
  ])("SSNR %d: full data against truth, halves and full sets correlate as derived", (ssnr, deviation) => {
    const halfDeviation = deviation * Math.SQRT2;
    expect(Math.abs(level(noisy(1, deviation), object) - frcOfSsnr("truth", ssnr))).toBeLessThan(slack);
    const halves = level(noisy(2, halfDeviation), noisy(3, halfDeviation));
    expect(Math.abs(halves - frcOfSsnr("halves", ssnr))).toBeLessThan(slack);
    const full = level(noisy(4, deviation), noisy(5, deviation));
    expect(Math.abs(full - frcOfSsnr("full", ssnr))).toBeLessThan(slack);
  });

  test("one object, one noise: truth, halves and full sets give the same resolution", () => {
    // The object's power falls as a Gaussian into white noise: SSNR is 1/3 at one frequency, whatever is compared.
    const side = 128;
    const shaped = smooth(whiteNoise(side, side, 77));
    const seen = (seed: number, deviation: number): RealImage => {
      const noise = whiteNoise(side, side, seed);
      return { ...shaped, data: shaped.data.map((value, i) => value + deviation * noise.data[i]!) };
    };
    const [a, b, c, d] = [seen(1, 0.1), seen(2, 0.1), seen(3, 0.1), seen(4, 0.1)];
    const mean = (x: RealImage, y: RealImage): RealImage => ({
      ...x,
      data: x.data.map((value, i) => (value + y.data[i]!) / 2),
    });
    const found = [
      resolutionOf(frc(mean(a, b), shaped).frc, "truth"),
      resolutionOf(frc(a, b).frc, "halves"),
      resolutionOf(frc(mean(a, b), mean(c, d)).frc, "full"),
    ].map(({ cyclesPerPx }) => cyclesPerPx! * side);
    // The FRC scatters by 0.1 and falls by 0.05 a ring there: about two rings.
    for (const ring of found) expect(Math.abs(ring - found[0]!)).toBeLessThan(2.5);
    const wrong = resolutionOf(frc(mean(a, b), shaped).frc, "halves").cyclesPerPx! * side;
    expect(wrong - found[0]!).toBeGreaterThan(5);
  });
});

/** Gaussian blur of a periodic image by 2 px, as a plain sum. */
function smooth({ height, width, data }: RealImage): RealImage {
  const weights = Array.from({ length: 17 }, (_, i) => Math.exp(-((i - 8) ** 2) / 8));
  const pass = (from: Float64Array, stepX: number, stepY: number): Float64Array =>
    from.map((_, i) => {
      let sum = 0;
      weights.forEach((weight, k) => {
        const x = ((i % width) + stepX * (k - 8) + width) % width;
        const y = (Math.floor(i / width) + stepY * (k - 8) + height) % height;
        sum += weight * from[y * width + x]!;
      });
      return sum / 5;
    });
  return { height, width, data: pass(pass(data, 1, 0), 0, 1) };
}
