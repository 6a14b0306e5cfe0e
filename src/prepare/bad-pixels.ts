// Pixels that do not measure: hot ones stand far above their neighbours in the mean pattern, dead ones stay at 0 in every frame
// although their neighbours count. A dead one is held against the median of the pixels around, a hot one against the third largest:
// a bright speck of diffraction is wider, and along the edge of a shadow most neighbours are dark.

import type { Survey } from "./survey.ts";

export interface BadPixels {
  /** uint8 [height, width], 1 = hot or dead. */
  readonly mask: Uint8Array;
  readonly hot: number;
  readonly dead: number;
}

/** A hot pixel has at least this many times the third largest of its neighbours, and the noise of the mean explains no such excess. */
const hotRatio = 8;
const hotSigmas = 12;
/** A pixel that never counts is dead when its neighbours would have given at least this many counts over the scan: at Poisson
 * rates the chance of none is e^−50. */
const deadCounts = 50;

/** @param given pixels that are known to be bad: neither judged nor used as neighbours.
 * @param aduPerPhoton as far as it is known: noise is the photons'. */
export function findBadPixels(
  { mean, height, width, frames }: Pick<Survey, "mean" | "height" | "width" | "frames">,
  aduPerPhoton: number,
  given?: Uint8Array,
): BadPixels {
  const mask = new Uint8Array(mean.length);
  let [hot, dead] = [0, 0];
  const around = new Float64Array(8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (given !== undefined && given[i] !== 0) continue;
      let n = 0;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [v, u] = [y + dy, x + dx];
          if ((dx === 0 && dy === 0) || v < 0 || u < 0 || v >= height || u >= width) continue;
          const j = v * width + u;
          if (given !== undefined && given[j] !== 0) continue;
          around[n++] = mean[j]!;
        }
      }
      if (n < 3) continue;
      const sorted = around.slice(0, n).sort();
      const [median, third] = [medianOf(sorted), sorted[n - 3]!];
      const sigma = Math.sqrt((aduPerPhoton * Math.max(third, aduPerPhoton / frames)) / frames);
      if (mean[i]! > hotRatio * third && mean[i]! - third > hotSigmas * sigma) {
        mask[i] = 1;
        hot++;
      } else if (mean[i] === 0 && (median * frames) / aduPerPhoton >= deadCounts) {
        mask[i] = 1;
        dead++;
      }
    }
  }
  return { mask, hot, dead };
}

function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
