// The largest over axes, which stay with extent 1. Its adjoint finds the maximum by comparison: elements that are equally
// largest each get the whole gradient.

import { elementCount, expectAxes } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { expand, repeatedPositions } from "./expand.ts";
import { keepEqual } from "./keep-where.ts";

const operation: Operation<{ readonly axes: readonly number[] }> = {
  name: "peak",
  shape([a], { axes }) {
    expectAxes("peak", a!, axes);
    return a!.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  },
  emit: (emitter, { names: [a], attributes: { axes } }) =>
    emitter.node("ReduceMax", [a!], { axes: { ints: axes }, keepdims: { int: 1 } }),
  adjoint({ inputs: [a], output, gradient }) {
    return [keepEqual(expand(gradient, a!.shape), a!, expand(output, a!.shape))];
  },
  reference([a], { shapes: [shape], output }) {
    const to = repeatedPositions(output, shape!);
    const largest = new Float64Array(elementCount(output)).fill(-Infinity);
    a!.forEach((value, i) => (largest[to[i]!] = Math.max(largest[to[i]!]!, value)));
    return largest;
  },
};

/** The largest over `axes` (rising, at least one), which stay with extent 1. */
export function peak(a: Tensor, axes: readonly number[]): Tensor {
  return axes.length === 0 ? a : apply(operation, [a], { axes });
}
