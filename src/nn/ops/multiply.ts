// a · b, element by element.

import { expectSameShape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";

const operation: Operation<undefined> = {
  name: "multiply",
  shape([a, b]) {
    expectSameShape("multiply", a!, b!);
    return a!;
  },
  emit: (emitter, { names }) => emitter.node("Mul", names),
  adjoint: ({ inputs: [a, b], gradient }) => [multiply(gradient, b!), multiply(gradient, a!)],
  reference: ([a, b]) => a!.map((value, i) => value * b![i]!),
};

/** a · b of equal shapes, element by element. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  return apply(operation, [a, b], undefined);
}
