// Optimisers as chains of transforms, in the manner of optax: each takes updates and gives updates, keeping state between
// steps. The first is given the gradients; what the last gives is added to the parameters. Everything is built of tensors,
// so an optimiser becomes part of the training graph. What changes with the step number enters as scalars that are fed.
// DeepMind 2020, https://github.com/google-deepmind/optax (the idea; no code).

import { DoselapError } from "../../errors.ts";
import type { Tensor } from "../graph/tensor.ts";

/** One tensor per parameter, by the parameter's name. */
export interface PerParameter {
  readonly [parameter: string]: Tensor;
}

/** What a fed scalar may depend on. */
export interface Moment {
  /** 1 in the first step. */
  readonly step: number;
  /** Learning rate of this step. */
  readonly rate: number;
}

/** How a value that is kept for each parameter, of its shape, begins. */
export type Start = "zeros" | "parameter";

export interface Transform {
  readonly name: string;
  /** What is kept for each parameter, by name. */
  readonly state: { readonly [slot: string]: Start };
  /** Numbers fed at every step, by name. */
  readonly scalars: { readonly [name: string]: (at: Moment) => number };
  update(call: UpdateCall): Updated;
}

export interface UpdateCall {
  readonly updates: PerParameter;
  readonly parameters: PerParameter;
  readonly state: { readonly [slot: string]: PerParameter };
  /** Of shape []. */
  readonly scalars: { readonly [name: string]: Tensor };
}

export interface Updated {
  readonly updates: PerParameter;
  /** The same slots, after the step. */
  readonly state: { readonly [slot: string]: PerParameter };
}

/** A tensor for each parameter, made from its name. */
export function eachParameter(parameters: PerParameter, make: (name: string) => Tensor): PerParameter {
  return Object.fromEntries(Object.keys(parameters).map((name) => [name, make(name)]));
}

/** Transforms one after the other. Their state and scalars are named `transform.slot`.
 * @throws Range when two have the same name. */
export function chain(...transforms: readonly Transform[]): Transform {
  const names = transforms.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw new DoselapError("Range", "two transforms of a chain have the same name", {
      expected: "each transform once: their state is told apart by its name",
      got: names.join(", "),
    });
  }
  return {
    name: "chain",
    state: gathered(transforms, ({ state }) => state),
    scalars: gathered(transforms, ({ scalars }) => scalars),
    update({ updates, parameters, state, scalars }) {
      let current = updates;
      const next: Record<string, PerParameter> = {};
      for (const transform of transforms) {
        const prefix = `${transform.name}.`;
        const own = { state: withoutPrefix(state, prefix), scalars: withoutPrefix(scalars, prefix) };
        const result = transform.update({ updates: current, parameters, ...own });
        current = result.updates;
        for (const [slot, values] of Object.entries(result.state)) next[prefix + slot] = values;
      }
      return { updates: current, state: next };
    },
  };
}

function gathered<Value>(
  transforms: readonly Transform[],
  of: (transform: Transform) => { readonly [name: string]: Value },
): { readonly [name: string]: Value } {
  return Object.fromEntries(
    transforms.flatMap((transform) =>
      Object.entries(of(transform)).map(([name, value]) => [`${transform.name}.${name}`, value]),
    ),
  );
}

function withoutPrefix<Value>(
  values: { readonly [name: string]: Value },
  prefix: string,
): { [name: string]: Value } {
  const own = Object.entries(values).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
