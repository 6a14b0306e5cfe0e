// Structural similarity. Wang, Bovik, Sheikh & Simoncelli 2004, doi:10.1109/TIP.2003.819861
//   SSIM = (2 μa μb + C1)(2 σab + C2) / ((μa² + μb² + C1)(σa² + σb² + C2)),  C1 = (0.01 L)², C2 = (0.03 L)²
// 11×11 Gaussian windows of σ 1.5, whole windows only, population covariance; L is the data range of the truth.
// Equals scikit-image's structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False).
// With a mask: the mean over the windows centred on its pixels. Higher is better, 1 is identical.

import type { RealImage } from "../array/ndarray.ts";
import { gaussianKernel } from "../math/gaussian-kernel.ts";
import { filterValid } from "./gaussian.ts";
import { checkSameShape, type PixelMask } from "./mask.ts";
import { absent, dataRange, type Measured } from "./range.ts";

/** Side of the window, pixels. */
export const ssimWindowPx = 11;
const kernel = gaussianKernel(1.5, (ssimWindowPx - 1) / 2);

/** Per window, [h − 10, w − 10]; window (y, x) is centred on pixel (y + 5, x + 5). */
export interface SsimMaps {
  readonly height: number;
  readonly width: number;
  readonly ssim: Float64Array;
  /** The second factor alone: (2 σab + C2)/(σa² + σb² + C2). */
  readonly contrastStructure: Float64Array;
}

/** Maps of both factors. Images are at least 11×11 and `range` is positive: the callers see to it. */
export function ssimMaps(a: RealImage, b: RealImage, range: number): SsimMaps {
  const c1 = (0.01 * range) ** 2;
  const c2 = (0.03 * range) ** 2;
  const meanA = filterValid(a, kernel);
  const meanB = filterValid(b, kernel);
  const squareA = filterValid(product(a, a), kernel).data;
  const squareB = filterValid(product(b, b), kernel).data;
  const cross = filterValid(product(a, b), kernel).data;
  const ssim = new Float64Array(cross.length);
  const contrastStructure = new Float64Array(cross.length);
  for (let i = 0; i < cross.length; i++) {
    const ma = meanA.data[i]!;
    const mb = meanB.data[i]!;
    const varianceA = squareA[i]! - ma * ma;
    const varianceB = squareB[i]! - mb * mb;
    const covariance = cross[i]! - ma * mb;
    const cs = (2 * covariance + c2) / (varianceA + varianceB + c2);
    contrastStructure[i] = cs;
    ssim[i] = (cs * (2 * ma * mb + c1)) / (ma * ma + mb * mb + c1);
  }
  return { height: meanA.height, width: meanA.width, ssim, contrastStructure };
}

/** Mean of a map over the windows centred in the mask; null when there is none. `imageWidth` is the mask's. */
export function meanOverWindows(
  map: Float64Array,
  mapWidth: number,
  mask: PixelMask | undefined,
  imageWidth: number,
): number | null {
  const border = (ssimWindowPx - 1) / 2;
  let sum = 0;
  let n = 0;
  for (let i = 0; i < map.length; i++) {
    const y = Math.floor(i / mapWidth) + border;
    const x = (i % mapWidth) + border;
    if (mask !== undefined && mask[y * imageWidth + x] === 0) continue;
    sum += map[i]!;
    n++;
  }
  return n === 0 ? null : sum / n;
}

/** `b` is the truth. null when no window fits or the truth is constant. @throws Shape when shapes differ. */
export function ssim(a: RealImage, b: RealImage, { mask }: { mask?: PixelMask | undefined } = {}): Measured {
  checkSameShape(a, b, mask);
  const range = dataRange(b, mask);
  if (range === 0) return absent("constant truth: SSIM has no data range");
  if (Math.min(a.height, a.width) < ssimWindowPx) {
    return absent(`image smaller than one ${ssimWindowPx}×${ssimWindowPx} window: no SSIM`);
  }
  const maps = ssimMaps(a, b, range);
  const value = meanOverWindows(maps.ssim, maps.width, mask, a.width);
  return value === null ? absent("no SSIM window is centred in the mask") : { value, warnings: [] };
}

function product(a: RealImage, b: RealImage): RealImage {
  const data = new Float64Array(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = a.data[i]! * b.data[i]!;
  return { height: a.height, width: a.width, data };
}
