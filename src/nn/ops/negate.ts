// −a. A file of its own, below both the arithmetic of two tensors and the functions of one.

import { apply, type Operation, type Tensor } from "../graph/tensor.ts";

const operation: Operation<undefined> = {
  name: "negate",
  shape: ([a]) => a!,
  emit: (emitter, { names }) => emitter.node("Neg", names),
  adjoint: ({ gradient }) => [negate(gradient)],
  reference: ([a]) => a!.map((value) => -value),
};

/** −a. */
export function negate(a: Tensor): Tensor {
  return apply(operation, [a], undefined);
}
