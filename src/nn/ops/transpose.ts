// Axes in another order.

import { shapeFault, shapeText, stridesOf } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { strided } from "./strided.ts";

const operation: Operation<{ readonly permutation: readonly number[] }> = {
  name: "transpose",
  shape([a], { permutation }) {
    const fits = permutation.length === a!.length && a!.every((_, axis) => permutation.includes(axis));
    if (!fits) throw shapeFault("transpose", `each axis once in ${shapeText(permutation)}`, a!);
    return permutation.map((axis) => a![axis]!);
  },
  emit: (emitter, { names, attributes }) =>
    emitter.node("Transpose", names, { perm: { ints: attributes.permutation } }),
  adjoint({ gradient, attributes: { permutation } }) {
    return [
      transpose(
        gradient,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  },
  reference([a], { shapes, output, attributes }) {
    const strides = stridesOf(shapes[0]!);
    const from = strided(
      output,
      attributes.permutation.map((axis) => strides[axis]!),
    );
    return Float64Array.from(from, (position) => a![position]!);
  },
};

/** Axis i of the result is axis permutation[i] of `a`. */
export function transpose(a: Tensor, permutation: readonly number[]): Tensor {
  return apply(operation, [a], { permutation });
}
