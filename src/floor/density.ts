// Power spectral density of an image over the compared pixels. A window such as Hann's would take what lies in the middle of the
// field for the whole (METRIC-014): here all pixels count alike but for a rim, where the weight rises from 0 at the edge of the
// mask, since a sharp edge would spread the strong low frequencies over the weak high ones.
//   S(k) = |Σ w(r) (x(r) − x̄) e^{−2πi k·r}|² / Σ w²,  averaged over directions.
// A periodogram with a cosine taper (Bloomfield, Fourier Analysis of Time Series, 2nd ed., 2000, doi:10.1002/0471722235).

import { fastLength, fft2Float64, signedIndex } from "../math/fft64.ts";
import type { PixelMask } from "../metrics/mask.ts";
import { hannWindow } from "../metrics/ring-sums.ts";

/** Power per pixel of white noise that would have the image's power, ring by ring. */
export interface Density {
  /** Cycles per pixel, from 0 in equal steps. */
  readonly frequency: readonly number[];
  readonly power: Float64Array;
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Width of the rim, as a share of the smaller side. */
const rimShare = 1 / 8;

/** @param image float64 [h, w]. @param mask uint8 [h, w], non-zero = counts. */
export function spectralDensity(
  { height, width, data }: Size & { readonly data: Float64Array },
  mask: PixelMask,
): Density {
  const weight = softMask({ height, width }, mask);
  const size = fastLength(Math.max(height, width));
  const total = weight.reduce((sum, w) => sum + w, 0);
  const mean = weight.reduce((sum, w, i) => sum + w * data[i]!, 0) / total;
  const field = new Float64Array(2 * size * size);
  weight.forEach((w, i) => {
    field[2 * (Math.floor(i / width) * size + (i % width))] = w * (data[i]! - mean);
  });
  fft2Float64(field, size, size);
  const power = new Float64Array(Math.floor(size / 2) + 1);
  const members = new Float64Array(power.length);
  for (let i = 0; i < size * size; i++) {
    const ring = Math.round(Math.hypot(signedIndex(i % size, size), signedIndex(Math.floor(i / size), size)));
    if (ring >= power.length) continue;
    power[ring] = power[ring]! + field[2 * i]! ** 2 + field[2 * i + 1]! ** 2;
    members[ring] = members[ring]! + 1;
  }
  const norm = weight.reduce((sum, w) => sum + w * w, 0);
  return {
    frequency: Array.from(power, (_, ring) => ring / size),
    power: power.map((sum, ring) => sum / members[ring]! / norm),
  };
}

/** Power at a frequency, cycles per pixel: linear between the rings, constant beyond the last. */
export function powerAt({ frequency, power }: Density, at: number): number {
  const place = Math.min(power.length - 1, at / frequency[1]!);
  const low = Math.min(power.length - 2, Math.floor(place));
  return power[low]! + (place - low) * (power[low + 1]! - power[low]!);
}

/** The mask with a rim inside of its edge: the share m of compared pixels about each, under a Hann bump as wide as the rim on
 * either side, is 1/2 at a straight edge; the weight is (2m − 1)² where that is above 0. float64 [h, w]. */
function softMask({ height, width }: Size, mask: PixelMask): Float64Array {
  const rim = Math.floor(rimShare * Math.min(height, width));
  const bump = hannWindow(2 * rim + 3).subarray(1, -1);
  const sum = bump.reduce((total, value) => total + value, 0);
  const blur = (image: Float64Array, step: number, length: number): Float64Array =>
    image.map((_, i) => {
      const at = Math.floor(i / step) % length;
      let value = 0;
      for (let d = Math.max(-rim, -at); d <= Math.min(rim, length - 1 - at); d++)
        value += bump[d + rim]! * image[i + d * step]!;
      return value / sum;
    });
  const on = Float64Array.from(mask, (value) => (value === 0 ? 0 : 1));
  const share = blur(blur(on, 1, width), width, height);
  return share.map((m, i) => on[i]! * Math.max(0, 2 * m - 1) ** 2);
}
