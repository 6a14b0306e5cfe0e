// Fourier ring correlation. Saxton & Baumeister 1982, doi:10.1111/j.1365-2818.1982.tb00405.x
//   FRC(r) = Re Σ_ring F1 F2* / √(Σ_ring |F1|² · Σ_ring |F2|²)
// Spectra and rings are those of ring-sums.ts; ring r is r/N cycles per pixel, and the corners are not used. A non-square
// field is cut to its central square, with a warning. With a mask: its bounding box.

import type { ComplexImage, RealImage } from "../array/ndarray.ts";
import { findCrossing, type Crossing, type CrossingState } from "./crossing.ts";
import { halfBitThreshold, oneBitThreshold } from "./frc-threshold.ts";
import { centralSquare, checkSameShape, cropMask, maskBox, type PixelMask } from "./mask.ts";
import { independentIn, ringSums, windowedSpectrum } from "./ring-sums.ts";

/** null in `value`: the ring holds no power in one of the images. */
export interface FrcCurve {
  /** Cycles per pixel. */
  readonly frequency: readonly number[];
  readonly value: readonly (number | null)[];
  /** n of the threshold curves: the frequencies of the ring, half of them for real images, whose spectrum is Hermitian;
   * times the share of the square that the mask covers, because a smaller support ties neighbouring frequencies together
   * (van Heel & Schatz 2005). The window ties them, too: with it the FRC of white noise scatters by the 1/√n that the
   * published curves assume, to 3 %; without it by 1/√(2n). */
  readonly independentPixels: readonly number[];
}

/** JSON names of the thresholds, in the order of tables. The two bit curves are the published ones (frc-threshold.ts). */
export const frcThresholds = ["frc50", "frc1over7", "frcHalfBit", "frcOneBit"] as const;
export type FrcThreshold = (typeof frcThresholds)[number];

export function isFrcThreshold(name: string): name is FrcThreshold {
  return (frcThresholds as readonly string[]).includes(name);
}

/** Crossings are spatial frequencies in cycles per pixel; what null and 0 mean stands in `crossing`. */
export interface FrcReport extends Readonly<Record<FrcThreshold, number | null>> {
  readonly frc: FrcCurve;
  readonly crossing: Readonly<Record<FrcThreshold, CrossingState>>;
  readonly warnings: readonly string[];
}

/** Where a curve falls below each of the thresholds. @param leastPixels independent pixels that a ring needs to decide alone
 * against a fixed threshold; the bit curves depend on their number anyway. */
export function crossingsOf(
  { frequency, value, independentPixels }: FrcCurve,
  leastPixels = 0,
): Readonly<Record<FrcThreshold, Crossing>> {
  const below = (threshold: (ring: number) => number): Crossing => findCrossing(frequency, value, threshold);
  const belowFixed = (threshold: number): Crossing =>
    findCrossing(
      frequency,
      value,
      () => threshold,
      (i) => independentPixels[i]! >= leastPixels,
    );
  return {
    frc50: belowFixed(0.5),
    frc1over7: belowFixed(1 / 7),
    frcHalfBit: below((i) => halfBitThreshold(independentPixels[i]!)),
    frcOneBit: below((i) => oneBitThreshold(independentPixels[i]!)),
  };
}

export interface FrcOptions {
  readonly mask?: PixelMask | undefined;
  /** As in {@link crossingsOf}. */
  readonly leastPixels?: number | undefined;
  /** Counts the frequencies of complex images as those of real ones: phasors of small phases φ are i times the real image φ. */
  readonly asReal?: boolean | undefined;
}

/** FRC of two real images, float64 [h, w], or two complex ones, complex64 [h, w]. @throws Shape when shapes differ. */
export function frc<Image extends RealImage | ComplexImage>(
  a: Image,
  b: Image,
  { mask, leastPixels, asReal = false }: FrcOptions = {},
): FrcReport {
  checkSameShape(a, b, mask);
  const box = maskBox(a, mask);
  const square = centralSquare(box);
  const size = square.x1 - square.x0;
  const warnings: string[] = [];
  if (box.x1 - box.x0 !== box.y1 - box.y0) {
    warnings.push(
      `FRC on the central ${size}×${size} px square of ${box.x1 - box.x0}×${box.y1 - box.y0} px (width×height)`,
    );
  }
  const inside = cropMask(mask, a.width, square);
  const first = windowedSpectrum(a, square, inside);
  const second = windowedSpectrum(b, square, inside);
  const { pixels, cross, powerA, powerB } = ringSums(first, second, size);
  const value = Array.from(cross, (sum, r) => {
    const power = Math.sqrt(powerA[r]! * powerB[r]!);
    // Cauchy–Schwarz holds to rounding: the clamp keeps the last bit inside it.
    return power > 0 ? Math.max(-1, Math.min(1, sum / power)) : null;
  });
  const share = inside === undefined ? 1 : inside.filter((pixel) => pixel !== 0).length / inside.length;
  const independentPixels = independentIn(pixels, share, isComplex(a) && !asReal);
  const frequency = value.map((_, i) => (i + 1) / size);
  if (size < 4) warnings.push(`${size} px are too few for an FRC`);
  if (first === null || second === null) {
    const which =
      first === null ? (second === null ? "both images are" : "first image is") : "second image is";
    warnings.push(`${which} constant: no FRC`);
  }
  const found = crossingsOf({ frequency, value, independentPixels }, leastPixels);
  return {
    frc: { frequency, value, independentPixels },
    frc50: found.frc50.frequency,
    frc1over7: found.frc1over7.frequency,
    frcHalfBit: found.frcHalfBit.frequency,
    frcOneBit: found.frcOneBit.frequency,
    crossing: {
      frc50: found.frc50.state,
      frc1over7: found.frc1over7.state,
      frcHalfBit: found.frcHalfBit.state,
      frcOneBit: found.frcOneBit.state,
    },
    warnings,
  };
}

/** A complex image holds two numbers per pixel. */
function isComplex({ height, width, data }: RealImage | ComplexImage): boolean {
  return data.length === 2 * height * width;
}
