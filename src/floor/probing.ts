// Diagonal and trace of the inverse Fisher matrix C from a few solves: with white sign vectors z on the compared pixels,
// E[(M z)(M C z)*] = M C M*, whatever linear map M is looked at (Hutchinson 1989, doi:10.1080/03610918908812806;
// Bekas, Kokiopoulou & Saad 2007, doi:10.1016/j.apnum.2007.01.003). All other pixels are nuisances that are estimated too.
// z and C z hold amplitude and phase of every pixel (coordinates.ts). The one direction that no data determine is δφ = const;
// z is made orthogonal to it, and every M here removes it.

import type { ComplexImage } from "../array/ndarray.ts";
import { createRng } from "../math/random/rng.ts";
import type { Box, PixelMask } from "../metrics/mask.ts";
import { coordinatesOf } from "./coordinates.ts";
import type { Fisher } from "./fisher.ts";
import type { Field } from "./rings.ts";
import { solve, type SolveOptions } from "./solve.ts";

/** What is looked at. */
export interface Scene {
  readonly fisher: Fisher;
  readonly object: ComplexImage;
  readonly window: Box;
  /** uint8 [h, w] on the window, non-zero = compared. */
  readonly mask: PixelMask;
}

/** C z on the window, complex128 [h, w], amplitude in the real and phase in the imaginary part. */
export interface Answer {
  readonly x: Field;
  readonly converged: boolean;
}

export type Effort = Pick<SolveOptions, "tolerance" | "mostIterations" | "onIteration">;

/** What is added to the illumination, as a share of its peak, when it divides a step. It moves no solution. */
const scaleFloor = 1e-4;

/** The `index`-th sign vector of a seed, complex128 [h, w]: 0 outside of the mask, phases of mean 0. */
export function signVector(mask: PixelMask, seed: number, index: number): Field {
  const rng = createRng(seed, "floor", { frame: index });
  const z = new Float64Array(2 * mask.length);
  let [phases, compared] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const bits = rng.next();
    z[2 * i] = (bits & 1) === 0 ? -1 : 1;
    z[2 * i + 1] = (bits & 2) === 0 ? -1 : 1;
    phases += z[2 * i + 1]!;
    compared++;
  }
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) z[2 * i + 1] = z[2 * i + 1]! - phases / compared;
  return z;
}

/** Index in the object frame of pixel `i` of the window. */
export function placeIn({ width }: ComplexImage, { x0, y0, x1 }: Box, i: number): number {
  const columns = x1 - x0;
  return (y0 + Math.floor(i / columns)) * width + x0 + (i % columns);
}

/** C z of an unbiased estimate. */
export function probeInverse(z: Field, { fisher, object, window, mask }: Scene, effort: Effort): Answer {
  const coordinates = coordinatesOf(object);
  const g = new Float64Array(object.data.length);
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 0) coordinates.push(z, 2 * i, g, placeIn(object, window, i));
  }
  const floor = scaleFloor * fisher.illumination.reduce((most, value) => Math.max(most, value), 0);
  const scale = fisher.illumination.map((value) => (value > 0 ? 1 / (2 * (value + floor)) : 0));
  const solution = solve(g, object, {
    ...effort,
    apply: fisher.apply,
    precondition(r, out) {
      for (let i = 0; i < r.length; i++) out[i] = scale[i >> 1]! * r[i]!;
    },
  });
  const x = new Float64Array(z.length);
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 0) coordinates.read(solution.x, placeIn(object, window, i), x, 2 * i);
  }
  return { x, converged: solution.converged };
}
