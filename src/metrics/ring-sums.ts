// What Fourier ring correlations are made of: the spectrum of a mean-free, windowed square, and sums over rings of two spectra.
// The mean is that of the masked pixels; after it is gone the field is multiplied by the mask and by a symmetric separable
// Hann window (numpy.hanning ⊗ numpy.hanning). Ring r holds the frequencies whose radius rounds to r, r = 1 … ⌊N/2⌋.

import type { ComplexImage, RealImage } from "../array/ndarray.ts";
import { fft2Float64, signedIndex } from "../math/fft64.ts";
import type { Box, PixelMask } from "./mask.ts";

/** Symmetric Hann window, float64 [size], 0 at both ends. */
export function hannWindow(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1)));
}

/** complex128 [N, N] spectrum of a square of an image; null when the image is constant there.
 * @param inside uint8 [N, N] of the square, non-zero = counts; all of it when absent. */
export function windowedSpectrum(
  image: RealImage | ComplexImage,
  { x0, y0, x1 }: Box,
  inside: PixelMask | undefined,
): Float64Array | null {
  const size = x1 - x0;
  const stride = image.data.length / (image.height * image.width);
  const field = new Float64Array(2 * size * size);
  let [re, im, n] = [0, 0, 0];
  let varies = false;
  let start = -1;
  for (let i = 0; i < size * size; i++) {
    if (inside !== undefined && inside[i] === 0) continue;
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
  const hann = hannWindow(size);
  for (let i = 0; i < size * size; i++) {
    const outside = inside !== undefined && inside[i] === 0;
    const weight = outside ? 0 : hann[Math.floor(i / size)]! * hann[i % size]!;
    field[2 * i] = (field[2 * i]! - re / n) * weight;
    field[2 * i + 1] = (field[2 * i + 1]! - im / n) * weight;
  }
  fft2Float64(field, size, size);
  return field;
}

/** Sums of each ring, float64 [⌊N/2⌋], ring 1 first. */
export interface RingSums {
  /** Frequencies in the ring. */
  readonly pixels: Float64Array;
  /** Re Σ A B*. */
  readonly cross: Float64Array;
  /** Σ |A|². */
  readonly powerA: Float64Array;
  /** Σ |B|². */
  readonly powerB: Float64Array;
}

/** Over two spectra, complex128 [N, N]; null is one without power. */
export function ringSums(a: Float64Array | null, b: Float64Array | null, size: number): RingSums {
  const rings = Math.floor(size / 2);
  const pixels = new Float64Array(rings);
  const cross = new Float64Array(rings);
  const powerA = new Float64Array(rings);
  const powerB = new Float64Array(rings);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const ring = Math.round(Math.sqrt(signedIndex(x, size) ** 2 + signedIndex(y, size) ** 2)) - 1;
      if (ring < 0 || ring >= rings) continue;
      pixels[ring] = pixels[ring]! + 1;
      const i = 2 * (y * size + x);
      if (a !== null && b !== null) cross[ring] = cross[ring]! + a[i]! * b[i]! + a[i + 1]! * b[i + 1]!;
      if (a !== null) powerA[ring] = powerA[ring]! + a[i]! * a[i]! + a[i + 1]! * a[i + 1]!;
      if (b !== null) powerB[ring] = powerB[ring]! + b[i]! * b[i]! + b[i + 1]! * b[i + 1]!;
    }
  }
  return { pixels, cross, powerA, powerB };
}

/** Independent pixels of rings with so many frequencies (see `FrcCurve`). @param share of the square that counts. */
export function independentIn(frequencies: ArrayLike<number>, share: number, isComplex: boolean): number[] {
  return Array.from(frequencies, (count) => count * (isComplex ? share : share / 2));
}
