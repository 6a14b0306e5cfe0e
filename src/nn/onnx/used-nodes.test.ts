// What nothing depends on is not written, and what is left keeps its order.

import { expect, test } from "vitest";
import type { OnnxNode } from "./model.ts";
import { usedNodes } from "./used-nodes.ts";

const node = (output: string, inputs: readonly string[]): OnnxNode => ({
  name: output,
  type: "Sum",
  domain: "",
  inputs,
  outputs: [output],
  attributes: {},
});

test("a chain that nothing reads goes whole; what is kept, and all that it reads, stays in order", () => {
  const [a, b, c, lost, last] = [
    node("a", ["x"]),
    node("b", ["a"]),
    node("c", ["a", "x"]),
    node("lost", ["b"]),
    node("last", ["c"]),
  ];
  expect(usedNodes([a, b, c, lost, last], new Set(["last"]))).toEqual([a, c, last]);
  expect(usedNodes([a, b, c, lost, last], new Set(["last", "b"]))).toEqual([a, b, c, last]);
});
