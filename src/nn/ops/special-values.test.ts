// Where a function has a kink, a tie, a pole or a sign of zero, value and gradient are the stated ones, in float64 and in
// the model that is written.

import { beforeAll, describe, expect, test } from "vitest";
import { gradients } from "../graph/differentiate.ts";
import { evaluate } from "../graph/evaluate.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import { toOnnx } from "../onnx/to-onnx.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { angle } from "./angle.ts";
import { sum } from "./expand.ts";
import { maxPool2 } from "./max-pool2.ts";
import { peak } from "./peak.ts";
import { absolute, exp, log, relu, sigmoid, sign, sqrt, tanh } from "./unary.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openNodeRuntime();
});

/** Values of tensors in both ways to compute them: float64, and the model in float32. */
async function bothWays(tensors: readonly Tensor[], feeds: { readonly [name: string]: readonly number[] }) {
  const outputs = Object.fromEntries(tensors.map((tensor, i) => [`y${i}`, tensor]));
  const session = await runtime.load(toOnnx({ outputs }), { threads: 1 });
  const given = session.inputNames.map((name) => {
    return [name, { shape: session.shapes.get(name)!, data: Float32Array.from(feeds[name]!) }] as const;
  });
  const results = await session.run(Object.fromEntries(given));
  await session.release();
  const plain = evaluate(tensors, feeds).map((values) => Array.from(values));
  return [plain, tensors.map((_, i) => Array.from(results[`y${i}`]!))] as const;
}

/** Value of f and slope of Σf at each x. */
async function expectAt(
  f: (x: Tensor) => Tensor,
  xs: readonly number[],
  expected: { readonly values: readonly number[]; readonly slopes?: readonly number[] },
): Promise<void> {
  const x = input("x", [xs.length]);
  const y = f(x);
  const slope = gradients(sum(y, [0]), [x]);
  const wanted = [expected.values, ...(expected.slopes === undefined ? [] : [expected.slopes])];
  for (const ways of await bothWays([y, ...slope], { x: xs })) {
    for (const [at, list] of wanted.entries()) {
      for (const [i, number] of list.entries()) {
        // Float32 numbers near 1; infinities and NaN as they are.
        if (Number.isFinite(number)) expect(ways[at]![i]).toBeCloseTo(number, 6);
        else expect(ways[at]![i]).toBe(number);
      }
    }
  }
}

describe("functions of one number", () => {
  test("relu is flat at 0", () => expectAt(relu, [-1, 0, 2], { values: [0, 0, 2], slopes: [0, 0, 1] }));
  test("the modulus is flat at 0", () =>
    expectAt(absolute, [-1, 0, 2], { values: [1, 0, 2], slopes: [-1, 0, 1] }));
  test("the sign of 0 is 0", () => expectAt(sign, [-3, 0, 2], { values: [-1, 0, 1], slopes: [0, 0, 0] }));
  test("the root is infinitely steep at 0", () =>
    expectAt(sqrt, [0, 4, -1], { values: [0, 2, NaN], slopes: [Infinity, 0.25] }));
  test("the logarithm has a pole at 0", () =>
    expectAt(log, [0, 1, -1], { values: [-Infinity, 0, NaN], slopes: [Infinity, 1] }));
  test("sigmoid and tanh saturate without overflow", async () => {
    await expectAt(sigmoid, [-200, 200], { values: [0, 1], slopes: [0, 0] });
    await expectAt(tanh, [-200, 200], { values: [-1, 1], slopes: [0, 0] });
  });
  test("the exponential of −∞ is 0", () => expectAt(exp, [-Infinity, 0], { values: [0, 1], slopes: [0, 1] }));
});

test("the model's sum over all axes keeps its digits: a float32 total of 262,144 numbers in one go does not", async () => {
  const shape = [16, 4, 64, 64];
  const x = input("x", shape);
  const numbers = Array.from({ length: 262_144 }, (_, i) => Math.fround(0.2 + ((i * 7919) % 1000) / 1000));
  const [plain, model] = await bothWays([sum(x, [0, 1, 2, 3])], { x: numbers });
  // Four sums of at most 64 terms: some roundings of 6e-8.
  expect(Math.abs(model[0]![0]! / plain[0]![0]! - 1)).toBeLessThan(5e-7);
});

describe("ties", () => {
  const x = input("x", [1, 1, 2, 4]);
  const values = [3, 3, -1, -2, 1, 0, -4, -1];
  test("equal maxima of a block each get the whole gradient", async () => {
    const pooled = maxPool2(x);
    const [slope] = gradients(sum(pooled, [2, 3]), [x]);
    for (const [largest, shares] of await bothWays([pooled, slope!], { x: values })) {
      expect(largest).toEqual([3, -1]);
      expect(shares).toEqual([1, 1, 1, 0, 0, 0, 0, 1]);
    }
  });
  test("behind a relu, blocks of zeros get none", async () => {
    const pooled = maxPool2(relu(x));
    const [slope] = gradients(sum(pooled, [2, 3]), [x]);
    for (const [largest, shares] of await bothWays([pooled, slope!], { x: values })) {
      expect(largest).toEqual([3, 0]);
      expect(shares).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    }
  });
  test("equal peaks each get the whole gradient", async () => {
    const rows = input("x", [2, 2]);
    const [slope] = gradients(sum(peak(rows, [1]), [0]), [rows]);
    for (const [shares] of await bothWays([slope!], { x: [5, 5, 1, 2] }))
      expect(shares).toEqual([1, 1, 0, 1]);
  });
});

describe("the angle", () => {
  const quarter = Math.PI / 2;
  test.each([
    { re: 1, im: 0, is: 0 },
    { re: 0, im: 1, is: quarter },
    { re: 0, im: -1, is: -quarter },
    { re: -0, im: 1, is: quarter },
    { re: -1, im: 0, is: Math.PI },
    { re: -1, im: -0, is: Math.PI },
    { re: 0, im: 0, is: 0 },
    { re: -1, im: 1, is: 1.5 * quarter },
    { re: -1, im: -1, is: -1.5 * quarter },
    { re: 1e30, im: 1e30, is: quarter / 2 },
    { re: 0, im: 1e-30, is: quarter },
  ])("of $re + $im i is $is", async ({ re, im, is }) => {
    const theta = angle(input("re", [1]), input("im", [1]));
    // Float32 near π.
    for (const [value] of await bothWays([theta], { re: [re], im: [im] }))
      expect(value![0]).toBeCloseTo(is, 6);
  });
});
