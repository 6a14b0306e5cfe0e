// What every operation must hold: its values against a naive loop, its gradient and the gradient of its gradient against
// finite differences, ⟨Ax, y⟩ = ⟨x, A*y⟩ where it is linear, and the model it writes against its float64 twin.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createRng, normal } from "../../src/math/random/rng.ts";
import { gradients } from "../../src/nn/graph/differentiate.ts";
import { evaluate, type Feeds } from "../../src/nn/graph/evaluate.ts";
import { elementCount } from "../../src/nn/graph/shape.ts";
import { constant, input, type Tensor } from "../../src/nn/graph/tensor.ts";
import { toOnnx } from "../../src/nn/onnx/to-onnx.ts";
import { add } from "../../src/nn/ops/add.ts";
import { sum } from "../../src/nn/ops/expand.ts";
import { multiply } from "../../src/nn/ops/multiply.ts";
import { reshape } from "../../src/nn/ops/reshape.ts";
import { openNodeRuntime } from "../../src/nn/runtime/node.ts";
import type { Runtime } from "../../src/nn/runtime/runtime.ts";
import { slopes } from "../support/finite-differences.ts";
import { operationExamples } from "../support/operation-examples/all.ts";
import { refusals } from "../support/operation-examples/refusals.ts";
import {
  drawInputs,
  naiveResult,
  titleOf,
  type OperationExample,
} from "../support/operation-examples/example.ts";

/** Functions of src/nn/ops that are parts of operations. */
const parts = [
  "beforeFlip",
  "beforeUpsample2",
  "blockOf",
  "concatenated",
  "contractImages",
  "convolve",
  "correlate",
  "correlateWithExpanded",
  "crop",
  "expandImages",
  "expandedGradientNodes",
  "expectImages",
  "halved",
  "repeatedPositions",
  "strided",
  "swapLastAxes",
  "weightGradientNodes",
];

/** ‖actual − expected‖ against ‖expected‖; the distance itself where nothing is expected. */
function distance(actual: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): number {
  let [error, power] = [0, 0];
  for (const [at, wanted] of expected.entries()) {
    expect(actual[at]!.length).toBe(wanted.length);
    for (let i = 0; i < wanted.length; i++) {
      error += (actual[at]![i]! - wanted[i]!) ** 2;
      power += wanted[i]! ** 2;
    }
  }
  return Math.sqrt(power === 0 ? error : error / power);
}

function draw(count: number, frame: number): number[] {
  const rng = createRng(8, "network", { frame });
  return Array.from({ length: count }, () => Math.fround(normal(rng)));
}

/** Σ of each tensor times random numbers: a loss that every element has its own part in. */
function weighed(tensors: readonly Tensor[]): Tensor {
  return tensors
    .map((tensor, i) => multiply(tensor, constant(tensor.shape, draw(elementCount(tensor.shape), i))))
    .map((tensor) => reshape(sum(tensor, [...tensor.shape.keys()]), []))
    .reduce(add);
}

function setUp(example: OperationExample) {
  const inputs = example.shapes.map((shape, i) => input(`x${i}`, shape));
  const values = drawInputs(example, 3);
  const feeds: Feeds = Object.fromEntries(values.map((each, i) => [`x${i}`, each]));
  const output = example.build(...inputs);
  return { inputs, values, feeds, output };
}

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openNodeRuntime();
});

const cases = operationExamples.map((example) => ({ example, title: titleOf(example) }));
describe.each(cases)("$title", ({ example }) => {
  test("is what its definition says", () => {
    const { values, feeds, output } = setUp(example);
    expect(output.shape).toEqual(example.output ?? example.shapes[0]);
    // A few roundings of float64.
    expect(distance(evaluate([output], feeds), [naiveResult(example, values)])).toBeLessThan(1e-13);
  });

  test("has the gradient that finite differences find, and the gradient of that", () => {
    const { inputs, values, feeds, output } = setUp(example);
    const loss = weighed([output]);
    const first = gradients(loss, inputs);
    // The error of central differences: 1e-10 of the formula, 1e-10 of rounding, where slopes are of order 1.
    const slope = slopes(() => evaluate([loss], feeds)[0]![0]!, values);
    expect(distance(evaluate(first, feeds), slope)).toBeLessThan(1e-6);
    const bend = weighed(first);
    const bends = slopes(() => evaluate([bend], feeds)[0]![0]!, values);
    expect(distance(evaluate(gradients(bend, inputs), feeds), bends)).toBeLessThan(1e-6);
  });

  test("as a model gives the same, in float32", async () => {
    const { inputs, values, feeds, output } = setUp(example);
    const first = gradients(weighed([output]), inputs);
    const outputs = Object.fromEntries([output, ...first].map((tensor, i) => [`y${i}`, tensor]));
    const session = await runtime.load(toOnnx({ outputs }), { threads: 1 });
    try {
      const given = inputs.map(({ shape }, i) => ({ shape, data: Float32Array.from(values[i]!) }));
      const asked = session.inputNames.map((name) => [name, given[Number(name.slice(1))]!] as const);
      const results = await session.run(Object.fromEntries(asked));
      for (const [name, tensor] of Object.entries(outputs)) {
        // Half a unit in the last place, 6e-8, for each of a few operations; approximations of exp and tanh are as good.
        expect(distance([results[name]!], evaluate([tensor], feeds)), name).toBeLessThan(5e-7);
      }
    } finally {
      await session.release();
    }
  });
});

const linearCases = cases.filter(({ example }) => example.linear === true);
test.each(linearCases)("$title keeps ⟨Ax, y⟩ = ⟨x, A*y⟩", ({ example }) => {
  const { inputs, values, feeds, output } = setUp(example);
  const loss = weighed([output]);
  const [forward] = evaluate([loss], feeds);
  const adjoint = evaluate(gradients(loss, inputs), feeds);
  const product = adjoint.flatMap((each, i) => Array.from(each, (slope, at) => slope * values[i]![at]!));
  // Both are sums of the same products in another order.
  expect(product.reduce((a, b) => a + b)).toBeCloseTo(forward![0]!, 12);
});

test("every function of src/nn/ops has an example", async () => {
  const folder = join(import.meta.dirname, "../../src/nn/ops");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const modules: object[] = await Promise.all(files.map((name) => import(join(folder, name))));
  const exported = modules.flatMap((module) => Object.keys(module)).filter((name) => !parts.includes(name));
  expect(new Set(operationExamples.map(({ of }) => of))).toEqual(new Set(exported));
});

describe("operations refuse", () => {
  test.each(refusals)("$title", ({ attempt, says, tag = "Shape" }) => {
    expect(attempt).toThrow(says);
    expect(attempt).toThrow(expect.objectContaining({ _tag: tag }));
  });
});
