// Amplitude and phase as coordinates of a small change of the object, δO = e^{iφ}(δa + i a δφ), and the transpose of this map.
// A field of both is complex: δa in the real, δφ in the imaginary part.

import type { ComplexImage } from "../array/ndarray.ts";

export interface Coordinates {
  /** δO of a field at one pixel of the object; both at an index of interleaved data. */
  change(field: ArrayLike<number>, at: number, out: { [index: number]: number }, pixel: number): void;
  /** Covector of (δa, δφ) from one of δO: the transpose of `change`. */
  pull(covector: ArrayLike<number>, pixel: number, out: { [index: number]: number }, at: number): void;
  /** Covector of δO from one of (δa, δφ): the inverse of `pull`. */
  push(covector: ArrayLike<number>, at: number, out: { [index: number]: number }, pixel: number): void;
  /** (δa, δφ) of a change: the inverse of `change`. */
  read(change: ArrayLike<number>, pixel: number, out: { [index: number]: number }, at: number): void;
}

/** Smallest amplitude that a phase is counted at, as a share of the mean: darker pixels have no phase to speak of. */
const leastAmplitude = 0.01;

/** Coordinates about an object, complex64 [H, W]. */
export function coordinatesOf({ data }: ComplexImage): Coordinates {
  const pixels = data.length / 2;
  const axes = new Float64Array(3 * pixels);
  let total = 0;
  for (let i = 0; i < pixels; i++) total += Math.hypot(data[2 * i]!, data[2 * i + 1]!);
  const least = (leastAmplitude * total) / pixels;
  for (let i = 0; i < pixels; i++) {
    const a = Math.hypot(data[2 * i]!, data[2 * i + 1]!);
    axes[3 * i] = a === 0 ? 1 : data[2 * i]! / a;
    axes[3 * i + 1] = a === 0 ? 0 : data[2 * i + 1]! / a;
    axes[3 * i + 2] = Math.max(a, least);
  }
  return {
    change(field, at, out, pixel) {
      const [re, im, a] = [axes[3 * pixel]!, axes[3 * pixel + 1]!, axes[3 * pixel + 2]!];
      const [x, y] = [field[at]!, a * field[at + 1]!];
      out[2 * pixel] = re * x - im * y;
      out[2 * pixel + 1] = im * x + re * y;
    },
    pull(covector, pixel, out, at) {
      const [re, im, a] = [axes[3 * pixel]!, axes[3 * pixel + 1]!, axes[3 * pixel + 2]!];
      const [x, y] = [covector[2 * pixel]!, covector[2 * pixel + 1]!];
      out[at] = re * x + im * y;
      out[at + 1] = a * (re * y - im * x);
    },
    push(covector, at, out, pixel) {
      const [re, im, a] = [axes[3 * pixel]!, axes[3 * pixel + 1]!, axes[3 * pixel + 2]!];
      const [x, y] = [covector[at]!, covector[at + 1]! / a];
      out[2 * pixel] = re * x - im * y;
      out[2 * pixel + 1] = im * x + re * y;
    },
    read(change, pixel, out, at) {
      const [re, im, a] = [axes[3 * pixel]!, axes[3 * pixel + 1]!, axes[3 * pixel + 2]!];
      const [x, y] = [change[2 * pixel]!, change[2 * pixel + 1]!];
      out[at] = re * x + im * y;
      out[at + 1] = (re * y - im * x) / a;
    },
  };
}
