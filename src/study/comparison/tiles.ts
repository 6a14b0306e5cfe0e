// Does an arm know anything of the object that a flat one does not? The window is cut into 3 × 3 tiles; in each, the
// correlation of the arm's complex image with the target, means removed. A measured arm's two halves are correlated with each
// other instead: the full-dose reconstruction holds the same photons, and so the same noise (STAT-002). Over tiles and replicates the arm's minus the null
// arm's must be above zero by a paired t-test at 95 %; else the arm is marked "not distinguishable from null" (F-07).
// Correlation and not error: a noisy image may be farther from the truth than a flat one and still show the object.
// Tiles are nearly independent, since the noise of a reconstruction is local.

import type { ComplexImage } from "../../array/ndarray.ts";
import { tCritical95 } from "../../math/students-t.ts";

const tilesPerSide = 3;

/** Correlation Re Σ (a−ā)(t−t̄)* / √(Σ|a−ā|² Σ|t−t̄|²) per tile, row by row, over compared pixels. Where one of them is constant
 * it explains nothing: 0. Tiles without compared pixels are left out. */
export function tileCorrelations(image: ComplexImage, target: ComplexImage, mask: Uint8Array): number[] {
  const correlations: number[] = [];
  for (let row = 0; row < tilesPerSide; row++) {
    for (let column = 0; column < tilesPerSide; column++) {
      const pixels = tilePixels(target, mask, row, column);
      if (pixels.length > 0) correlations.push(correlation(image.data, target.data, pixels));
    }
  }
  return correlations;
}

/** Indices of the tile's compared pixels. */
function tilePixels(
  { width, height }: ComplexImage,
  mask: Uint8Array,
  row: number,
  column: number,
): number[] {
  const pixels: number[] = [];
  for (let y = Math.ceil((row * height) / tilesPerSide); y < ((row + 1) * height) / tilesPerSide; y++) {
    for (let x = Math.ceil((column * width) / tilesPerSide); x < ((column + 1) * width) / tilesPerSide; x++) {
      if (mask[y * width + x] === 1) pixels.push(y * width + x);
    }
  }
  return pixels;
}

function correlation(image: Float32Array, target: Float32Array, pixels: readonly number[]): number {
  const [meanRe, meanIm] = complexMean(image, pixels);
  const [targetRe, targetIm] = complexMean(target, pixels);
  let cross = 0;
  let own = 0;
  let wanted = 0;
  for (const i of pixels) {
    const a = image[2 * i]! - meanRe;
    const b = image[2 * i + 1]! - meanIm;
    const c = target[2 * i]! - targetRe;
    const d = target[2 * i + 1]! - targetIm;
    cross += a * c + b * d;
    own += a * a + b * b;
    wanted += c * c + d * d;
  }
  // complex64 rounding of a constant leaves about 1e-13 of its square per pixel.
  const least = 1e-12 * pixels.length;
  return own > least && wanted > least ? cross / Math.sqrt(own * wanted) : 0;
}

function complexMean(data: Float32Array, pixels: readonly number[]): [number, number] {
  let re = 0;
  let im = 0;
  for (const i of pixels) {
    re += data[2 * i]!;
    im += data[2 * i + 1]!;
  }
  return [re / pixels.length, im / pixels.length];
}

/** True when the first of each pair is above the second by a paired one-sample t-test, two-sided 95 %.
 * @param pairs [arm's, null arm's] correlation of the same tile and replicate. */
export function clearlyAbove(pairs: readonly (readonly [number, number])[]): boolean {
  const n = pairs.length;
  if (n < 2) return false;
  const differences = pairs.map(([arm, flat]) => arm - flat);
  const mean = differences.reduce((sum, d) => sum + d, 0) / n;
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1);
  return mean > tCritical95(n - 1) * Math.sqrt(variance / n);
}
