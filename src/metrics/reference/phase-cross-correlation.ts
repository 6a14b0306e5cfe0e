// Registration of the earlier study: scikit-image's phase_cross_correlation of two moduli with phase normalisation, on whole
// pixels first, then on a grid of 1/50 px within 0.75 px of the peak. Guizar-Sicairos, Thurman & Fienup 2008,
// doi:10.1364/OL.33.000156. Without a bound, and sensitive to the border: register.ts is what doselap uses itself.

import type { RealImage } from "../../array/ndarray.ts";
import { fft2Float64, signedIndex } from "../../math/fft64.ts";

/** Pixels to move the second image by; rows first, as the earlier study's tables have it. */
export interface Offset {
  readonly dyPx: number;
  readonly dxPx: number;
}

const upsampling = 50;
/** Points of the fine grid per axis, and the one that is its centre. */
const gridPoints = Math.ceil(1.5 * upsampling);
const gridCentre = Math.floor(gridPoints / 2);

/** Shift that brings `moving` onto `fixed`, float64 [h, w] each, of the same shape. */
export function phaseCrossCorrelation(fixed: RealImage, moving: RealImage): Offset {
  const { height, width } = fixed;
  const cross = spectrum(fixed);
  const other = spectrum(moving);
  for (let i = 0; i < cross.length; i += 2) {
    const re = cross[i]! * other[i]! + cross[i + 1]! * other[i + 1]!;
    const im = cross[i + 1]! * other[i]! - cross[i]! * other[i + 1]!;
    const size = Math.max(Math.hypot(re, im), 100 * Number.EPSILON);
    cross[i] = re / size;
    cross[i + 1] = im / size;
  }
  const correlation = cross.slice();
  fft2Float64(correlation, height, width, { inverse: true });
  const peak = largest(correlation);
  const dy = beyondHalf(Math.floor(peak / width), height);
  const dx = beyondHalf(peak % width, width);
  const fine = largest(upsampled(cross, { height, width }, { dyPx: dy, dxPx: dx }));
  return {
    dyPx: dy + (Math.floor(fine / gridPoints) - gridCentre) / upsampling,
    dxPx: dx + ((fine % gridPoints) - gridCentre) / upsampling,
  };
}

/** Moves a complex128 field periodically by multiplying its spectrum, in place. */
export function moveField(
  field: Float64Array,
  { height, width }: { readonly height: number; readonly width: number },
  { dyPx, dxPx }: Offset,
): void {
  fft2Float64(field, height, width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = 2 * (y * width + x);
      const angle =
        -2 * Math.PI * ((signedIndex(y, height) * dyPx) / height + (signedIndex(x, width) * dxPx) / width);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const re = field[i]! * c - field[i + 1]! * s;
      field[i + 1] = field[i]! * s + field[i + 1]! * c;
      field[i] = re;
    }
  }
  fft2Float64(field, height, width, { inverse: true });
}

function spectrum({ height, width, data }: RealImage): Float64Array {
  const out = new Float64Array(2 * data.length);
  for (let i = 0; i < data.length; i++) out[2 * i] = data[i]!;
  fft2Float64(out, height, width);
  return out;
}

/** Index of the first number of largest modulus. */
function largest(field: Float64Array): number {
  let peak = -1;
  let at = 0;
  for (let i = 0; i < field.length; i += 2) {
    const power = field[i]! ** 2 + field[i + 1]! ** 2;
    if (power > peak) [peak, at] = [power, i / 2];
  }
  return at;
}

function beyondHalf(index: number, size: number): number {
  return index > Math.trunc(size / 2) ? index - size : index;
}

/** The correlation on the fine grid around a shift, [gridPoints, gridPoints]. */
function upsampled(
  cross: Float64Array,
  { height, width }: { readonly height: number; readonly width: number },
  around: Offset,
): Float64Array {
  const rows = new Float64Array(2 * gridPoints * height);
  for (let p = 0; p < gridPoints; p++) {
    const shift = around.dxPx + (p - gridCentre) / upsampling;
    for (let x = 0; x < width; x++) {
      const angle = (2 * Math.PI * signedIndex(x, width) * shift) / width;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let y = 0; y < height; y++) {
        const i = 2 * (y * width + x);
        const o = 2 * (p * height + y);
        rows[o] = rows[o]! + cross[i]! * c - cross[i + 1]! * s;
        rows[o + 1] = rows[o + 1]! + cross[i]! * s + cross[i + 1]! * c;
      }
    }
  }
  const out = new Float64Array(2 * gridPoints * gridPoints);
  for (let q = 0; q < gridPoints; q++) {
    const shift = around.dyPx + (q - gridCentre) / upsampling;
    for (let y = 0; y < height; y++) {
      const angle = (2 * Math.PI * signedIndex(y, height) * shift) / height;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let p = 0; p < gridPoints; p++) {
        const i = 2 * (p * height + y);
        const o = 2 * (q * gridPoints + p);
        out[o] = out[o]! + rows[i]! * c - rows[i + 1]! * s;
        out[o + 1] = out[o + 1]! + rows[i]! * s + rows[i + 1]! * c;
      }
    }
  }
  return out;
}
