// SSIM and MS-SSIM as the earlier study took them. SSIM: scikit-image's default, 7×7 uniform windows, sample covariance.
// MS-SSIM: the full SSIM at up to five levels, every second pixel without a low-pass between them, one data range for all;
// a level that is negative counts 1e-4, one that does not exist 0; it ends before a side falls under 7 px, and the weights
// that remain are dropped. ssim.ts and ms-ssim.ts follow the published definitions instead (F-38).

import type { RealImage } from "../../array/ndarray.ts";
import { filterValid } from "../gaussian.ts";

const windowPx = 7;
const levelWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;

/** Mean over whole windows; null when none fits, or when `range` and a variance are 0. */
export function uniformSsim(a: RealImage, b: RealImage, range: number): number | null {
  if (Math.min(a.height, a.width) < windowPx) return null;
  const kernel = new Float64Array(windowPx).fill(1 / windowPx);
  const mean = (f: (i: number) => number): Float64Array =>
    filterValid({ ...a, data: Float64Array.from(a.data, (_, i) => f(i)) }, kernel).data;
  const meanA = mean((i) => a.data[i]!);
  const meanB = mean((i) => b.data[i]!);
  const squareA = mean((i) => a.data[i]! ** 2);
  const squareB = mean((i) => b.data[i]! ** 2);
  const cross = mean((i) => a.data[i]! * b.data[i]!);
  const c1 = (0.01 * range) ** 2;
  const c2 = (0.03 * range) ** 2;
  const sample = windowPx ** 2 / (windowPx ** 2 - 1);
  let sum = 0;
  for (let i = 0; i < cross.length; i++) {
    const [ma, mb] = [meanA[i]!, meanB[i]!];
    const varianceA = sample * (squareA[i]! - ma * ma);
    const varianceB = sample * (squareB[i]! - mb * mb);
    const covariance = sample * (cross[i]! - ma * mb);
    sum +=
      ((2 * ma * mb + c1) * (2 * covariance + c2)) /
      ((ma * ma + mb * mb + c1) * (varianceA + varianceB + c2));
  }
  const value = sum / cross.length;
  return Number.isFinite(value) ? value : null;
}

/** `range`: the data range, kept at every level. */
export function uniformMsSsim(a: RealImage, b: RealImage, range: number): number {
  let value = 1;
  let [first, second] = [a, b];
  for (const weight of levelWeights) {
    if (Math.min(first.height, first.width) < windowPx) break;
    const level = uniformSsim(first, second, range) ?? 0;
    value *= (level < 0 ? 1e-4 : level) ** weight;
    [first, second] = [everySecond(first), everySecond(second)];
  }
  return value;
}

function everySecond({ height, width, data }: RealImage): RealImage {
  const rows = Math.ceil(height / 2);
  const columns = Math.ceil(width / 2);
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < out.length; i++) {
    out[i] = data[2 * Math.floor(i / columns) * width + 2 * (i % columns)]!;
  }
  return { height: rows, width: columns, data: out };
}
