// Repetitions are left to arithmetic alone, where the other operand has the full shape, and change no bit of the result.

import { expect, test } from "vitest";
import { evaluate } from "../graph/evaluate.ts";
import { input } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { divide } from "../ops/divide.ts";
import { expand } from "../ops/expand.ts";
import { multiply } from "../ops/multiply.ts";
import { subtract } from "../ops/subtract.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import { leaveRepetition } from "./broadcast.ts";
import type { OnnxNode } from "./model.ts";
import { toOnnx } from "./to-onnx.ts";

const node = (type: string, inputs: readonly string[], output: string): OnnxNode => ({
  name: output,
  type,
  domain: "",
  inputs,
  outputs: [output],
  attributes: {},
});
const repeated = node("Expand", ["x", "shape"], "wide");

test.each(["Add", "Sub", "Mul", "Div"])("%s reads what is repeated, on either side", (type) => {
  const nodes = [repeated, node(type, ["wide", "y"], "a"), node(type, ["y", "wide"], "b")];
  expect(leaveRepetition(nodes).map(({ inputs }) => inputs)).toEqual([
    ["x", "shape"],
    ["x", "y"],
    ["y", "x"],
  ]);
});

test("two repetitions stay, for neither has the full shape; what is no arithmetic reads the whole", () => {
  const nodes = [
    repeated,
    node("Expand", ["z", "shape"], "high"),
    node("Mul", ["wide", "high"], "a"),
    node("Less", ["wide", "y"], "b"),
  ];
  expect(leaveRepetition(nodes)).toEqual(nodes);
});

test("a model computes what its tensors say", async () => {
  const shape = [3, 2, 4];
  const [row, full] = [input("row", [1, 2, 4]), input("full", shape)];
  const wide = expand(row, shape);
  const column = expand(input("column", [3, 1, 1]), shape);
  const y = divide(subtract(multiply(wide, full), add(full, wide)), multiply(column, wide));
  const feeds = {
    row: { shape: row.shape, data: Float32Array.from({ length: 8 }, (_, i) => i + 1) },
    full: { shape, data: Float32Array.from({ length: 24 }, (_, i) => 2 ** (i % 5)) },
    column: { shape: [3, 1, 1], data: Float32Array.of(1, 2, 4) },
  };
  const session = await (await openNodeRuntime()).load(toOnnx({ outputs: { y } }));
  const { y: found } = await session.run(feeds);
  await session.release();
  const values = Object.entries(feeds).map(([name, { data }]) => [name, data] as const);
  const [expected] = evaluate([y], Object.fromEntries(values));
  // One rounding of a quotient of small whole numbers.
  expect(found).toEqual(Float32Array.from(expected!));
});
