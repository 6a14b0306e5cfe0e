// Peak signal-to-noise ratio, 10·log10(R²/MSE) in dB; R is the data range of the truth inside the mask, never 255 (F-36).
// Higher is better. Identical images have no finite PSNR: null, with the reason.

import type { RealImage } from "../array/ndarray.ts";
import { mse } from "./mse.ts";
import type { PixelMask } from "./mask.ts";
import { absent, dataRange, type Measured } from "./range.ts";

/** `b` is the truth. null for identical images or a constant truth. @throws Shape when shapes differ. */
export function psnr(a: RealImage, b: RealImage, { mask }: { mask?: PixelMask | undefined } = {}): Measured {
  const error = mse(a, b, { mask });
  if (error === 0) return absent("identical: PSNR is infinite");
  const range = dataRange(b, mask);
  if (range === 0) return absent("constant truth: PSNR has no data range");
  return { value: 10 * Math.log10((range * range) / error), warnings: [] };
}
