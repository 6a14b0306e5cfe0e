// Thresholds of a Fourier ring correlation that depend on the number n of independent pixels in the ring.
// van Heel & Schatz 2005, doi:10.1016/j.jsb.2005.05.009. Two images of signal-to-noise power ratio s each, whose cross
// terms average down as 1/√n, correlate as
//   T(n) = (s + 2√(s/n) + 1/√n) / (s + 1 + 2√(s/n)).
// Half a bit of information per pixel, log2(1 + S) = 1/2, needs S = √2 − 1 in the image of all the data, s = S/2 in each of
// its halves; one bit needs S = 1, s = 1/2. The published curves are those of the halves, with rounded numbers.
// Against a noise-free truth the same terms leave
//   T(n) = (√S + 1/√n) / √(S + 1 + 2√(S/n)).

import type { ComparisonKind } from "./frc-criterion.ts";

/** Half-bit curve as published, for two halves of the data. */
export function halfBitThreshold(independentPixels: number): number {
  const root = Math.sqrt(independentPixels);
  return (0.2071 + 1.9102 / root) / (1.2071 + 0.9102 / root);
}

/** One-bit curve as published, for two halves of the data. */
export function oneBitThreshold(independentPixels: number): number {
  const root = Math.sqrt(independentPixels);
  return (0.5 + 2.4142 / root) / (1.5 + 1.4142 / root);
}

/** Correlation at which the image of all the data carries so many bits per pixel, in this kind of comparison. */
export function informationThreshold(kind: ComparisonKind, bits: number, independentPixels: number): number {
  const whole = 2 ** bits - 1;
  const root = Math.sqrt(independentPixels);
  if (kind === "truth" || kind === "reference") {
    return (Math.sqrt(whole) + 1 / root) / Math.sqrt(whole + 1 + (2 * Math.sqrt(whole)) / root);
  }
  const each = kind === "halves" ? whole / 2 : whole;
  const mixed = (2 * Math.sqrt(each)) / root;
  return (each + mixed + 1 / root) / (each + 1 + mixed);
}
