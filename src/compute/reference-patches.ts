// Patches out of an image and back, for the plain kernels: both sub-pixel rules, and their exact adjoints.
//   bilinear  O_r = Σ weights (1−fx, fx)×(1−fy, fy) · the four neighbouring windows
//   fourier   O_r = S_δ of the window at the nearest whole pixel, S_δ the shift of fourier-shift.ts, |δ| ≤ ½ px
// The adjoint of S_δ is the shift back (`align`), that of a window adds it to the image (`scatter`).

import type { Fft2 } from "./backend.ts";
import { makeFourierShift } from "./fourier-shift.ts";
import type { ScanShape } from "./scan-memory.ts";

export interface PatchOperator {
  /** out[offset …] = A image: the patch of a complex image at (x, y). */
  sample(image: Float32Array, x: number, y: number, out: Float32Array, offset: number): void;
  /** fields[offset …] ← shifted back onto whole pixels, where A shifts at all. */
  align(fields: Float32Array, offset: number, x: number, y: number): void;
  /** Complex image += the rest of the adjoint of an aligned patch. */
  scatter(patch: ArrayLike<number>, offset: number, image: Float32Array, place: Place): void;
  /** Real image += a light of the patch's size, non-negative, with linear weights. */
  scatterLight(light: ArrayLike<number>, image: Float32Array, place: Place): void;
}

/** A position, and the object rows that may be touched: rowStart ≤ row < rowEnd. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly rowStart: number;
  readonly rowEnd: number;
}

export function patchOperator(shape: ScanShape, fft: Fft2): PatchOperator {
  const bilinear: PatchOperator = {
    sample: (image, x, y, out, offset) => sample(shape, image, x, y, out, offset),
    align() {},
    scatter: (patch, offset, image, place) => scatter(shape, 2, patch, offset, image, place),
    scatterLight: (light, image, place) => scatter(shape, 1, light, 0, image, place),
  };
  return shape.subPixel === "bilinear" ? bilinear : fourierOperator(fft, bilinear);
}

function fourierOperator(fft: Fft2, whole: PatchOperator): PatchOperator {
  const shift = makeFourierShift(fft);
  return {
    sample(image, x, y, out, offset) {
      const [left, top] = [Math.round(x), Math.round(y)];
      whole.sample(image, left, top, out, offset);
      if (left !== x || top !== y) shift(out, offset, x - left, y - top);
    },
    align(fields, offset, x, y) {
      const [left, top] = [Math.round(x), Math.round(y)];
      if (left !== x || top !== y) shift(fields, offset, left - x, top - y);
    },
    scatter(patch, offset, image, place) {
      whole.scatter(patch, offset, image, { ...place, x: Math.round(place.x), y: Math.round(place.y) });
    },
    scatterLight: whole.scatterLight,
  };
}

function sample(
  { size, objectWidth }: ScanShape,
  image: Float32Array,
  x: number,
  y: number,
  out: Float32Array,
  offset: number,
): void {
  const { start, right, below, w00, w01, w10, w11 } = corners(x, y, size, objectWidth);
  for (let v = 0, o = offset; v < size; v++) {
    let i = 2 * (start + v * objectWidth);
    for (let u = 0; u < 2 * size; u++, i++, o++) {
      out[o] =
        w00 * image[i]! +
        w01 * image[i + 2 * right]! +
        w10 * image[i + 2 * below]! +
        w11 * image[i + 2 * (right + below)]!;
    }
  }
}

/** image += the adjoint of `sample`, `parts` numbers per pixel. */
function scatter(
  { size, objectWidth }: ScanShape,
  parts: 1 | 2,
  patch: ArrayLike<number>,
  offset: number,
  image: Float32Array,
  { x, y, rowStart, rowEnd }: Place,
): void {
  const { start, right, below, w00, w01, w10, w11 } = corners(x, y, size, objectWidth);
  const top = Math.floor(start / objectWidth);
  const inBand = (row: number): boolean => row >= rowStart && row < rowEnd;
  for (let v = 0, o = offset; v < size; v++) {
    let i = parts * (start + v * objectWidth);
    const here = inBand(top + v);
    const under = below !== 0 && inBand(top + v + 1);
    for (const end = i + parts * size; i < end; i++, o++) {
      const value = patch[o]!;
      if (here) add(image, i, w00 * value);
      if (here && right !== 0) add(image, i + parts, w01 * value);
      if (under) add(image, i + parts * below, w10 * value);
      if (under && right !== 0) add(image, i + parts * (below + right), w11 * value);
    }
  }
}

function add(image: Float32Array, i: number, value: number): void {
  image[i] = image[i]! + value;
}

/** Start of the patch at (x, y) in pixels, the distances of its neighbours to the right and below, and bilinear weights.
 * A neighbour of weight 0 may lie outside the image: the pixel itself stands in for it (distance 0). */
function corners(x: number, y: number, size: number, width: number) {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const fx = x - column;
  const fy = y - row;
  return {
    start: (row - size / 2) * width + column - size / 2,
    right: fx === 0 ? 0 : 1,
    below: fy === 0 ? 0 : width,
    w00: (1 - fx) * (1 - fy),
    w01: fx * (1 - fy),
    w10: (1 - fx) * fy,
    w11: fx * fy,
  };
}
