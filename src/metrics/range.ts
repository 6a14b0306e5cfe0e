// Data range max − min of an image inside a mask: the R of PSNR and the L of SSIM are the truth's.

import type { RealImage } from "../array/ndarray.ts";
import type { PixelMask } from "./mask.ts";

/** A metric's value, null when it does not exist, with the reason. */
export interface Measured {
  readonly value: number | null;
  readonly warnings: readonly string[];
}

/** max − min over the masked pixels; exactly 0 for a constant image. */
export function dataRange({ data }: RealImage, mask?: PixelMask): number {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < data.length; i++) {
    if (mask !== undefined && mask[i] === 0) continue;
    const value = data[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high - low;
}

/** A null with its reason. */
export function absent(reason: string): Measured {
  return { value: null, warnings: [reason] };
}
