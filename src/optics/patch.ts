// Object patches O_r under the probe, and the exact adjoint that adds patches back.
//   O_r[v, u] = O(y − N/2 + v, x − N/2 + u) for u, v = 0 … N−1: array index N/2 of the patch is the position.
// Between pixels: bilinear interpolation of the four neighbours (integer positions copy), or the integer patch
// turned by e^{+2πi k·δ/N} in Fourier space ("fourier", periodic at the patch's edge, |δ| ≤ ½ px; fourier-shift.ts).
// Patches are complex64 [N, N], interleaved.

import type { ComplexImage } from "../array/ndarray.ts";
import type { Transforms } from "../compute/backend.ts";
import { makeFourierShift } from "../compute/fourier-shift.ts";
import type { SubPixel } from "../compute/scan-memory.ts";
import { DoselapError } from "../errors.ts";

/** Takes patches out of an object and adds them back. Owns scratch: not re-entrant. */
export interface PatchSampler {
  /** out = O_r. */
  extract(object: ComplexImage, x: number, y: number, out: Float32Array): void;
  /** object += Aᵀ* patch: the exact adjoint of `extract`. */
  scatter(patch: Float32Array, x: number, y: number, object: ComplexImage): void;
}

/** The sampler of one sub-pixel rule for N×N patches. The backend serves "fourier" only. */
export function makePatchSampler(subPixel: SubPixel, size: number, backend: Transforms): PatchSampler {
  switch (subPixel) {
    case "bilinear":
      return {
        extract: (object, x, y, out) => extractPatch(object, x, y, size, out),
        scatter: (patch, x, y, object) => scatterPatch(patch, x, y, size, object),
      };
    case "fourier":
      return fourierSampler(size, backend);
    default:
      return subPixel satisfies never;
  }
}

/** Bilinear patch at (x, y) into `out`. @throws Range when the patch reaches outside the object. */
export function extractPatch(
  object: ComplexImage,
  x: number,
  y: number,
  size: number,
  out: Float32Array,
): void {
  checkPatch(object, x, y, size, out);
  const { data, width } = object;
  const half = Math.floor(size / 2);
  const column = Math.floor(x);
  const row = Math.floor(y);
  const fx = x - column;
  const fy = y - row;
  const start = 2 * ((row - half) * width + column - half);
  if (fx === 0 && fy === 0) {
    for (let v = 0; v < size; v++) {
      const from = start + 2 * v * width;
      out.set(data.subarray(from, from + 2 * size), 2 * v * size);
    }
    return;
  }
  // A neighbour of weight 0 may lie outside the object: then the pixel itself stands in for it.
  const right = fx === 0 ? 0 : 2;
  const below = fy === 0 ? 0 : 2 * width;
  const w00 = (1 - fx) * (1 - fy);
  const w01 = fx * (1 - fy);
  const w10 = (1 - fx) * fy;
  const w11 = fx * fy;
  for (let v = 0; v < size; v++) {
    let i = start + 2 * v * width;
    let o = 2 * v * size;
    for (const end = i + 2 * size; i < end; i++, o++) {
      out[o] =
        w00 * data[i]! + w01 * data[i + right]! + w10 * data[i + below]! + w11 * data[i + right + below]!;
    }
  }
}

/** Adds a patch at (x, y) to the object with the weights of {@link extractPatch}: its exact adjoint.
 * @throws Range when the patch reaches outside the object. */
export function scatterPatch(
  patch: Float32Array,
  x: number,
  y: number,
  size: number,
  object: ComplexImage,
): void {
  checkPatch(object, x, y, size, patch);
  const { data, width } = object;
  const half = Math.floor(size / 2);
  const column = Math.floor(x);
  const row = Math.floor(y);
  const fx = x - column;
  const fy = y - row;
  const start = 2 * ((row - half) * width + column - half);
  const whole = fx === 0 && fy === 0;
  const right = fx === 0 ? 0 : 2;
  const below = fy === 0 ? 0 : 2 * width;
  const w00 = (1 - fx) * (1 - fy);
  const w01 = fx * (1 - fy);
  const w10 = (1 - fx) * fy;
  const w11 = fx * fy;
  for (let v = 0; v < size; v++) {
    let i = start + 2 * v * width;
    let o = 2 * v * size;
    for (const end = i + 2 * size; i < end; i++, o++) {
      const value = patch[o]!;
      data[i] = data[i]! + w00 * value;
      if (whole) continue;
      data[i + right] = data[i + right]! + w01 * value;
      data[i + below] = data[i + below]! + w10 * value;
      data[i + right + below] = data[i + right + below]! + w11 * value;
    }
  }
}

function fourierSampler(size: number, backend: Transforms): PatchSampler {
  const shift = makeFourierShift(backend.fft2(size));
  const scratch = new Float32Array(2 * size * size);
  return {
    extract(object, x, y, out) {
      const column = Math.round(x);
      const row = Math.round(y);
      extractPatch(object, column, row, size, out);
      if (column !== x || row !== y) shift(out, 0, x - column, y - row);
    },
    scatter(patch, x, y, object) {
      const column = Math.round(x);
      const row = Math.round(y);
      if (column === x && row === y) {
        scatterPatch(patch, column, row, size, object);
        return;
      }
      // A unitary shift: its adjoint is the shift back.
      scratch.set(patch);
      shift(scratch, 0, column - x, row - y);
      scatterPatch(scratch, column, row, size, object);
    },
  };
}

function checkPatch(
  { height, width }: ComplexImage,
  x: number,
  y: number,
  size: number,
  patch: Float32Array,
): void {
  const low = Math.floor(size / 2);
  const high = size - low;
  if (!(x >= low && x <= width - high && y >= low && y <= height - high)) {
    throw new DoselapError("Range", "a patch reaches outside the object", {
      key: `position (x ${x}, y ${y})`,
      expected: `x in [${low}, ${width - high}], y in [${low}, ${height - high}] for ${size}×${size} patches`,
      got: `an object of ${height}×${width}`,
      hint: "Enlarge the object or drop the position.",
    });
  }
  if (patch.length !== 2 * size * size) {
    throw new DoselapError("Shape", "a patch does not fit its size", {
      expected: `${2 * size * size} numbers for ${size}×${size}`,
      got: String(patch.length),
    });
  }
}
