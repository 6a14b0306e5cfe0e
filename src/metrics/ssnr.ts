// Spectral signal-to-noise ratio, power of signal over power of noise in each ring, from a Fourier ring correlation c.
// Unser, Trus & Steven 1987, doi:10.1016/0304-3991(87)90225-7; for halves Penczek 2002, doi:10.1016/S1047-8477(02)00033-3.
//   against a noise-free truth   c = √(S/(1+S))     S = c²/(1−c²)
//   two halves of the data       c = S/(S+2)        S = 2c/(1−c)     the halves have S/2 each
//   two full data sets           c = S/(S+1)        S = c/(1−c)
// S is always that of the image made of all the data. Noise is what the two images do not share: an artefact that both have
// counts as signal. A reconstruction against a reference counts as against a truth: the reference's own noise is signal.

import type { FrcCurve } from "./frc.ts";
import type { ComparisonKind } from "./frc-criterion.ts";

/** SSNR of a correlation; 0 for c ≤ 0 (a power ratio is not negative), Infinity for c = 1. */
export function ssnrOfFrc(kind: ComparisonKind, correlation: number): number {
  const c = Math.max(0, correlation);
  if (kind === "halves") return (2 * c) / (1 - c);
  if (kind === "full") return c / (1 - c);
  return (c * c) / ((1 - c) * (1 + c));
}

/** The correlation that an SSNR ≥ 0 gives. */
export function frcOfSsnr(kind: ComparisonKind, ssnr: number): number {
  if (kind === "halves") return ssnr / (ssnr + 2);
  if (kind === "full") return ssnr / (ssnr + 1);
  return Math.sqrt(ssnr / (ssnr + 1));
}

/** SSNR ring by ring; null where the FRC has no value, or is 1 and leaves no noise to compare with. */
export function ssnrCurve({ value }: FrcCurve, kind: ComparisonKind): (number | null)[] {
  return value.map((ring) => {
    const ssnr = ring === null ? Infinity : ssnrOfFrc(kind, ring);
    return Number.isFinite(ssnr) ? ssnr : null;
  });
}
