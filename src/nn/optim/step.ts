// One training step as tensors: loss, gradients, and every value that the step carries on, so that a runtime computes it
// all at once. The runtime keeps nothing: parameters and the optimiser's state are fed and come out anew.

import { DoselapError } from "../../errors.ts";
import { gradients } from "../graph/differentiate.ts";
import { elementCount, type Shape } from "../graph/shape.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { reshape } from "../ops/reshape.ts";
import { globalNorm } from "./global-norm.ts";
import { eachParameter, type Moment, type PerParameter, type Start, type Transform } from "./transform.ts";

export interface TrainingStepOptions {
  /** One element. */
  readonly loss: Tensor;
  /** What is trained: inputs of the graph, by their own names. */
  readonly parameters: PerParameter;
  /** More that is wanted from each step. */
  readonly metrics?: { readonly [name: string]: Tensor };
  readonly optimiser: Transform;
}

/** A value that is fed under one name and comes out, for the next step, under another. */
export interface Carried {
  readonly input: string;
  readonly output: string;
  readonly shape: Shape;
  /** The parameter that it is, or belongs to. */
  readonly parameter: string;
  readonly start: Start;
}

export interface TrainingStep {
  /** `loss`, `gradientNorm` (before any clipping), `metric.NAME`, and the outputs of `carried`. */
  readonly outputs: { readonly [name: string]: Tensor };
  /** Parameters, then state, in the order of the parameters. */
  readonly carried: readonly Carried[];
  /** Numbers fed at each step, shape []. */
  readonly scalars: readonly { readonly input: string; readonly value: (at: Moment) => number }[];
}

/** @throws Shape when the loss is not one number or a parameter is no input of its name. */
export function trainingStep({
  loss,
  parameters,
  metrics = {},
  optimiser,
}: TrainingStepOptions): TrainingStep {
  const names = Object.keys(parameters);
  checkParameters(parameters);
  const slopes = gradients(loss, Object.values(parameters));
  const updates = Object.fromEntries(names.map((name, i) => [name, slopes[i]!]));
  const slots = Object.entries(optimiser.state);
  const state = Object.fromEntries(
    slots.map(([slot]) => [
      slot,
      eachParameter(parameters, (name) => input(`${slot}.${name}`, parameters[name]!.shape)),
    ]),
  );
  const fed = Object.keys(optimiser.scalars).map((name) => [name, input(name, [])] as const);
  const next = optimiser.update({ updates, parameters, state, scalars: Object.fromEntries(fed) });

  const carried: Carried[] = [];
  const outputs: Record<string, Tensor> = { loss: reshape(loss, []), gradientNorm: globalNorm(updates) };
  for (const [name, metric] of Object.entries(metrics)) outputs[`metric.${name}`] = metric;
  function carry(parameter: string, name: string, start: Start, tensor: Tensor): void {
    const output = `next.${name}`;
    outputs[output] = tensor;
    carried.push({ input: name, output, shape: tensor.shape, parameter, start });
  }
  for (const name of names) carry(name, name, "parameter", add(parameters[name]!, next.updates[name]!));
  for (const [slot, start] of slots) {
    for (const name of names) carry(name, `${slot}.${name}`, start, next.state[slot]![name]!);
  }
  const scalars = Object.entries(optimiser.scalars).map(([name, value]) => ({ input: name, value }));
  return { outputs, carried, scalars };
}

function checkParameters(parameters: PerParameter): void {
  for (const [name, { source }] of Object.entries(parameters)) {
    if (source.kind === "input" && source.name === name) continue;
    throw new DoselapError("Shape", "a parameter is an input of the graph under its own name", {
      key: name,
      expected: `input("${name}", …)`,
      got: source.kind === "input" ? `input("${source.name}", …)` : `a tensor of kind ${source.kind}`,
    });
  }
}

/** What is fed for `carried` in the first step: copies, by input name, in the order of `carried`.
 * @throws Shape when a parameter has no values or another number of them. */
export function startValues(
  { carried }: TrainingStep,
  parameters: { readonly [name: string]: Float32Array },
): { [input: string]: Float32Array } {
  const values: Record<string, Float32Array> = {};
  for (const { input: name, shape, parameter, start } of carried) {
    const given = parameters[parameter];
    if (given?.length !== elementCount(shape)) {
      throw new DoselapError("Shape", "a parameter has not the values of its shape", {
        key: parameter,
        expected: `${elementCount(shape)} values`,
        got: given === undefined ? "none" : String(given.length),
      });
    }
    values[name] = start === "parameter" ? given.slice() : new Float32Array(given.length);
  }
  return values;
}

/** What is fed for `scalars` at a moment: one number each, by input name. */
export function scalarValues({ scalars }: TrainingStep, at: Moment): { [input: string]: Float32Array } {
  return Object.fromEntries(scalars.map(({ input: name, value }) => [name, Float32Array.of(value(at))]));
}
