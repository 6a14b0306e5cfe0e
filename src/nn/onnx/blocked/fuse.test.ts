// Convolutions take over sums and relus that only they feed, and no others.

import { expect, test } from "vitest";
import type { OnnxNode } from "../model.ts";
import { fuseIntoConvolutions } from "./fuse.ts";
import { blockDomain } from "./layout.ts";

function node(text: string): OnnxNode {
  const [output, type, ...inputs] = text.split(" ");
  const domain = type === "Conv" ? blockDomain : "";
  return { name: output!, type: type!, domain, inputs, outputs: [output!], attributes: {} };
}

/** Nodes as "output type inputs", with `+relu` behind a convolution that ends in one. */
function fused(lines: readonly string[], kept: readonly string[] = []): string[] {
  return fuseIntoConvolutions(lines.map(node), new Set(kept)).map(
    ({ type, inputs, outputs, attributes }) =>
      [outputs[0], type, ...inputs.map((name) => name || "-")].join(" ") +
      ("activation" in attributes ? " +relu" : ""),
  );
}

test("a relu behind a convolution is done by it", () => {
  expect(fused(["a Conv x w b", "r Relu a", "y Tanh r"])).toEqual(["a Conv x w b +relu", "y Tanh a"]);
});

test("a relu behind joined convolutions is done by each", () => {
  expect(
    fused(["a Conv x w", "b Conv x v", "c Concat a b", "d Reshape c s", "r Relu d", "y Tanh r"]),
  ).toEqual(["a Conv x w +relu", "b Conv x v +relu", "c Concat a b", "d Reshape c s", "y Tanh d"]);
});

test.each([
  { why: "its input is used twice", lines: ["a Conv x w", "r Relu a", "y Add a r"], kept: [] },
  { why: "something else is joined", lines: ["a Conv x w", "c Concat a x", "r Relu c"], kept: [] },
  { why: "what it is computed of is asked for", lines: ["a Conv x w", "r Relu a"], kept: ["a"] },
  { why: "it is asked for by its name", lines: ["a Conv x w", "r Relu a"], kept: ["r"] },
])("a relu stays when $why", ({ lines, kept }) => {
  expect(fused(lines, kept)).toEqual(lines);
});

test("a sum with an image that is there already is done by the convolution, and a relu behind it", () => {
  expect(fused(["a Tanh x", "c Conv a w", "s Add a c", "r Relu s", "y Tanh r"])).toEqual([
    "a Tanh x",
    "s Conv a w - a +relu",
    "y Tanh s",
  ]);
});

test("of two convolutions the later adds the earlier, each adds once", () => {
  expect(fused(["a Conv x w b", "c Conv x v", "s Add a c", "t Add s x", "y Tanh t"])).toEqual([
    "a Conv x w b",
    "s Conv x v - a",
    "t Add s x",
    "y Tanh t",
  ]);
});

test("a sum with what comes later, or of a result that is used elsewhere, stays", () => {
  const lines = ["a Conv x w", "l Tanh x", "s Add a l", "c Conv x v", "u Add l c", "y Add u c"];
  expect(fused(lines)).toEqual(lines);
});
