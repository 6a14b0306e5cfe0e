// Gradients of composed graphs are what finite differences find, whatever the graph, and the model that is written of them
// computes the same.

import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { slopes } from "../../../test/support/finite-differences.ts";
import { toOnnx } from "../onnx/to-onnx.ts";
import { add } from "../ops/add.ts";
import { concat } from "../ops/concat.ts";
import { divide } from "../ops/divide.ts";
import { expand, sum } from "../ops/expand.ts";
import { matmul } from "../ops/matmul.ts";
import { mean } from "../ops/mean.ts";
import { multiply } from "../ops/multiply.ts";
import { crop2d, pad2d } from "../ops/pad2d.ts";
import { reshape } from "../ops/reshape.ts";
import { slice } from "../ops/slice.ts";
import { subtract } from "../ops/subtract.ts";
import { transpose } from "../ops/transpose.ts";
import { exp, offset, scale, sigmoid, sine, sqrt, square, tanh } from "../ops/unary.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { gradients } from "./differentiate.ts";
import { evaluate } from "./evaluate.ts";
import { constant, input, type Tensor } from "./tensor.ts";

const side = 3;
const shape = [side, side];

/** Smooth steps from two matrices to one, bounded enough that ten of them stay of order 1. */
const steps: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  add,
  subtract,
  (a, b) => multiply(tanh(a), b),
  (a, b) => divide(a, offset(square(b), 1)),
  (a, b) => matmul(sine(a), sigmoid(b), { transposeA: true }),
  (a, b) => matmul(tanh(a), tanh(b), { transposeB: true }),
  (a) => exp(tanh(a)),
  (a) => sqrt(offset(square(a), 0.5)),
  (a) => transpose(scale(a, 0.7), [1, 0]),
  (a, b) => slice(concat([a, b], 0), 0, 1, side + 1),
  (a) => pad2d(crop2d(a, { top: 1, bottom: 0, left: 0, right: 1 }), { top: 0, bottom: 1, left: 1, right: 0 }),
  (a, b) => add(a, expand(mean(b, [0]), shape)),
  (a, b) => subtract(a, expand(reshape(scale(sum(b, [0, 1]), 0.1), [1, 1]), shape)),
];

interface Program {
  readonly lines: readonly { readonly step: number; readonly a: number; readonly b: number }[];
  readonly values: readonly number[];
}

/** Each line takes any two of the matrices made so far. */
const programs: fc.Arbitrary<Program> = fc.record({
  lines: fc.array(fc.record({ step: fc.nat(steps.length - 1), a: fc.nat(), b: fc.nat() }), {
    minLength: 1,
    maxLength: 10,
  }),
  values: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
    minLength: 2 * side * side,
    maxLength: 2 * side * side,
  }),
});

function build({ lines, values }: Program) {
  const inputs = [input("p", shape), input("q", shape)];
  const made = [...inputs];
  for (const { step, a, b } of lines) made.push(steps[step]!(made[a % made.length]!, made[b % made.length]!));
  const weights = constant(shape, [1, -2, 0.5, 0.25, 1.5, -1, 2, 0.75, -0.5]);
  const loss = sum(multiply(made.at(-1)!, weights), [0, 1]);
  const numbers = Float64Array.from(values, Math.fround);
  const feeds = { p: numbers.slice(0, side * side), q: numbers.slice(side * side) };
  return { inputs, loss, feeds };
}

function expectClose(
  actual: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  within: number,
): void {
  const [a, b] = [actual, expected].map((parts) => parts.flatMap((part) => Array.from(part)));
  // Slopes below 1 are compared as if they were 1: a sum of cancelling parts has the rounding of its parts.
  const size = Math.max(1, Math.hypot(...b!));
  expect(Math.hypot(...a!.map((value, i) => value - b![i]!)) / size).toBeLessThan(within);
}

describe("the gradient of any graph", () => {
  test("is the slope that finite differences find", () => {
    fc.assert(
      fc.property(programs, (program) => {
        const { inputs, loss, feeds } = build(program);
        const slope = slopes(() => evaluate([loss], feeds)[0]![0]!, [feeds.p, feeds.q]);
        // Central differences: 1e-10 times third derivatives, which ten steps may bring to some hundreds.
        expectClose(evaluate(gradients(loss, inputs), feeds), slope, 1e-6);
      }),
      { numRuns: 200 },
    );
  });

  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await openNodeRuntime();
  });
  test("comes out of the model that is written of it", async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const { inputs, loss, feeds } = build(program);
        const [p, q] = gradients(loss, inputs) as [Tensor, Tensor];
        const session = await runtime.load(toOnnx({ outputs: { loss, dp: p, dq: q } }), { threads: 1 });
        const given = session.inputNames.map((name) => {
          const data = Float32Array.from(name === "p" ? feeds.p : feeds.q);
          return [name, { shape, data }] as const;
        });
        const results = await session.run(Object.fromEntries(given));
        await session.release();
        // Float32, 6e-8 for each of at most forty operations, on sums whose parts may cancel.
        expectClose([results["loss"]!, results["dp"]!, results["dq"]!], evaluate([loss, p, q], feeds), 1e-5);
      }),
      { numRuns: 60 },
    );
  });
});

describe("gradients", () => {
  test("add up over every use of a tensor", () => {
    const x = input("x", []);
    const cube = multiply(multiply(x, x), x);
    const [slope] = evaluate(gradients(add(cube, x), [x]), { x: [3] });
    expect(slope).toEqual(Float64Array.of(28));
  });

  test("of what the loss does not depend on are zeros", () => {
    const [x, y] = [input("x", [1]), input("y", [2, 2])];
    const [slope] = evaluate(gradients(square(x), [y]), { x: [3] });
    expect(slope).toEqual(new Float64Array(4));
  });

  test("may be asked of tensors in the middle of the graph", () => {
    const x = input("x", []);
    const middle = square(x);
    const [ofMiddle, ofX] = evaluate(gradients(square(middle), [middle, x]), { x: [2] });
    expect([ofMiddle![0], ofX![0]]).toEqual([8, 32]);
  });

  test("reach through graphs deeper than a stack", () => {
    const x = input("x", []);
    let y = x;
    for (let i = 0; i < 30_000; i++) y = offset(y, 1);
    const [slope, value] = evaluate([gradients(y, [x])[0]!, y], { x: [0] });
    expect([slope![0], value![0]]).toEqual([1, 30_000]);
  });
});
