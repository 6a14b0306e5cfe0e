// s · a with a tensor s of one element: a learning rate, a norm, a learned gain.

import { shapeFault } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { multiply } from "./multiply.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./expand.ts";

const operation: Operation<undefined> = {
  name: "scaleBy",
  shape([a, s]) {
    if (s!.length !== 0) throw shapeFault("scaleBy", "a factor of shape [] or [1]", s!);
    return a!;
  },
  emit: (emitter, { names }) => emitter.node("Mul", names),
  adjoint({ inputs: [a, s], gradient }) {
    const product = multiply(gradient, a!);
    const total = sum(product, [...product.shape.keys()]);
    return [scaleBy(gradient, s!), reshape(total, [])];
  },
  reference: ([a, s]) => a!.map((value) => value * s![0]!),
};

/** s · a; s of shape [] or [1]. */
export function scaleBy(a: Tensor, s: Tensor): Tensor {
  const single = s.shape.length === 1 && s.shape[0] === 1;
  return apply(operation, [a, single ? reshape(s, []) : s], undefined);
}
