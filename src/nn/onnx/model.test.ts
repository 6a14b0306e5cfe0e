// Model files keep to protobuf's limits. What they say is read back by ONNX itself in test/numpy/onnx-models.test.ts.

import { expect, test } from "vitest";
import { encodeModel, type OnnxGraph } from "./model.ts";

const graph = (data: Float32Array): OnnxGraph => ({
  name: "constant",
  nodes: [{ name: "y", type: "Identity", domain: "", inputs: ["w"], outputs: ["y"], attributes: {} }],
  initialisers: [{ name: "w", shape: [data.length], data }],
  inputs: [],
  outputs: [{ name: "y", shape: [data.length] }],
});

test("a model over 2 GiB is refused before it is written, with a way out", () => {
  // Never touched, so it takes no memory.
  expect(() => encodeModel(graph(new Float32Array(2 ** 29)))).toThrow(
    /too large for one ONNX file; expected at most 2147483647 bytes, got 21474\d+. Feed large arrays/,
  );
});

test("arrays are stored as their own bytes, of a view as of a whole", () => {
  const numbers = Float32Array.of(9, 1.5, -2, 9);
  const [view, whole] = [numbers.subarray(1, 3), Float32Array.of(1.5, -2)].map((data) =>
    encodeModel(graph(data)),
  );
  expect(view).toEqual(whole);
  expect(Buffer.from(view!).toString("hex")).toContain("0000c03f000000c0");
});
