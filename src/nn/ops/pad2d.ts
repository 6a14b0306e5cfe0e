// Zeros put around a tensor, and their adjoint: a box cut out of it.

import type { Emitter } from "../graph/emitter.ts";
import { elementCount, shapeFault, shapeText, stridesOf, type Shape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { strided } from "./strided.ts";

/** How many elements on each side of the last two axes. */
export interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** How many elements before and after, for each axis. */
interface Sides {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const padOperation: Operation<Sides> = {
  name: "pad",
  shape: ([a], sides) => resized("pad", a!, sides, 1),
  emit(emitter, { names: [a], attributes: { before, after } }) {
    return emitter.node("Pad", [a!, emitter.integers([2 * before.length], [...before, ...after])]);
  },
  adjoint: ({ gradient, attributes }) => [crop(gradient, attributes)],
  reference([a], { shapes: [inner], output, attributes }) {
    const padded = new Float64Array(elementCount(output));
    boxPositions(output, inner!, attributes).forEach((position, i) => (padded[position] = a![i]!));
    return padded;
  },
};

const cropOperation: Operation<Sides> = {
  name: "crop",
  shape: ([a], sides) => resized("crop", a!, sides, -1),
  emit(emitter, { names: [a], output, attributes: { before } }) {
    const cut = [...output.keys()];
    const ends = cut.map((axis) => before[axis]! + output[axis]!);
    return emitter.node("Slice", [a!, ...[before, ends, cut].map((values) => list(emitter, values))]);
  },
  adjoint: ({ gradient, attributes }) => [pad(gradient, attributes)],
  reference([a], { shapes: [outer], output, attributes }) {
    return Float64Array.from(boxPositions(outer!, output, attributes), (position) => a![position]!);
  },
};

function list(emitter: Emitter, values: readonly number[]): string {
  return emitter.integers([values.length], values);
}

/** `shape` with both sides added (sign 1) or taken away (−1). */
function resized(name: string, shape: Shape, { before, after }: Sides, sign: 1 | -1): Shape {
  const valid = [...before, ...after].every((count) => Number.isInteger(count) && count >= 0);
  const result = shape.map((extent, axis) => extent + sign * (before[axis]! + after[axis]!));
  if (!valid || result.some((extent) => extent < 1)) {
    throw shapeFault(name, `room for ${shapeText(before)} before and ${shapeText(after)} after`, shape);
  }
  return result;
}

/** Where the elements of the box `inner` lie in `outer`. */
function boxPositions(outer: Shape, inner: Shape, { before }: Sides): Int32Array {
  const strides = stridesOf(outer);
  const start = before.reduce((position, count, axis) => position + count * strides[axis]!, 0);
  return strided(inner, strides, start);
}

function pad(a: Tensor, sides: Sides): Tensor {
  return apply(padOperation, [a], sides);
}

/** `a` without the elements on each side of each axis. */
export function crop(a: Tensor, sides: Sides): Tensor {
  return apply(cropOperation, [a], sides);
}

function lastTwo(name: string, shape: Shape, { top, bottom, left, right }: Margins): Sides {
  if (shape.length < 2) throw shapeFault(name, "at least two axes", shape);
  const others = shape.slice(2).map(() => 0);
  return { before: [...others, top, left], after: [...others, bottom, right] };
}

/** `a` with zeros around its last two axes. */
export function pad2d(a: Tensor, margins: Margins): Tensor {
  return pad(a, lastTwo("pad2d", a.shape, margins));
}

/** `a` without the margins of its last two axes. */
export function crop2d(a: Tensor, margins: Margins): Tensor {
  return crop(a, lastTwo("crop2d", a.shape, margins));
}
