// a + b, element by element.

import { expectSameShape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";

const operation: Operation<undefined> = {
  name: "add",
  shape([a, b]) {
    expectSameShape("add", a!, b!);
    return a!;
  },
  emit: (emitter, { names }) => emitter.node("Add", names),
  adjoint: ({ gradient }) => [gradient, gradient],
  reference: ([a, b]) => a!.map((value, i) => value + b![i]!),
};

/** a + b of equal shapes. */
export function add(a: Tensor, b: Tensor): Tensor {
  return apply(operation, [a, b], undefined);
}
