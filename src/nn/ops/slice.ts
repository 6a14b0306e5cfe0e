// A range of one axis: a box cut out of the tensor, so zeros put around it are its adjoint.

import { expectAxes, shapeFault } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import { crop } from "./pad2d.ts";

/** Elements from ≤ index < to along `axis`.
 * @throws Shape when the range is empty or leaves the axis. */
export function slice(a: Tensor, axis: number, from: number, to: number): Tensor {
  expectAxes("slice", a.shape, [axis]);
  const extent = a.shape[axis]!;
  if (!(from >= 0 && from < to && to <= extent)) {
    throw shapeFault("slice", `from < to within axis ${axis}, not from ${from} to ${to}`, a.shape);
  }
  const along = (count: number): number[] => a.shape.map((_, other) => (other === axis ? count : 0));
  return crop(a, { before: along(from), after: along(extent - to) });
}
