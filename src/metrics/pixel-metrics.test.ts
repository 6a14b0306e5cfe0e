// MAE, MSE, PSNR, SSIM and MS-SSIM have their closed-form values, bounds and masks.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blobs, realImage, rectangleMask, whiteNoise, withNoise } from "../../test/support/metric-images.ts";
import type { RealImage } from "../array/ndarray.ts";
import { mae } from "./mae.ts";
import { cropImage } from "./mask.ts";
import { mse } from "./mse.ts";
import { msSsim } from "./ms-ssim.ts";
import { amplitudeOf } from "./parts.ts";
import { psnr } from "./psnr.ts";
import { ssim } from "./ssim.ts";

const truth = amplitudeOf(blobs(60, 50));
const noisy = amplitudeOf(withNoise(blobs(60, 50), 0.05));

function plus(image: RealImage, other: RealImage, factor: number): RealImage {
  return { ...image, data: image.data.map((value, i) => value + factor * other.data[i]!) };
}

/** Two images of 12×13 finite pixels. */
const pairs = fc
  .tuple(
    fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 156, maxLength: 156 }),
    fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 156, maxLength: 156 }),
  )
  .map(
    (both) =>
      both.map((data) => ({ height: 12, width: 13, data: Float64Array.from(data) })) as [
        RealImage,
        RealImage,
      ],
  );

describe("mae and mse", () => {
  test("of an offset are the offset and its square", () => {
    const moved = plus(
      truth,
      realImage(60, 50, () => 1),
      -0.25,
    );
    expect(mae(moved, truth)).toBeCloseTo(0.25, 12);
    expect(mse(moved, truth)).toBeCloseTo(0.0625, 12);
  });

  test("are symmetric, not negative, and mae² ≤ mse", () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(mae(a, b)).toBe(mae(b, a));
        expect(mse(a, b)).toBe(mse(b, a));
        expect(mae(a, a)).toBe(0);
        // Jensen; the slack is rounding.
        expect(mae(a, b) ** 2).toBeLessThanOrEqual(mse(a, b) * (1 + 1e-12));
      }),
      { numRuns: 50 },
    );
  });

  test("count masked pixels only", () => {
    const box = { x0: 4, y0: 10, x1: 31, y1: 52 };
    const mask = rectangleMask(60, 50, box);
    expect(mae(noisy, truth, { mask })).toBeCloseTo(mae(cropImage(noisy, box), cropImage(truth, box)), 14);
    expect(mse(noisy, truth, { mask })).toBeCloseTo(mse(cropImage(noisy, box), cropImage(truth, box)), 14);
  });

  test.each([
    ["a shape that differs", new Uint8Array(3000), realImage(50, 60, () => 0), /expected \(50, 60\)/],
    ["a mask that does not fit", new Uint8Array(7), truth, /mask.*expected 3000 pixels/],
    ["a mask without pixels", new Uint8Array(3000), truth, /selects no pixel/],
  ])("refuse %s", (_, mask, other, message) => {
    expect(() => mae(truth, other, { mask })).toThrow(message);
    expect(() => mse(truth, other, { mask })).toThrow(message);
  });
});

describe("psnr", () => {
  test("is 20·log10(range/δ) for an error of ±δ", () => {
    const ramp = realImage(20, 20, (x) => 3 * x);
    const checker = realImage(20, 20, (x, y) => ((x + y) % 2 === 0 ? 1 : -1));
    expect(psnr(plus(ramp, checker, 0.57), ramp).value).toBeCloseTo(20 * Math.log10(57 / 0.57), 10);
  });

  test("follows the deviation of normal noise", () => {
    const ramp = realImage(100, 100, (x) => x / 99);
    const { value } = psnr(plus(ramp, whiteNoise(100, 100, 4), 0.1), ramp);
    // 20 dB; the MSE of 10⁴ normal deviates has a relative deviation of √(2/10⁴): 0.06 dB, four of them are allowed.
    expect(Math.abs(value! - 20)).toBeLessThan(0.25);
  });

  test("does not depend on the unit of the images", () => {
    const scaled = (image: RealImage): RealImage => ({
      ...image,
      data: image.data.map((value) => 255 * value),
    });
    expect(psnr(scaled(noisy), scaled(truth)).value).toBeCloseTo(psnr(noisy, truth).value!, 9);
  });

  test("is null with a reason for identical images and for a constant truth", () => {
    expect(psnr(truth, truth)).toEqual({ value: null, warnings: ["identical: PSNR is infinite"] });
    expect(
      psnr(
        truth,
        realImage(60, 50, () => 1),
      ),
    ).toMatchObject({ value: null, warnings: [/constant truth/] });
  });
});

describe("ssim", () => {
  test("of an image with itself is 1; of a constant with a structured truth it is near 0", () => {
    expect(ssim(truth, truth).value).toBe(1);
    const stripes = realImage(40, 40, (x) => (x % 2 === 0 ? 0 : 1));
    // Luminance is perfect, structure absent: C2/(σ² + C2) with σ² = 1/4.
    const expected = 0.0009 / (0.25 + 0.0009);
    expect(
      ssim(
        realImage(40, 40, () => 0.5),
        stripes,
      ).value,
    ).toBeCloseTo(expected, 4);
  });

  test("stays within −1 … 1", () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const { value } = ssim(a, b);
        return value === null || (value <= 1 + 1e-9 && value >= -1 - 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  test("with a mask is the mean over the windows centred in it", () => {
    const box = { x0: 15, y0: 20, x1: 35, y1: 44 };
    // Both extremes lie in the mask, so that the data range is that of the windows' pixels too.
    const marked = { ...truth, data: truth.data.slice() };
    marked.data[25 * 50 + 20] = -1;
    marked.data[40 * 50 + 30] = 3;
    const windows = { x0: 10, y0: 15, x1: 40, y1: 49 };
    const expected = ssim(cropImage(noisy, windows), cropImage(marked, windows)).value!;
    expect(ssim(noisy, marked, { mask: rectangleMask(60, 50, box) }).value).toBeCloseTo(expected, 12);
  });

  test("is null with a reason when no window fits", () => {
    const small = realImage(10, 30, (x, y) => x + y);
    expect(ssim(small, small)).toMatchObject({ value: null, warnings: [/11×11/] });
    const border = rectangleMask(60, 50, { x0: 0, y0: 0, x1: 5, y1: 5 });
    expect(ssim(noisy, truth, { mask: border })).toMatchObject({
      value: null,
      warnings: [/centred in the mask/],
    });
  });
});

describe("msSsim", () => {
  const large = amplitudeOf(blobs(164, 164));

  test("of an image with itself is 1, over five levels from 161 px on", () => {
    expect(msSsim(large, large)).toEqual({ value: 1, warnings: [] });
    const edge = cropImage(large, { x0: 0, y0: 0, x1: 161, y1: 161 });
    expect(msSsim(edge, edge).warnings).toEqual([]);
    const below = cropImage(large, { x0: 0, y0: 0, x1: 160, y1: 164 });
    expect(msSsim(below, below)).toEqual({
      value: 1,
      warnings: ["MS-SSIM over 4 of 5 levels, weights rescaled: image too small"],
    });
  });

  test("with one level left is the SSIM itself", () => {
    const box = { x0: 0, y0: 0, x1: 20, y1: 20 };
    const [a, b] = [cropImage(noisy, box), cropImage(truth, box)];
    expect(msSsim(a, b).value).toBeCloseTo(ssim(a, b).value!, 14);
  });

  test("falls as noise grows, and a blur of both images forgives it", () => {
    const scores = [0.02, 0.05, 0.1].map(
      (level) => msSsim(amplitudeOf(withNoise(blobs(164, 164), level)), large).value!,
    );
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    const worst = amplitudeOf(withNoise(blobs(164, 164), 0.1));
    expect(msSsim(worst, large, { sigmaPx: 1 }).value!).toBeGreaterThan(scores[2]!);
  });

  test("an inverted image scores 0 with a warning, not NaN", () => {
    const wave = realImage(32, 32, (x, y) => Math.sin(x) * Math.cos(0.8 * y));
    const inverted = { ...wave, data: wave.data.map((value) => -value) };
    const { value, warnings } = msSsim(inverted, wave);
    expect(value).toBe(0);
    expect(warnings.some((text) => text.includes("is negative"))).toBe(true);
  });

  test("a mask hides what lies outside, and its zeros do not raise the score", () => {
    const mask = rectangleMask(60, 50, { x0: 5, y0: 5, x1: 45, y1: 55 });
    const hole = mask.map((value, i) => (i % 50 > 30 && i < 1500 ? 0 : value));
    const spoilt = { ...noisy, data: noisy.data.map((value, i) => (hole[i] === 0 ? 1e3 * i : value)) };
    expect(msSsim(spoilt, truth, { mask: hole })).toEqual(msSsim(noisy, truth, { mask: hole }));
    const box = { x0: 5, y0: 5, x1: 45, y1: 55 };
    expect(msSsim(noisy, truth, { mask }).value).toBeCloseTo(
      msSsim(cropImage(noisy, box), cropImage(truth, box)).value!,
      12,
    );
    // A quarter of zeros common to both would lift a mean over all windows by about a quarter of its distance to 1.
    expect(
      Math.abs(msSsim(noisy, truth, { mask: hole }).value! - msSsim(noisy, truth, { mask }).value!),
    ).toBeLessThan(0.05);
  });

  test("is null with a reason when no window fits or the truth is constant", () => {
    const small = realImage(10, 40, (x) => x);
    expect(msSsim(small, small)).toMatchObject({ value: null, warnings: [/no 11×11 window/] });
    expect(
      msSsim(
        truth,
        realImage(60, 50, () => 2),
      ),
    ).toMatchObject({ value: null, warnings: [/constant truth/] });
  });

  test("refuses a negative blur", () => {
    expect(() => msSsim(truth, truth, { sigmaPx: -1 })).toThrow(/msSsimSigmaPx.*got -1/);
  });
});
