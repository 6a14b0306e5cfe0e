// Amplitude and phase images of complex ones, and the phase pair that wraps cannot spoil.

import type { ComplexImage, RealImage } from "../array/ndarray.ts";
import { dataRange } from "./range.ts";
import type { PixelMask } from "./mask.ts";

/** |o|, float64 [h, w]. */
export function amplitudeOf({ height, width, data }: ComplexImage): RealImage {
  const out = new Float64Array(height * width);
  // sqrt of squares, not hypot: float32 squares do not leave the float64 range, and hypot is ten times slower.
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(data[2 * i]! ** 2 + data[2 * i + 1]! ** 2);
  return { height, width, data: out };
}

/** arg o in (−π, π], float64 [h, w], radians; as numpy's angle. */
export function phaseOf({ height, width, data }: ComplexImage): RealImage {
  const out = new Float64Array(height * width);
  for (let i = 0; i < out.length; i++) out[i] = Math.atan2(data[2 * i + 1]!, data[2 * i]!);
  return { height, width, data: out };
}

/** A complex image of either precision, interleaved. */
interface Interleaved {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array | Float64Array;
}

/** Phases of two aligned images: φb relative to the mean direction of b in the mask, φa = φb + arg(a·b*).
 * Offsets of 2π and wrap lines cancel in φa − φb, which lies in (−π, π]. */
export function phasePair(
  a: Interleaved,
  b: Interleaved,
  mask?: PixelMask,
): { readonly a: RealImage; readonly b: RealImage } {
  let [re, im] = [0, 0];
  for (let i = 0; i < b.data.length; i += 2) {
    if (mask !== undefined && mask[i / 2] === 0) continue;
    re += b.data[i]!;
    im += b.data[i + 1]!;
  }
  if (re === 0 && im === 0) re = 1;
  const phaseA = new Float64Array(b.height * b.width);
  const phaseB = new Float64Array(b.height * b.width);
  for (let i = 0; i < phaseA.length; i++) {
    const ar = a.data[2 * i]!;
    const ai = a.data[2 * i + 1]!;
    const br = b.data[2 * i]!;
    const bi = b.data[2 * i + 1]!;
    phaseB[i] = Math.atan2(bi * re - br * im, br * re + bi * im);
    phaseA[i] = phaseB[i]! + Math.atan2(ai * br - ar * bi, ar * br + ai * bi);
  }
  return { a: { ...b, data: phaseA }, b: { ...b, data: phaseB } };
}

/** Rounding of complex64, relative to amplitude, or in radians of phase. */
const complex64Rounding = 1e-6;

/** The image, or a truly constant one when it varies in the mask by no more than the rounding of complex64 numbers. */
export function snapConstant(
  image: RealImage,
  { mask, part }: { readonly mask?: PixelMask | undefined; readonly part: "amplitude" | "phase" },
): RealImage {
  const first = mask === undefined ? 0 : mask.findIndex((value) => value !== 0);
  // An amplitude that varies this little has the size of its first pixel everywhere.
  const level = part === "phase" ? 1 : Math.abs(image.data[first]!);
  const range = dataRange(image, mask);
  if (range === 0 || range > complex64Rounding * level) return image;
  return { ...image, data: new Float64Array(image.data.length).fill(image.data[first]!) };
}
