// a − b, element by element.

import { expectSameShape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { negate } from "./negate.ts";

const operation: Operation<undefined> = {
  name: "subtract",
  shape([a, b]) {
    expectSameShape("subtract", a!, b!);
    return a!;
  },
  emit: (emitter, { names }) => emitter.node("Sub", names),
  adjoint: ({ gradient }) => [gradient, negate(gradient)],
  reference: ([a, b]) => a!.map((value, i) => value - b![i]!),
};

/** a − b of equal shapes. */
export function subtract(a: Tensor, b: Tensor): Tensor {
  return apply(operation, [a, b], undefined);
}
