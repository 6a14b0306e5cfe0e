// Amplitude and phase images of complex ones, the phase pair that wraps cannot spoil, and phasors, which do not wrap at all.

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

/** Rounding of complex64, relative to amplitude, or in radians of phase. */
const complex64Rounding = 1e-6;

/** A complex image of either precision, interleaved. */
interface Interleaved {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array | Float64Array;
}

/** e^{iφ}, complex64 [h, w]: the phase image for whatever correlates, each image by itself. The φa of {@link phasePair} lies beside
 * φb by construction, so that noise correlates with it (METRIC-015). A phase that is constant in the mask to the rounding of
 * complex64 is made truly so. A pixel of amplitude 0 has phase 0. */
export function phasorsOf({ height, width, data }: Interleaved, mask?: PixelMask): ComplexImage {
  const out = new Float32Array(data.length);
  let start = -1;
  let varies = false;
  for (let i = 0; i < out.length; i += 2) {
    const size = Math.sqrt(data[i]! ** 2 + data[i + 1]! ** 2);
    out[i] = size === 0 ? 1 : data[i]! / size;
    out[i + 1] = size === 0 ? 0 : data[i + 1]! / size;
    if (mask !== undefined && mask[i / 2] === 0) continue;
    if (start < 0) start = i;
    varies ||= Math.hypot(out[i]! - out[start]!, out[i + 1]! - out[start + 1]!) > complex64Rounding;
  }
  if (!varies && start >= 0) {
    const [re, im] = [out[start]!, out[start + 1]!];
    for (let i = 0; i < out.length; i += 2) [out[i], out[i + 1]] = [re, im];
  }
  return { height, width, data: out };
}

/** Phases of two aligned images: φb relative to the mean direction of b in the mask, φa = φb + arg(a·b*).
 * Offsets of 2π and wrap lines cancel in φa − φb, which lies in (−π, π]. For errors: see {@link phasorsOf} for correlations. */
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
