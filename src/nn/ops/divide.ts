// a / b, element by element.

import { expectSameShape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { multiply } from "./multiply.ts";
import { negate } from "./negate.ts";

const operation: Operation<undefined> = {
  name: "divide",
  shape([a, b]) {
    expectSameShape("divide", a!, b!);
    return a!;
  },
  emit: (emitter, { names }) => emitter.node("Div", names),
  adjoint({ inputs: [, b], output, gradient }) {
    const toA = divide(gradient, b!);
    return [toA, negate(multiply(toA, output))];
  },
  reference: ([a, b]) => a!.map((value, i) => value / b![i]!),
};

/** a / b of equal shapes, element by element. */
export function divide(a: Tensor, b: Tensor): Tensor {
  return apply(operation, [a, b], undefined);
}
