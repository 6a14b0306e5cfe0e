// What an iterative engine makes of a scan, and the planes that a network sees of it.

import { flatImage, type ComplexImage } from "../../array/ndarray.ts";
import type { Backend } from "../../compute/backend.ts";
import { runOnLitPart } from "../../engines/lit-part.ts";
import type { PreparedEngine } from "../../engines/prepare.ts";
import type { Problem } from "../../engines/problem.ts";
import { peak } from "../../math/stats.ts";
import { gradientSteps, type ScanState } from "./gradient-steps.ts";

/** An object as |O| and arg O, each [H, W]. */
export interface PolarObject {
  readonly height: number;
  readonly width: number;
  readonly modulus: ArrayLike<number>;
  readonly phase: ArrayLike<number>;
}

export interface ScanPlanes extends PolarObject {
  /** |O|−1, arg O, Re and Im of G·conj(O)/√(|O|²+.01), √(cov/max cov): float32 [5, H, W]. */
  readonly planes: Float32Array;
  /** |O| and arg O, float32 [H, W]. */
  readonly modulus: Float32Array;
  readonly phase: Float32Array;
}

export interface EngineState extends ScanPlanes {
  /** The probe of the engine's end, complex64 [modes, N, N]. */
  readonly probe: Float32Array;
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
): Promise<EngineState> {
  const { progress, ...rest } = context;
  const { object, probe } = await runOnLitPart(engine, problem, {
    ...rest,
    onEpoch: ({ fraction, engine: name }) => progress?.(fraction, name),
  });
  return { ...planesOf(object, { ...problem, probe }, context.backend), probe };
}

/** The planes of an object that is there already. */
export function planesOf(object: ComplexImage, problem: Problem, backend: Backend): ScanPlanes {
  const state = pulled(object, problem, backend);
  const turned = withoutMeanPhase(object, state.light);
  const { height, width } = object;
  const pixels = height * width;
  const modulus = new Float64Array(pixels);
  const phase = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const [re, im] = [turned.data[2 * i]!, turned.data[2 * i + 1]!];
    modulus[i] = Math.hypot(re, im);
    phase[i] = Math.atan2(im, re);
  }
  // The pull turns with the object it belongs to: G·O* is taken before the turn.
  return planesAt({ height, width, modulus, phase }, state);
}

/** The planes of an object of this modulus and phase, neither of which is changed: a modulus below 0 stays so, as in the
 * graph of a tile (models/tile-network.ts). */
export function correctedPlanes(corrected: PolarObject, problem: Problem, backend: Backend): ScanPlanes {
  return planesAt(corrected, pulled(polarImage(corrected), problem, backend));
}

/** |O| e^{i arg O}. */
export function polarImage({ height, width, modulus, phase }: PolarObject): ComplexImage {
  const object = flatImage(height, width);
  for (let i = 0; i < modulus.length; i++) {
    object.data[2 * i] = modulus[i]! * Math.cos(phase[i]!);
    object.data[2 * i + 1] = modulus[i]! * Math.sin(phase[i]!);
  }
  return object;
}

/** One evaluation of the gradient, all pixels divided by the largest illumination. */
function pulled(object: ComplexImage, problem: Problem, backend: Backend): ScanState {
  return gradientSteps({ ...problem, object }, { backend, steps: 0, damping: 1 });
}

function planesAt(
  { height, width, modulus, phase }: PolarObject,
  { object: { data }, pull, light }: ScanState,
): ScanPlanes {
  const pixels = height * width;
  const brightest = peak(light);
  const planes = new Float32Array(5 * pixels);
  for (let i = 0; i < pixels; i++) {
    const [a, b] = [data[2 * i]!, data[2 * i + 1]!];
    const [c, d] = [pull[2 * i]!, pull[2 * i + 1]!];
    const divisor = Math.sqrt(modulus[i]! * modulus[i]! + 0.01);
    planes[i] = modulus[i]! - 1;
    planes[pixels + i] = phase[i]!;
    planes[2 * pixels + i] = (c * a + d * b) / divisor;
    planes[3 * pixels + i] = (d * a - c * b) / divisor;
    planes[4 * pixels + i] = Math.sqrt(light[i]! / brightest);
  }
  return { height, width, planes, modulus: Float32Array.from(modulus), phase: Float32Array.from(phase) };
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
