// The trainable numbers of a network: their names, shapes and start values. One Philox stream per parameter, addressed by
// its place in the list, so a start value depends on the seed and on nothing else.

import { createRng, normal, type Rng } from "../../math/random/rng.ts";
import { elementCount, type Shape } from "../graph/shape.ts";
import { input, type Tensor } from "../graph/tensor.ts";

export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  /** Standard deviation of the start values; 0 = zeros. */
  readonly deviation: number;
  /** How the start values are spread; normal by default. */
  readonly law?: "normal" | "uniform";
}

/** Values by name, float32, in the order of the specs. */
export interface ParameterValues {
  readonly [name: string]: Float32Array;
}

export function parameterCount(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** Start values. */
export function initialise(specs: readonly ParameterSpec[], seed: number): ParameterValues {
  const values: Record<string, Float32Array> = {};
  for (const [place, { name, shape, deviation, law = "normal" }] of specs.entries()) {
    const rng = createRng(seed, "network", { frame: place });
    const data = new Float32Array(elementCount(shape));
    const draw = law === "normal" ? normal : uniform;
    if (deviation > 0) for (let i = 0; i < data.length; i++) data[i] = deviation * draw(rng);
    values[name] = data;
  }
  return values;
}

/** Tensors to build a graph with, fed by name. */
export function parameterInputs(specs: readonly ParameterSpec[]): { readonly [name: string]: Tensor } {
  return Object.fromEntries(specs.map(({ name, shape }) => [name, input(name, shape)]));
}

/** A uniform deviate of mean 0 and variance 1. */
function uniform(rng: Rng): number {
  return Math.sqrt(3) * (2 * rng.uniform() - 1);
}

/** He et al. 2015, doi:10.1109/ICCV.2015.123: √(2/fan-in) keeps the variance through layers of ReLU. */
export function heDeviation(fanIn: number): number {
  return Math.sqrt(2 / fanIn);
}
