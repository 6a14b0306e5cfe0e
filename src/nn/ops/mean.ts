// Means over axes: a sum and a factor.

import type { Tensor } from "../graph/tensor.ts";
import { scale } from "./unary.ts";
import { sum } from "./expand.ts";

/** Mean over `axes` (rising), which stay with extent 1. */
export function mean(a: Tensor, axes: readonly number[]): Tensor {
  const total = sum(a, axes);
  return scale(
    total,
    axes.reduce((share, axis) => share / a.shape[axis]!, 1),
  );
}
