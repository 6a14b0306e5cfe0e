// Examples of operations that act on each element by itself.

import type { Shape } from "../../../src/nn/graph/shape.ts";
import type { Tensor } from "../../../src/nn/graph/tensor.ts";
import { add } from "../../../src/nn/ops/add.ts";
import { angle } from "../../../src/nn/ops/angle.ts";
import { divide } from "../../../src/nn/ops/divide.ts";
import { keepEqual, keepPositive } from "../../../src/nn/ops/keep-where.ts";
import { multiply } from "../../../src/nn/ops/multiply.ts";
import { negate } from "../../../src/nn/ops/negate.ts";
import { scaleBy } from "../../../src/nn/ops/scale-by.ts";
import { subtract } from "../../../src/nn/ops/subtract.ts";
import * as unary from "../../../src/nn/ops/unary.ts";
import type { Domain, OperationExample } from "./example.ts";

const shapes: readonly Shape[] = [[], [1], [5], [2, 3], [3, 1, 2, 3]];

function ofOne(
  of: string,
  build: (a: Tensor) => Tensor,
  value: (x: number) => number,
  more: { readonly domain?: Domain; readonly linear?: boolean } = {},
): OperationExample[] {
  return shapes.map((shape) => ({
    of,
    shapes: [shape],
    build: (a) => build(a!),
    naive:
      (a) =>
      (...index) =>
        value(a!(...index)),
    ...more,
  }));
}

function ofTwo(
  of: string,
  build: (a: Tensor, b: Tensor) => Tensor,
  value: (x: number, y: number) => number,
  more: { readonly domain?: Domain; readonly linear?: boolean } = {},
): OperationExample[] {
  return shapes.map((shape) => ({
    of,
    shapes: [shape, shape],
    build: (a, b) => build(a!, b!),
    naive:
      (a, b) =>
      (...index) =>
        value(a!(...index), b!(...index)),
    ...more,
  }));
}

export const elementwiseExamples: readonly OperationExample[] = [
  ...ofTwo("add", add, (x, y) => x + y, { linear: true }),
  ...ofTwo("subtract", subtract, (x, y) => x - y, { linear: true }),
  ...ofTwo("multiply", multiply, (x, y) => x * y),
  ...ofTwo("divide", divide, (x, y) => x / y, { domain: "positive" }),
  ...ofTwo("angle", angle, (x, y) => 2 * Math.atan2(y, Math.sqrt(x * x + y * y) + x), { domain: "positive" }),
  // Left of the imaginary axis, above and below the cut.
  ...ofTwo(
    "angle",
    (re, im) => angle(negate(re), im),
    (x, y) => Math.PI - Math.atan(y / x),
    { domain: "positive" },
  ),
  ...ofTwo(
    "angle",
    (re, im) => angle(negate(re), negate(im)),
    (x, y) => Math.atan(y / x) - Math.PI,
    {
      domain: "positive",
    },
  ),
  ...ofTwo("keepPositive", keepPositive, (x, y) => (y > 0 ? x : 0), { domain: "apart" }),
  ...ofOne(
    "keepEqual",
    (a) => keepEqual(a, a, unary.absolute(a)),
    (x) => Math.max(x, 0),
    { domain: "apart" },
  ),
  ...ofOne("negate", negate, (x) => 0 - x, { linear: true }),
  ...ofOne(
    "scale",
    (a) => unary.scale(a, -1.5),
    (x) => -3 * (x / 2),
    { linear: true },
  ),
  ...ofOne(
    "offset",
    (a) => unary.offset(a, 0.25),
    (x) => x + 1 / 4,
  ),
  ...ofOne("relu", unary.relu, (x) => (x + Math.abs(x)) / 2, { domain: "apart" }),
  ...ofOne("exp", unary.exp, (x) => Math.E ** x),
  ...ofOne("log", unary.log, (x) => Math.log2(x) * Math.LN2, { domain: "positive" }),
  ...ofOne("sqrt", unary.sqrt, (x) => x ** 0.5, { domain: "positive" }),
  ...ofOne("sine", unary.sine, (x) => Math.cos(x - Math.PI / 2)),
  ...ofOne("cosine", unary.cosine, (x) => 1 - 2 * Math.sin(x / 2) ** 2),
  ...ofOne("tanh", unary.tanh, (x) => 1 - 2 / (Math.exp(2 * x) + 1)),
  ...ofOne("sigmoid", unary.sigmoid, (x) => 0.5 + 0.5 * Math.tanh(x / 2)),
  ...ofOne("square", unary.square, (x) => x ** 2),
  ...ofOne("absolute", unary.absolute, (x) => Math.max(x, -x), { domain: "apart" }),
  ...ofOne("sign", unary.sign, (x) => x / Math.abs(x), { domain: "apart" }),
  ...shapes.flatMap((shape) =>
    [[], [1]].map((factor): OperationExample => ({
      of: "scaleBy",
      shapes: [shape, factor],
      build: (a, s) => scaleBy(a!, s!),
      naive:
        (a, s) =>
        (...index) =>
          a!(...index) * s!(0),
    })),
  ),
];
