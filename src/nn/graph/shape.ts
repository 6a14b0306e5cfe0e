// Shapes of tensors. They are static and strict: an operation states what it takes, and nothing is broadcast in silence.

import { DoselapError } from "../../errors.ts";

export type Shape = readonly number[];

export function elementCount(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

export function shapeText(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Throws unless both shapes are equal.
 * @throws Shape, naming the operation. */
export function expectSameShape(operation: string, a: Shape, b: Shape): void {
  if (!sameShape(a, b)) throw shapeFault(operation, shapeText(a), b);
}

/** Throws unless every extent is a whole number of at least 1.
 * @throws Shape, naming the operation. */
export function expectExtents(operation: string, shape: Shape): void {
  if (shape.every((extent) => Number.isSafeInteger(extent) && extent >= 1)) return;
  throw shapeFault(operation, "extents that are whole numbers of at least 1", shape);
}

/** Throws unless `axes` are different axes of `shape`, in rising order.
 * @throws Shape, naming the operation. */
export function expectAxes(operation: string, shape: Shape, axes: readonly number[]): void {
  const fit = axes.every(
    (axis, i) => Number.isInteger(axis) && axis > (axes[i - 1] ?? -1) && axis < shape.length,
  );
  if (!fit) throw shapeFault(operation, `rising axes of the input, not ${shapeText(axes)}`, shape);
}

/** Distance in a row-major array between neighbours along each axis. */
export function stridesOf(shape: Shape): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** The error of an operation that was given a shape it does not take. */
export function shapeFault(operation: string, expected: string, got: Shape): DoselapError {
  return new DoselapError("Shape", `${operation}: its inputs do not fit`, { expected, got: shapeText(got) });
}
