// Fourier ring correlation. Saxton & Baumeister 1982, doi:10.1111/j.1365-2818.1982.tb00405.x
//   FRC(r) = Re Σ_ring F1 F2* / √(Σ_ring |F1|² · Σ_ring |F2|²)
// The mean is removed, then a symmetric separable Hann window applied (numpy.hanning ⊗ numpy.hanning). Ring r holds the
// frequencies whose radius rounds to r, r = 1 … ⌊N/2⌋; its frequency is r/N cycles per pixel. The corners are not used.
// A non-square field is cut to its central square, with a warning. With a mask: its bounding box; the mean is that of
// its pixels, and after the mean is gone the field is multiplied by the mask.

import type { ComplexImage, RealImage } from "../array/ndarray.ts";
import { fft2Float64, signedIndex } from "../math/fft64.ts";
import { findCrossing, type Crossing, type CrossingState } from "./crossing.ts";
import { halfBitThreshold, oneBitThreshold } from "./frc-threshold.ts";
import { centralSquare, checkSameShape, cropMask, maskBox, type Box, type PixelMask } from "./mask.ts";

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

/** FRC of two real images, float64 [h, w], or two complex ones, complex64 [h, w]. @throws Shape when shapes differ. */
export function frc<Image extends RealImage | ComplexImage>(
  a: Image,
  b: Image,
  { mask }: { mask?: PixelMask | undefined } = {},
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
  const { pixels, value } = correlateRings(first, second, size);
  const share = inside === undefined ? 1 : inside.filter((pixel) => pixel !== 0).length / inside.length;
  const perFrequency = isComplex(a) ? share : share / 2;
  const independentPixels = pixels.map((count) => count * perFrequency);
  const frequency = value.map((_, i) => (i + 1) / size);
  if (size < 4) warnings.push(`${size} px are too few for an FRC`);
  if (first === null || second === null) {
    const which =
      first === null ? (second === null ? "both images are" : "first image is") : "second image is";
    warnings.push(`${which} constant: no FRC`);
  }
  const below = (threshold: (ring: number) => number): Crossing => findCrossing(frequency, value, threshold);
  const found = {
    frc50: below(() => 0.5),
    frc1over7: below(() => 1 / 7),
    frcHalfBit: below((i) => halfBitThreshold(independentPixels[i]!)),
    frcOneBit: below((i) => oneBitThreshold(independentPixels[i]!)),
  };
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

/** complex128 [N, N] spectrum of the mean-free, windowed square; null when the image is constant there. */
function windowedSpectrum(
  image: RealImage | ComplexImage,
  { x0, y0, x1 }: Box,
  mask: PixelMask | undefined,
): Float64Array | null {
  const size = x1 - x0;
  const stride = image.data.length / (image.height * image.width);
  const field = new Float64Array(2 * size * size);
  let [re, im, n] = [0, 0, 0];
  let varies = false;
  let start = -1;
  for (let i = 0; i < size * size; i++) {
    if (mask !== undefined && mask[i] === 0) continue;
    const from = stride * ((y0 + Math.floor(i / size)) * image.width + x0 + (i % size));
    field[2 * i] = image.data[from]!;
    if (stride === 2) field[2 * i + 1] = image.data[from + 1]!;
    if (start < 0) start = 2 * i;
    varies ||= field[2 * i] !== field[start] || field[2 * i + 1] !== field[start + 1];
    re += field[2 * i]!;
    im += field[2 * i + 1]!;
    n++;
  }
  if (!varies) return null;
  const hann = Float64Array.from(
    { length: size },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1)),
  );
  for (let i = 0; i < size * size; i++) {
    const outside = mask !== undefined && mask[i] === 0;
    const weight = outside ? 0 : hann[Math.floor(i / size)]! * hann[i % size]!;
    field[2 * i] = (field[2 * i]! - re / n) * weight;
    field[2 * i + 1] = (field[2 * i + 1]! - im / n) * weight;
  }
  fft2Float64(field, size, size);
  return field;
}

interface Rings {
  /** Frequencies in each ring. */
  readonly pixels: number[];
  readonly value: (number | null)[];
}

function correlateRings(a: Float64Array | null, b: Float64Array | null, size: number): Rings {
  const rings = Math.floor(size / 2);
  const pixels = new Array<number>(rings + 1).fill(0);
  const cross = new Float64Array(rings + 1);
  const powerA = new Float64Array(rings + 1);
  const powerB = new Float64Array(rings + 1);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const radius = Math.round(Math.sqrt(signedIndex(x, size) ** 2 + signedIndex(y, size) ** 2));
      if (radius > rings) continue;
      pixels[radius]!++;
      if (a === null || b === null) continue;
      const i = 2 * (y * size + x);
      cross[radius] = cross[radius]! + a[i]! * b[i]! + a[i + 1]! * b[i + 1]!;
      powerA[radius] = powerA[radius]! + a[i]! * a[i]! + a[i + 1]! * a[i + 1]!;
      powerB[radius] = powerB[radius]! + b[i]! * b[i]! + b[i + 1]! * b[i + 1]!;
    }
  }
  const value = pixels.map((_, r) => {
    const power = Math.sqrt(powerA[r]! * powerB[r]!);
    // Cauchy–Schwarz holds to rounding: the clamp keeps the last bit inside it.
    return power > 0 ? Math.max(-1, Math.min(1, cross[r]! / power)) : null;
  });
  return { pixels: pixels.slice(1), value: value.slice(1) };
}
