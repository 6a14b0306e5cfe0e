// 3×3 convolutions as Keras makes them by default: Glorot-uniform kernels, zero biases.
// Glorot & Bengio 2010, PMLR 9:249: a variance of 2/(fan-in + fan-out) keeps both signals and gradients through layers.

import type { Tensor } from "../graph/tensor.ts";
import { conv2d } from "../ops/conv2d.ts";
import { relu } from "../ops/unary.ts";
import type { ParameterSpec } from "./parameters.ts";
import type { Watch } from "./unet.ts";

/** Layers that a network is made of, and their parameters in the order in which they were made. */
export interface LayerList {
  readonly specs: readonly ParameterSpec[];
  /** Adds the layer `name` of `from` → `to` channels, and gives its name. */
  add(name: string, from: number, to: number): string;
}

/** Taps of a kernel. */
const taps = 9;

export function glorotLayers(): LayerList {
  const specs: ParameterSpec[] = [];
  return {
    specs,
    add(name, from, to) {
      const deviation = Math.sqrt(2 / (taps * (from + to)));
      specs.push({ name: `${name}.weight`, shape: [to, from, 3, 3], deviation, law: "uniform" });
      specs.push({ name: `${name}.bias`, shape: [to], deviation: 0 });
      return name;
    },
  };
}

/** How layers are applied: parameters by name, and who is told the activations. */
export interface LayerContext {
  readonly parameters: { readonly [name: string]: Tensor };
  readonly watch: Watch;
}

/** Layer `name` of x [B, Ci, H, W], without an activation. */
export function convolved(name: string, x: Tensor, { parameters }: LayerContext): Tensor {
  return conv2d(x, parameters[`${name}.weight`]!, parameters[`${name}.bias`]!);
}

/** The layers one after the other, a ReLU behind each. */
export function activated(names: readonly string[], x: Tensor, context: LayerContext): Tensor {
  let at = x;
  for (const name of names) {
    at = relu(convolved(name, at, context));
    context.watch(at);
  }
  return at;
}
