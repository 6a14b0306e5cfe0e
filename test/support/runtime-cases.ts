// What every runtime is asked: models with their feeds, and the answers of the float64 twin. One model holds all operations
// and their gradients, the other is a training step.

import { evaluate } from "../../src/nn/graph/evaluate.ts";
import { gradients } from "../../src/nn/graph/differentiate.ts";
import { input, type Tensor } from "../../src/nn/graph/tensor.ts";
import { toOnnx } from "../../src/nn/onnx/to-onnx.ts";
import { mean } from "../../src/nn/ops/mean.ts";
import { square } from "../../src/nn/ops/unary.ts";
import type { Feed, Feeds } from "../../src/nn/runtime/runtime.ts";
import { networkStep, smallStep, type StepSize } from "./network-step.ts";
import { operationExamples } from "./operation-examples/all.ts";
import { drawInputs, titleOf, type OperationExample } from "./operation-examples/example.ts";

/** float32 keeps 6e-8; sums of a few thousand terms and a network of nine layers lose two digits of it. */
export const tolerance = 1e-5;

export interface RuntimeCase {
  readonly title: string;
  readonly outputs: { readonly [name: string]: Tensor };
  readonly feeds: Feeds;
}

/** One example of an operation, its inputs named after `prefix`, and the gradient of its mean square. */
export function exampleCase(example: OperationExample, prefix = ""): RuntimeCase {
  const values = drawInputs(example, 3);
  const inputs = example.shapes.map((shape, i) => input(`${prefix}x${i}`, shape));
  const output = example.build(...inputs);
  const axes = output.shape.map((_, axis) => axis);
  const slopes = gradients(mean(square(output), axes), inputs);
  const named = slopes.map((slope, i) => [`${prefix}slope${i}`, slope] as const);
  return {
    title: titleOf(example),
    outputs: { [`${prefix}result`]: output, ...Object.fromEntries(named) },
    feeds: Object.fromEntries(
      values.map((data, i) => [
        `${prefix}x${i}`,
        { shape: example.shapes[i]!, data: Float32Array.from(data) } satisfies Feed,
      ]),
    ),
  };
}

export function stepCase(size: StepSize = smallStep): RuntimeCase {
  const { step, feeds } = networkStep(size);
  return { title: "a training step", outputs: step.outputs, feeds };
}

export function runtimeCases(): RuntimeCase[] {
  const examples = operationExamples.map((example, i) => exampleCase(example, `${example.of}.${i}.`));
  return [
    {
      title: "every operation and its gradient",
      outputs: Object.assign({}, ...examples.map((each) => each.outputs)),
      feeds: Object.assign({}, ...examples.map((each) => each.feeds)),
    },
    stepCase(),
  ];
}

export function modelOf({ outputs }: RuntimeCase): Uint8Array<ArrayBuffer> {
  return toOnnx({ outputs });
}

interface Outputs {
  readonly [name: string]: ArrayLike<number>;
}

/** Output by output, ‖got − expected‖ / ‖expected‖, or ‖got‖ where nothing is expected. The float64 twin is the oracle. */
export function errorsOf({ outputs, feeds }: RuntimeCase, got: Outputs): { readonly [name: string]: number } {
  const values = Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data]));
  const expected = evaluate(Object.values(outputs), values);
  return Object.fromEntries(
    Object.keys(outputs).map((name, place) => [name, errorOf(got[name]!, expected[place]!)]),
  );
}

/** The same for the gradients of a training step: after the first, Adam's running mean is a tenth of the gradient. */
export function gradientErrors(
  { outputs }: RuntimeCase,
  got: Outputs,
  expected: Outputs,
): { name: string; error: number }[] {
  const names = Object.keys(outputs).filter((name) => name.startsWith("next.adam.first."));
  return names.map((name) => ({ name, error: errorOf(got[name]!, expected[name]!) }));
}

function errorOf(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [error, power] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    error += (got[i]! - expected[i]!) ** 2;
    power += expected[i]! ** 2;
  }
  return Math.sqrt(power === 0 ? error : error / power);
}
