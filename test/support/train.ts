// Runs training steps in both ways to compute them: plainly in float64, and as a model in float32.

import { evaluate } from "../../src/nn/graph/evaluate.ts";
import { toOnnx } from "../../src/nn/onnx/to-onnx.ts";
import { scalarValues, type TrainingStep } from "../../src/nn/optim/step.ts";
import type { Runtime } from "../../src/nn/runtime/runtime.ts";

export interface Values {
  readonly [name: string]: ArrayLike<number>;
}

export interface TrainOptions {
  readonly step: TrainingStep;
  /** Parameters and state. */
  readonly start: Values;
  /** Other inputs. */
  readonly feeds?: Values;
  /** Numbers of the steps, both included; the first step of all is 1. */
  readonly from?: number;
  readonly to: number;
  readonly rate: (step: number) => number;
}

export interface Trained {
  /** Parameters and state by input name, then the outputs that are not carried. */
  readonly values: { readonly [name: string]: ArrayLike<number> };
  readonly reports: readonly { readonly [name: string]: ArrayLike<number> }[];
}

export function trainPlainly(options: TrainOptions): Trained {
  const { step } = options;
  const names = Object.keys(step.outputs);
  let values = options.start;
  const reports = [];
  for (let at = options.from ?? 1; at <= options.to; at++) {
    const scalars = Object.fromEntries(
      step.scalars.map(({ input, value }) => [input, [value({ step: at, rate: options.rate(at) })]]),
    );
    const results = evaluate(Object.values(step.outputs), { ...options.feeds, ...values, ...scalars });
    const named = Object.fromEntries(names.map((name, i) => [name, results[i]!]));
    values = carriedOf(step, named);
    reports.push(named);
  }
  return { values, reports };
}

/** A session of its own for each call: nothing is left over from another. */
export async function trainModel(runtime: Runtime, options: TrainOptions): Promise<Trained> {
  const { step } = options;
  const session = await runtime.load(toOnnx({ outputs: step.outputs }), { threads: 1 });
  let values = options.start;
  const reports = [];
  for (let at = options.from ?? 1; at <= options.to; at++) {
    const all: Values = {
      ...options.feeds,
      ...values,
      ...scalarValues(step, { step: at, rate: options.rate(at) }),
    };
    const given = session.inputNames.map(
      (name) => [name, { shape: session.shapes.get(name)!, data: Float32Array.from(all[name]!) }] as const,
    );
    const results = await session.run(Object.fromEntries(given));
    values = carriedOf(step, results);
    reports.push(results);
  }
  await session.release();
  return { values, reports };
}

function carriedOf({ carried }: TrainingStep, results: Values): Values {
  return Object.fromEntries(carried.map(({ input, output }) => [input, results[output]!]));
}
