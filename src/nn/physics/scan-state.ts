// What an iterative engine makes of a scan, and the planes that a network sees of it.

import { flatImage, type ComplexImage } from "../../array/ndarray.ts";
import type { Backend } from "../../compute/backend.ts";
import type { PreparedEngine } from "../../engines/prepare.ts";
import type { Problem } from "../../engines/problem.ts";
import { runEngine } from "../../engines/run.ts";
import { peak } from "../../math/stats.ts";
import { gradientSteps } from "./gradient-steps.ts";

export interface ScanPlanes {
  readonly height: number;
  readonly width: number;
  /** |O|−1, arg O, Re and Im of G·conj(O)/√(|O|²+.01), √(cov/max cov): float32 [5, H, W]. */
  readonly planes: Float32Array;
  /** |O| and arg O, float32 [H, W]. */
  readonly modulus: Float32Array;
  readonly phase: Float32Array;
}

export interface StateContext {
  readonly backend: Backend;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((fraction: number, note: string) => void) | undefined;
}

/** Runs the engine and turns its object so that its mean phase over the lit region is 0: a network need not learn that a
 * global phase means nothing. @throws what the engine throws. */
export async function scanPlanes(
  engine: PreparedEngine,
  problem: Problem,
  context: StateContext,
): Promise<ScanPlanes> {
  const { progress, ...rest } = context;
  const { object, probe } = await runEngine(engine, problem, {
    ...rest,
    onEpoch: ({ fraction, engine: name }) => progress?.(fraction, name),
  });
  return planesOf(object, { ...problem, probe }, context.backend);
}

/** The planes of an object that is there already. */
export function planesOf(object: ComplexImage, problem: Problem, backend: Backend): ScanPlanes {
  const { height, width } = object;
  const pixels = height * width;
  // One more evaluation of the gradient, all pixels divided by the largest illumination.
  const { pull, light } = gradientSteps({ ...problem, object }, { backend, steps: 0, damping: 1 });
  const turned = withoutMeanPhase(object, light);
  const brightest = peak(light);
  const planes = new Float32Array(5 * pixels);
  const modulus = new Float32Array(pixels);
  const phase = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const [re, im] = [turned.data[2 * i]!, turned.data[2 * i + 1]!];
    // The pull turns with the object it belongs to: G·O* is taken before the turn.
    const [a, b] = [object.data[2 * i]!, object.data[2 * i + 1]!];
    const [c, d] = [pull[2 * i]!, pull[2 * i + 1]!];
    const length = Math.hypot(re, im);
    const divisor = Math.sqrt(length * length + 0.01);
    modulus[i] = length;
    phase[i] = Math.atan2(im, re);
    planes[i] = length - 1;
    planes[pixels + i] = phase[i]!;
    planes[2 * pixels + i] = (c * a + d * b) / divisor;
    planes[3 * pixels + i] = (d * a - c * b) / divisor;
    planes[4 * pixels + i] = Math.sqrt(light[i]! / brightest);
  }
  return { height, width, planes, modulus, phase };
}

/** Pixels lit by more than this share of the brightest carry the mean phase. */
const litShare = 0.1;

function withoutMeanPhase(object: ComplexImage, light: Float32Array): ComplexImage {
  const floor = litShare * peak(light);
  let [re, im] = [0, 0];
  for (const [i, value] of light.entries()) {
    if (value < floor) continue;
    re += object.data[2 * i]!;
    im += object.data[2 * i + 1]!;
  }
  const length = Math.hypot(re, im);
  if (length === 0) return object;
  const [c, s] = [re / length, -im / length];
  const turned = flatImage(object.height, object.width);
  for (let i = 0; i < object.data.length; i += 2) {
    const [a, b] = [object.data[i]!, object.data[i + 1]!];
    turned.data[i] = a * c - b * s;
    turned.data[i + 1] = a * s + b * c;
  }
  return turned;
}
