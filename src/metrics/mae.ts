// Mean absolute error, (1/n) Σ|a − b|, in the unit of the image. Lower is better.

import type { RealImage } from "../array/ndarray.ts";
import { checkSameShape, countPixels, type PixelMask } from "./mask.ts";

/** Over the masked pixels, float64 [h, w] each. @throws Shape when shapes differ. */
export function mae(a: RealImage, b: RealImage, { mask }: { mask?: PixelMask | undefined } = {}): number {
  checkSameShape(a, b, mask);
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    if (mask !== undefined && mask[i] === 0) continue;
    sum += Math.abs(a.data[i]! - b.data[i]!);
  }
  return sum / countPixels(a, mask);
}
