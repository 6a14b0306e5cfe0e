// Normalised root-mean-square error, √(Σ(a − b)² / Σ b²): the error as a fraction of the truth's own size. Lower is better.
// Equals scikit-image's normalized_root_mse(b, a, normalization="euclidean"). On a phase image the truth's zero is the mean
// direction that the standard gauge gives it, so the norm is the phase's spread.

import type { RealImage } from "../array/ndarray.ts";
import { checkSameShape, type PixelMask } from "./mask.ts";
import { absent, type Measured } from "./range.ts";

/** Over the masked pixels, float64 [h, w] each; `b` is the truth. null when the truth is zero everywhere.
 * @throws Shape when shapes differ. */
export function nrmse(a: RealImage, b: RealImage, { mask }: { mask?: PixelMask | undefined } = {}): Measured {
  checkSameShape(a, b, mask);
  let error = 0;
  let power = 0;
  for (let i = 0; i < a.data.length; i++) {
    if (mask !== undefined && mask[i] === 0) continue;
    error += (a.data[i]! - b.data[i]!) ** 2;
    power += b.data[i]! ** 2;
  }
  if (power === 0) return absent("the truth is zero everywhere: no NRMSE");
  return { value: Math.sqrt(error / power), warnings: [] };
}
