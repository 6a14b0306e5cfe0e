// An object's phase some gradient steps on, its modulus as it was: what the frames can make of that modulus.

import type { ComplexImage } from "../../array/ndarray.ts";
import type { Backend } from "../../compute/backend.ts";
import type { Problem } from "../../engines/problem.ts";
import { gradientSteps } from "../physics/gradient-steps.ts";

export interface FreePhaseOptions {
  readonly backend: Backend;
  readonly steps: number;
}

/** A copy of the object, complex64 [H, W] on the problem's frame. */
export function freePhase(
  object: ComplexImage,
  problem: Problem,
  { backend, steps }: FreePhaseOptions,
): ComplexImage {
  const modulus = Float32Array.from({ length: object.data.length / 2 }, (_, p) =>
    Math.hypot(object.data[2 * p]!, object.data[2 * p + 1]!),
  );
  let found = object;
  for (let step = 0; step < steps; step++) {
    const { data } = gradientSteps({ ...problem, object: found }, { backend, steps: 1, damping: 1 }).object;
    found = {
      ...object,
      data: data.map((value, i) => {
        const p = i >> 1;
        const length = Math.hypot(data[2 * p]!, data[2 * p + 1]!);
        // A pixel at 0 has no phase to take.
        return length === 0 ? found.data[i]! : (modulus[p]! * value) / length;
      }),
    };
  }
  return found;
}
