// Fourier ring correlation: 1 with itself, nothing for independent noise, blind to offset and scale, cut to its mask.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  blobs,
  inGauge,
  realImage,
  rectangleMask,
  whiteNoise,
  withNoise,
} from "../../test/support/metric-images.ts";
import type { RealImage } from "../array/ndarray.ts";
import { createRng } from "../math/random/rng.ts";
import { complexFrc } from "./complex-frc.ts";
import { frc } from "./frc.ts";
import { cropImage } from "./mask.ts";
import { amplitudeOf } from "./parts.ts";

function times(image: RealImage, factor: number, offset = 0): RealImage {
  return { ...image, data: image.data.map((value) => factor * value + offset) };
}

/** Sum of cosines with random phases at every integer frequency of radius low…high, n×n. */
function band(n: number, low: number, high: number, seed: number): RealImage {
  const rng = createRng(seed, "phantom");
  const image = realImage(n, n, () => 0);
  for (let ky = 0; ky <= high; ky++) {
    for (let kx = -high; kx <= high; kx++) {
      const radius = Math.hypot(kx, ky);
      if (radius < low || radius > high) continue;
      const phase = 2 * Math.PI * rng.uniform();
      for (let i = 0; i < n * n; i++) {
        const angle = (2 * Math.PI * (kx * (i % n) + ky * Math.floor(i / n))) / n + phase;
        image.data[i] = image.data[i]! + Math.cos(angle);
      }
    }
  }
  return image;
}

describe("frc", () => {
  const image = amplitudeOf(withNoise(blobs(40, 40), 0.05));
  const other = amplitudeOf(withNoise(blobs(40, 40), 0.05, 2));

  test("of an image with itself is 1 in every ring and never crosses", () => {
    const { frc: curve, crossing, ...crossings } = frc(image, image);
    expect(curve.value).toEqual(new Array(20).fill(1));
    expect(curve.frequency).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) / 40));
    const none = { frc50: null, frc1over7: null, frcHalfBit: null, frcOneBit: null };
    expect(crossings).toEqual({ ...none, warnings: [] });
    expect(new Set(Object.values(crossing))).toEqual(new Set(["never"]));
  });

  test("of an image with its negative is −1: the real part is taken, and 0 is the crossing", () => {
    const { frc: curve, frc50, crossing } = frc(image, times(image, -2));
    curve.value.forEach((value) => expect(value).toBeCloseTo(-1, 12));
    expect([frc50, crossing.frc50]).toEqual([0, "below"]);
  });

  test("does not see offset or scale: the mean is removed before the window", () => {
    const plain = frc(image, other).frc.value;
    const scaled = frc(times(image, 7, 100), times(other, 0.2, -3)).frc.value;
    // An offset of 100 costs two digits of float64.
    scaled.forEach((value, i) => expect(value).toBeCloseTo(plain[i]!, 11));
  });

  test("is the same either way round", () => {
    expect(frc(other, image)).toEqual(frc(image, other));
  });

  test("counts half of each ring as independent pixels", () => {
    // Ring 1 holds the 8 neighbours of zero frequency, ring 2 radii 1.5 … 2.5: 12 frequencies with k² = 4, 5
    // but not 8 (2.83 rounds to 3).
    expect(frc(image, other).frc.independentPixels.slice(0, 2)).toEqual([4, 6]);
    // A complex image's spectrum is not Hermitian: every frequency counts.
    const complex = blobs(40, 40);
    expect(complexFrc(complex, withNoise(complex, 0.1)).frc.independentPixels.slice(0, 2)).toEqual([8, 12]);
  });

  test("of independent white noise is 0 on average, and scatters by 1/√n of its independent pixels", () => {
    const n = 48;
    const trials = 60;
    let [sum, square, rings] = [0, 0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const { value, independentPixels } = frc(
        whiteNoise(n, n, 2 * trial + 1),
        whiteNoise(n, n, 2 * trial + 2),
      ).frc;
      value.forEach((ring, i) => {
        // In units of the expected deviation; the innermost rings are too few pixels for it.
        if (i < 3) return;
        sum += ring! * Math.sqrt(independentPixels[i]!);
        square += ring! ** 2 * independentPixels[i]!;
        rings++;
      });
    }
    // Neighbouring rings share a third of their pixels through the window: about half of the rings are independent.
    const independent = rings / 2;
    expect(Math.abs(sum / rings)).toBeLessThan(4 / Math.sqrt(independent));
    // ∫w⁴/(∫w²)² of the Hann window is 1.94 along a ring: 1.94/2 of the variance that half of the ring would have.
    expect(Math.abs(square / rings - 0.97)).toBeLessThan(4 * Math.sqrt(2 / independent));
  });

  test("finds the frequency at which two images stop agreeing", () => {
    const shared = band(64, 1, 12.4, 3);
    const apart = band(64, 12.6, 31, 4);
    const sum = { ...shared, data: shared.data.map((value, i) => value + apart.data[i]!) };
    const difference = { ...shared, data: shared.data.map((value, i) => value - apart.data[i]!) };
    const { frc: curve, frc50, frc1over7, frcHalfBit, crossing } = frc(sum, difference);
    // +1 up to ring 12, −1 from ring 13 on; the window mixes neighbouring rings over one bin.
    expect(curve.value[8]).toBeGreaterThan(0.99);
    expect(curve.value[16]).toBeLessThan(-0.99);
    for (const crossed of [frc50, frc1over7, frcHalfBit]) {
      expect(crossed).toBeGreaterThan(11.5 / 64);
      expect(crossed).toBeLessThan(13.5 / 64);
    }
    expect(frc50!).toBeLessThan(frc1over7!);
    expect(crossing.frc50).toBe("crosses");
  });

  test("stays within −1 … 1 for any pair of images", () => {
    const pixels = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), {
      minLength: 144,
      maxLength: 144,
    });
    fc.assert(
      fc.property(pixels, pixels, (first, second) => {
        const a = { height: 12, width: 12, data: Float64Array.from(first) };
        const b = { height: 12, width: 12, data: Float64Array.from(second) };
        return frc(a, b).frc.value.every((value) => value === null || (value >= -1 && value <= 1));
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["first image is", (flat: RealImage) => [flat, image] as const],
    ["second image is", (flat: RealImage) => [image, flat] as const],
    ["both images are", (flat: RealImage) => [flat, flat] as const],
  ])("%s constant: null in every ring, a warning, no NaN", (which, pair) => {
    const report = frc(...pair(realImage(40, 40, () => 0.1)));
    expect(report.frc.value).toEqual(new Array(20).fill(null));
    expect([report.frc50, report.frc1over7, report.frcHalfBit]).toEqual([null, null, null]);
    expect(new Set(Object.values(report.crossing))).toEqual(new Set(["absent"]));
    expect(report.warnings).toEqual([`${which} constant: no FRC`]);
  });

  test("takes the central square of a wide image and says so", () => {
    const wide = amplitudeOf(blobs(30, 41));
    const noisy = amplitudeOf(withNoise(blobs(30, 41), 0.1));
    const box = { x0: 5, y0: 0, x1: 35, y1: 30 };
    const report = frc(noisy, wide);
    expect(report.frc).toEqual(frc(cropImage(noisy, box), cropImage(wide, box)).frc);
    expect(report.warnings).toEqual(["FRC on the central 30×30 px square of 41×30 px (width×height)"]);
  });

  test("with a rectangular mask is the FRC of the rectangle", () => {
    const box = { x0: 3, y0: 6, x1: 35, y1: 38 };
    const mask = rectangleMask(40, 40, box);
    expect(frc(image, other, { mask })).toEqual(frc(cropImage(image, box), cropImage(other, box)));
  });

  test("counts only the share of the square that the mask covers", () => {
    const mask = Uint8Array.from({ length: 1600 }, (_, i) => (i % 40 < 20 || i >= 1560 || i < 40 ? 1 : 0));
    // Half of 38 rows and both rows at the ends: 840 of 1600 pixels.
    const [whole, part] = [frc(image, other), frc(image, other, { mask })].map(
      (report) => report.frc.independentPixels,
    );
    part!.forEach((n, i) => expect(n).toBeCloseTo((whole![i]! * 840) / 1600, 10));
  });

  test("with any mask does not see pixels outside it", () => {
    const mask = Uint8Array.from({ length: 1600 }, (_, i) =>
      ((i % 40) - 19) ** 2 + (i / 40 - 20) ** 2 < 200 ? 1 : 0,
    );
    const spoilt = { ...image, data: image.data.map((value, i) => (mask[i] === 0 ? 1e6 : value)) };
    expect(frc(spoilt, other, { mask })).toEqual(frc(image, other, { mask }));
  });

  test("a few pixels give no FRC, and a warning", () => {
    const tiny = realImage(2, 2, (x, y) => x + 2 * y);
    expect(frc(tiny, tiny)).toMatchObject({ frc: { value: [null] }, frc50: null, warnings: [/too few/] });
  });
});

describe("complexFrc", () => {
  test("of an image and itself turned by φ is cos φ in every ring", () => {
    const object = blobs(32, 32);
    const { frc: curve, n } = complexFrc(inGauge(object, { phase: 1.1 }), object);
    // complex64 rounding against ring power that falls to 1e-5 of the total
    curve.value.forEach((value) => expect(value).toBeCloseTo(Math.cos(1.1), 3));
    expect(n).toBe(1024);
  });

  test("uses the phase where the amplitude has nothing to say", () => {
    const first = withNoise(blobs(48, 48), 0.02, 1);
    const second = withNoise(blobs(48, 48), 0.02, 2);
    const { frc50, frcHalfBit } = complexFrc(first, second);
    expect(frc50).toBeGreaterThan(3 / 48);
    expect(frc50).toBeLessThan(0.4);
    expect(frcHalfBit).not.toBeNull();
  });

  test("refuses a NaN and names its pixel", () => {
    const broken = blobs(16, 16);
    broken.data[2 * (3 * 16 + 5) + 1] = Number.NaN;
    expect(() => complexFrc(blobs(16, 16), broken)).toThrow(/NaN at row 3, column 5/);
  });
});
