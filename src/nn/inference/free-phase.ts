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
    // The pull is the step: one that is taken would be followed by a pass for the next.
    const { pull } = gradientSteps({ ...problem, object: found }, { backend, steps: 0, damping: 1 });
    const data = found.data.map((value, i) => value + pull[i]!);
    for (const [p, wanted] of modulus.entries()) {
      const length = Math.hypot(data[2 * p]!, data[2 * p + 1]!);
      // A pixel at 0 has no phase to take.
      for (const i of [2 * p, 2 * p + 1])
        data[i] = length === 0 ? found.data[i]! : (wanted * data[i]!) / length;
    }
    found = { ...object, data };
  }
  return found;
}
