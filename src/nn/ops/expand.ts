// Sums over axes, and their adjoint, the repetition along axes. Axes stay, with extent 1: nothing is broadcast in silence.
// A float32 sum of many terms in one go loses digits, so a runtime is told to sum axis by axis.

import {
  elementCount,
  expectAxes,
  expectExtents,
  shapeFault,
  shapeText,
  stridesOf,
  type Shape,
} from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { strided } from "./strided.ts";

const sumOperation: Operation<{ readonly axes: readonly number[] }> = {
  name: "sum",
  shape([a], { axes }) {
    expectAxes("sum", a!, axes);
    return a!.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  },
  emit(emitter, { names: [a], shapes: [shape], output, attributes: { axes } }) {
    const along = (name: string, axis: number): string =>
      emitter.node("ReduceSum", [name, emitter.integers([1], [axis])], { keepdims: { int: 1 } });
    const shaped = (name: string, as: Shape): string =>
      emitter.node("Reshape", [name, emitter.integers([as.length], as)]);
    const rows = sideOfSquare(elementCount(shape!));
    // All of a tensor as a matrix: short axes are slow to sum along.
    if (elementCount(output) === 1 && rows > 1) {
      return shaped(along(along(shaped(a!, [rows, -1]), 1), 0), output);
    }
    return axes.reduceRight(along, a!);
  },
  adjoint: ({ inputs: [a], gradient }) => [expand(gradient, a!.shape)],
  reference([a], { shapes: [shape], output }) {
    const to = repeatedPositions(output, shape!);
    const sums = new Float64Array(elementCount(output));
    for (let i = 0; i < to.length; i++) sums[to[i]!]! += a![i]!;
    return sums;
  },
};

/** Rows of a matrix of `count` elements that is at most 64 times as wide as high; 1 when there is none. */
function sideOfSquare(count: number): number {
  for (let rows = Math.floor(Math.sqrt(count)); rows * rows * 64 >= count; rows--) {
    if (count % rows === 0) return rows;
  }
  return 1;
}

const expandOperation: Operation<{ readonly shape: Shape }> = {
  name: "expand",
  shape([a], { shape }) {
    expectExtents("expand", shape);
    const fits =
      a!.length === shape.length && a!.every((extent, axis) => extent === 1 || extent === shape[axis]);
    if (!fits) throw shapeFault("expand", `extents of 1 or those of ${shapeText(shape)}`, a!);
    return shape;
  },
  emit: (emitter, { names: [a], output }) =>
    emitter.node("Expand", [a!, emitter.integers([output.length], output)]),
  adjoint({ inputs: [a], gradient }) {
    return [
      sum(
        gradient,
        [...gradient.shape.keys()].filter((axis) => a!.shape[axis] === 1),
      ),
    ];
  },
  reference([a], { shapes: [shape], output }) {
    return Float64Array.from(repeatedPositions(shape!, output), (position) => a![position]!);
  },
};

/** Where in an array of `shape` each element of its expansion to `expanded` comes from. */
export function repeatedPositions(shape: Shape, expanded: Shape): Int32Array {
  const strides = stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
  return strided(expanded, strides);
}

/** Σ over `axes` (rising), which stay with extent 1. */
export function sum(a: Tensor, axes: readonly number[]): Tensor {
  expectAxes("sum", a.shape, axes);
  const longer = axes.filter((axis) => a.shape[axis]! > 1);
  return longer.length === 0 ? a : apply(sumOperation, [a], { axes: longer });
}

/** `a` repeated along its axes of extent 1 until it has `shape`; the rank stays. */
export function expand(a: Tensor, shape: Shape): Tensor {
  return apply(expandOperation, [a], { shape });
}
