// What Fourier ring correlation to expect of an unbiased estimate whose noise has the power N(r), of a signal of power S(r):
//   against the signal itself √(SSNR/(1 + SSNR)),  half against half SSNR/(2 + SSNR),  SSNR = S/N (metrics/ssnr.ts).
// Signal and noise are independent, and rings hold enough of both that a ratio of means stands for the mean ratio.
// Unser, Trus & Steven 1987, doi:10.1016/0304-3991(87)90225-7; Rosenthal & Henderson 2003, doi:10.1016/j.jmb.2003.07.013.

import { decidingPixels } from "../metrics/crossing.ts";
import { crossingsOf, type FrcCurve, type FrcThreshold } from "../metrics/frc.ts";
import type { ComparisonKind } from "../metrics/frc-criterion.ts";
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
export type FloorCrossings = Readonly<Record<FrcThreshold, number | null>>;

export function floorCrossings(curve: FrcCurve): FloorCrossings {
  const { frc50, frc1over7, frcHalfBit, frcOneBit } = crossingsOf(curve, decidingPixels);
  return {
    frc50: frc50.frequency,
    frc1over7: frc1over7.frequency,
    frcHalfBit: frcHalfBit.frequency,
    frcOneBit: frcOneBit.frequency,
  };
}
