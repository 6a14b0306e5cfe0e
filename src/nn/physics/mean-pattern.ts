// The object of the mean training frame: what a method would give that had learned nothing but the average. The mean frame
// is solved alone by plain gradient steps, and its patch is laid at every scored position, weighted by the probe.

import type { ComplexImage } from "../../array/ndarray.ts";
import type { Positions } from "../../array/scan.ts";
import type { Backend } from "../../compute/backend.ts";
import type { Problem } from "../../engines/problem.ts";
import { peak } from "../../math/stats.ts";
import { scatterPatch } from "../../optics/patch.ts";
import { gradientSteps } from "./gradient-steps.ts";

/** Gradient steps on the one mean frame: its misfit is flat long before. */
const steps = 50;

export interface MeanPatternInput {
  /** √counts of the training frames, float32 [M, N, N], DC at (N/2, N/2). */
  readonly diffraction: Float32Array;
  /** The scored scan, without its frames. */
  readonly scored: Omit<Problem, "diffraction" | "frames" | "object"> & { readonly positions: Positions };
}

/** The object on the scored scan's frame; flat where no probe reaches. */
export function meanPatternObject({ diffraction, scored }: MeanPatternInput, backend: Backend): ComplexImage {
  const { size, objectHeight, objectWidth, positions } = scored;
  const centre = size / 2;
  const { object: patch } = gradientSteps(
    {
      ...scored,
      frames: 1,
      // What belongs to single frames of the scored scan does not belong to the mean of others.
      scales: undefined,
      heldOut: undefined,
      diffraction: meanAmplitudes(diffraction, size * size),
      positions: { x: Float64Array.of(centre), y: Float64Array.of(centre) },
      objectHeight: size,
      objectWidth: size,
    },
    { backend, steps, damping: 0.3 },
  );

  const power = new Float32Array(2 * size * size);
  for (let i = 0; i < scored.probe.length; i++) {
    const pixel = (i >> 1) % (size * size);
    power[2 * pixel] = power[2 * pixel]! + scored.probe[i]! ** 2;
  }
  const lit = patch.data.map((value, i) => value * power[i & ~1]!);
  const sum = {
    height: objectHeight,
    width: objectWidth,
    data: new Float32Array(2 * objectHeight * objectWidth),
  };
  const light = { ...sum, data: new Float32Array(sum.data.length) };
  for (const [j, x] of positions.x.entries()) {
    scatterPatch(lit, x, positions.y[j]!, size, sum);
    scatterPatch(power, x, positions.y[j]!, size, light);
  }
  // Where the light is a millionth of its peak the quotient is rounding.
  const floor = 1e-6 * peak(light.data);
  for (let i = 0; i < sum.data.length; i += 2) {
    const weight = light.data[i]!;
    sum.data[i] = weight > floor ? sum.data[i]! / weight : 1;
    sum.data[i + 1] = weight > floor ? sum.data[i + 1]! / weight : 0;
  }
  return sum;
}

/** √ of the mean counts. */
function meanAmplitudes(diffraction: Float32Array, pixels: number): Float32Array {
  const frames = diffraction.length / pixels;
  const mean = new Float64Array(pixels);
  for (const [i, amplitude] of diffraction.entries()) mean[i % pixels] = mean[i % pixels]! + amplitude ** 2;
  return Float32Array.from(mean, (sum) => Math.sqrt(sum / frames));
}
