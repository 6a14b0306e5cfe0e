// What Fourier ring correlation to expect of an unbiased estimate whose noise has the power N(r), of a signal of power S(r):
//   against the signal itself √(SSNR/(1 + SSNR)),  half against half SSNR/(2 + SSNR),  SSNR = S/N (metrics/ssnr.ts).
// Signal and noise are independent, and rings hold enough of both that a ratio of means stands for the mean ratio.
// Unser, Trus & Steven 1987, doi:10.1016/0304-3991(87)90225-7; Rosenthal & Henderson 2003, doi:10.1016/j.jmb.2003.07.013.

import { findCrossing } from "../metrics/crossing.ts";
import type { ComparisonKind } from "../metrics/frc-criterion.ts";
import { halfBitThreshold, oneBitThreshold } from "../metrics/frc-threshold.ts";
import { frcOfSsnr } from "../metrics/ssnr.ts";

/** Correlation per ring; null where there is neither signal nor noise.
 * @param noise of an estimate from all photons, in the unit of `signal`. */
export function expectedFrc(
  kind: ComparisonKind,
  signal: ArrayLike<number>,
  noise: ArrayLike<number>,
): (number | null)[] {
  return Array.from(signal, (s, r) => {
    const n = noise[r]!;
    if (n > 0) return frcOfSsnr(kind, s / n);
    return s > 0 ? 1 : null;
  });
}

/** Cycles per pixel; 0 = below from the first ring on, null = never below: what limits the resolution is not the dose. */
export interface FloorCrossings {
  readonly frc50: number | null;
  readonly frc1over7: number | null;
  readonly frcHalfBit: number | null;
  readonly frcOneBit: number | null;
}

/** @param independentPixels per ring, as the metrics count them. */
export function crossingsOf(
  frequency: readonly number[],
  frc: readonly (number | null)[],
  independentPixels: readonly number[],
): FloorCrossings {
  const at = (threshold: (ring: number) => number): number | null =>
    findCrossing(frequency, frc, threshold).frequency;
  return {
    frc50: at(() => 0.5),
    frc1over7: at(() => 1 / 7),
    frcHalfBit: at((r) => halfBitThreshold(independentPixels[r]!)),
    frcOneBit: at((r) => oneBitThreshold(independentPixels[r]!)),
  };
}
