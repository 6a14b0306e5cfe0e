// The light that a problem's probe alone would bring to the detector.

import { flatImage } from "../array/ndarray.ts";
import { referenceTransforms } from "../compute/reference-fft.ts";
import { createDiffraction } from "../optics/propagate.ts";
import type { Problem } from "./problem.ts";

/** Expected counts behind a flat object of amplitude 1, real [N, N], laid out as a frame. The plain transform, so that what begins
 * with it is the same on all kernels. */
export function flatLight({ probe, probeModes, size, transfer }: Problem): Float64Array {
  const light = new Float64Array(size * size);
  const lens = { size, modes: probeModes, data: probe };
  createDiffraction(lens, referenceTransforms, transfer).intensity(flatImage(size, size).data, light);
  return light;
}
