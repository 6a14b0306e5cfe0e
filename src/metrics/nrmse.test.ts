// NRMSE is the error over the truth's own size, in closed form.

import { expect, test } from "vitest";
import { realImage, rectangleMask, whiteNoise } from "../../test/support/metric-images.ts";
import { nrmse } from "./nrmse.ts";

test("of a scaled truth is the scale's error; it does not depend on the unit", () => {
  const truth = realImage(12, 20, (x, y) => 1 + Math.sin(x) + 0.1 * y);
  const scaled = { ...truth, data: truth.data.map((value) => 1.25 * value) };
  expect(nrmse(scaled, truth).value).toBeCloseTo(0.25, 12);
  const unit = (image: typeof truth): typeof truth => ({
    ...image,
    data: image.data.map((value) => 1e3 * value),
  });
  expect(nrmse(unit(scaled), unit(truth)).value).toBeCloseTo(0.25, 12);
  expect(nrmse(truth, truth).value).toBe(0);
});

test("of noise of deviation σ on a constant c is σ/c", () => {
  const flat = realImage(100, 100, () => 4);
  const noise = whiteNoise(100, 100, 3);
  const noisy = { ...flat, data: flat.data.map((value, i) => value + 0.2 * noise.data[i]!) };
  // The rms of 10⁴ deviates has a relative deviation of 1/√(2·10⁴), four of them are allowed.
  expect(Math.abs(nrmse(noisy, flat).value! / 0.05 - 1)).toBeLessThan(4 / Math.sqrt(2e4));
});

test("counts masked pixels only, and is null for a truth of zeros", () => {
  const truth = realImage(10, 10, (x) => (x < 5 ? 2 : 1));
  const other = realImage(10, 10, (x) => (x < 5 ? 3 : 1));
  const left = rectangleMask(10, 10, { x0: 0, y0: 0, x1: 5, y1: 10 });
  expect(nrmse(other, truth, { mask: left }).value).toBeCloseTo(0.5, 12);
  const dark = realImage(10, 10, () => 0);
  expect(nrmse(other, dark)).toMatchObject({ value: null, warnings: [/zero everywhere/] });
});
