// Is an arm better than a flat object at all? The window is cut into 3 × 3 tiles; over tiles and replicates the null
// arm's error minus the arm's must be above zero by a paired t-test at 95 %. Otherwise the arm is marked
// "not distinguishable from null" (F-07). Tiles are nearly independent: the speckle of one noise realisation is local.

import type { ComplexImage } from "../../array/ndarray.ts";

const tilesPerSide = 3;

/** Root-mean-square |image − target| per tile, row by row; tiles without compared pixels are left out. */
export function tileErrors(image: ComplexImage, target: ComplexImage, mask: Uint8Array): number[] {
  const sums = new Float64Array(tilesPerSide ** 2);
  const counts = new Float64Array(tilesPerSide ** 2);
  const { width, height } = target;
  for (let y = 0; y < height; y++) {
    const tileRow = Math.floor((y * tilesPerSide) / height) * tilesPerSide;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (mask[i] !== 1) continue;
      const tile = tileRow + Math.floor((x * tilesPerSide) / width);
      const re = image.data[2 * i]! - target.data[2 * i]!;
      const im = image.data[2 * i + 1]! - target.data[2 * i + 1]!;
      sums[tile] = sums[tile]! + re * re + im * im;
      counts[tile] = counts[tile]! + 1;
    }
  }
  return Array.from(sums, (sum, tile) => Math.sqrt(sum / counts[tile]!)).filter(Number.isFinite);
}

/** True when the first errors are smaller than the second by a paired one-sample t-test, two-sided 95 %.
 * @param pairs [arm's error, null arm's error] of the same tile and replicate. */
export function clearlyBetter(pairs: readonly (readonly [number, number])[]): boolean {
  const n = pairs.length;
  if (n < 2) return false;
  const differences = pairs.map(([arm, null_]) => null_ - arm);
  const mean = differences.reduce((sum, d) => sum + d, 0) / n;
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1);
  return mean > tCritical95(n - 1) * Math.sqrt(variance / n);
}

/** 97.5 % point of Student's t: Cornish–Fisher expansion (Abramowitz & Stegun 26.7.5), within 1 % from 4 degrees up;
 * below that the exact table values. */
function tCritical95(degrees: number): number {
  const exact = [Infinity, 12.7062, 4.3027, 3.1824];
  const tabled = exact[degrees];
  if (tabled !== undefined) return tabled;
  const z = 1.959963985;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
