// Models written from tensors compute in onnxruntime what the tensors say, have the names that were asked for, and are
// the same bytes every time.

import { describe, expect, test } from "vitest";
import { isDoselapError } from "../../errors.ts";
import { apply, constant, input, type Operation, type Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { toOnnx } from "./to-onnx.ts";

const x = input("x", [2]);
const one = constant([2], [1, 1]);

async function run(model: Uint8Array, feeds: Feeds) {
  const session = await (await openNodeRuntime()).load(model);
  const outputs = await session.run(feeds);
  await session.release();
  const values = Object.entries(outputs).map(([name, data]) => [name, Array.from(data)]);
  return { inputs: session.inputNames, outputs: Object.fromEntries(values) as Record<string, number[]> };
}
const feed = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });
const shapeError = expect.toSatisfy((error) => isDoselapError(error, "Shape"));

/** Two nodes with attributes of every kind and an int64 initialiser: the sum of the last axis, kept, and its double. */
const doubledSum: Operation<undefined> = {
  name: "doubledSum",
  shape: ([shape]) => [...shape!.slice(0, -1), 1],
  emit(emitter, { names }) {
    const sum = emitter.node("ReduceSum", [names[0]!, emitter.integers([1], [-1])], { keepdims: { int: 1 } });
    const doubled = emitter.node(
      "FusedMatMul",
      [sum, emitter.floats([1, 1], [1])],
      { alpha: { float: 2 } },
      "com.microsoft",
    );
    const padded = emitter.node("Pad", [doubled, emitter.integers([4], [0, 0, 0, 0])], {
      mode: { text: "edge" },
    });
    return emitter.node("Transpose", [padded], { perm: { ints: [0, 1] } });
  },
  adjoint: () => [],
  reference: () => new Float64Array(),
};

describe("a model written from tensors", () => {
  test("computes in onnxruntime, its inputs and outputs named as asked", async () => {
    const y = input("y", [2]);
    const model = toOnnx({ outputs: { sum: add(add(x, y), one), pair: add(x, x) } });
    const result = await run(model, { x: feed(1, 2), y: feed(10, 20) });
    expect(result).toEqual({ inputs: ["x", "y"], outputs: { sum: [12, 23], pair: [2, 4] } });
  });

  test("carries attributes of every kind, integers, and operators of com.microsoft", async () => {
    const matrix = input("m", [2, 3]);
    const model = toOnnx({ outputs: { y: apply(doubledSum, [matrix], undefined) } });
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect((await run(model, { m: { shape: [2, 3], data } })).outputs).toEqual({ y: [12, 30] });
  });

  test("takes values of inputs into the model", async () => {
    const sum = add(x, input("weight", [2]));
    const model = toOnnx({ outputs: { sum }, values: { weight: [100, 200] } });
    expect(await run(model, { x: feed(1, 2) })).toEqual({ inputs: ["x"], outputs: { sum: [101, 202] } });
  });

  test("gives out inputs, constants, and one tensor under two names", async () => {
    const sum = add(x, one);
    const model = toOnnx({ outputs: { same: x, one, sum, again: sum, further: add(sum, sum) } });
    expect((await run(model, { x: feed(1, 2) })).outputs).toEqual({
      same: [1, 2],
      one: [1, 1],
      sum: [2, 3],
      again: [2, 3],
      further: [4, 6],
    });
  });

  test("keeps names of its own apart from the caller's", async () => {
    const first = input("Add_0", [2]);
    const model = toOnnx({ outputs: { Add_1: add(add(first, first), one), floats_0: add(first, one) } });
    expect((await run(model, { Add_0: feed(1, 2) })).outputs).toEqual({ Add_1: [3, 5], floats_0: [2, 3] });
  });

  test("is the same bytes for the same tensors, built anew", () => {
    const build = () => {
      const a = input("a", [3]);
      return toOnnx({ outputs: { y: add(add(a, constant([3], [1, 2, 3])), a) } });
    };
    expect(build()).toEqual(build());
  });

  test("stores equal arrays once, and arrays of other values or another shape again", () => {
    const size = (...constants: Tensor[]) =>
      toOnnx({ outputs: Object.fromEntries(constants.map((each, i) => [`y${i}`, add(each, each)])) }).length;
    const ramp = (from: number, shape = [1000]) =>
      constant(
        shape,
        Array.from({ length: 1000 }, (_, i) => from + i),
      );
    const [once, bytes] = [size(ramp(0)), 4000];
    expect(size(ramp(0), ramp(0)) - once).toBeLessThan(200);
    expect(size(ramp(0), ramp(1)) - once).toBeGreaterThan(bytes);
    expect(size(ramp(0), ramp(0, [10, 100])) - once).toBeGreaterThan(bytes);
    // -0 equals 0, but 1 / -0 does not.
    expect(
      size(constant([1000], new Float32Array(1000)), constant([1000], new Float32Array(1000).fill(-0))) -
        once,
    ).toBeGreaterThan(bytes);
  });

  test("may be thousands of operations deep", async () => {
    let deep = x;
    for (let i = 0; i < 3000; i++) deep = add(deep, one);
    expect((await run(toOnnx({ outputs: { deep } }), { x: feed(0, 1) })).outputs).toEqual({
      deep: [3000, 3001],
    });
  });
});

describe("what cannot be written is refused", () => {
  test.each([
    ["two tensors of one input name", { outputs: { y: add(x, input("x", [2])) } }, /same input name/],
    ["an output with the name of an input", { outputs: { x: add(x, x) } }, /name of an input/],
    [
      "a value for no input",
      { outputs: { y: add(x, x) }, values: { z: [1, 2] } },
      /expected one of x, got z/,
    ],
    ["a value of another length", { outputs: { y: add(x, x) }, values: { x: [1] } }, /expected 2 numbers/],
  ])("%s", (_, options, message) => {
    expect(() => toOnnx(options)).toThrow(shapeError);
    expect(() => toOnnx(options)).toThrow(message);
  });
});
