// Values kept where a condition on other tensors holds, 0 elsewhere: the masks of the adjoints of relu and of max pooling.
// A mask has no gradient, the kept values pass theirs.

import { expectSameShape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";

const positiveOperation: Operation<undefined> = {
  name: "keepPositive",
  shape([values, by]) {
    expectSameShape("keepPositive", values!, by!);
    return values!;
  },
  emit(emitter, { names: [values, by] }) {
    // min(max(by/ε, 0), 1) with ε below the least normal number: 0 or 1, and faster than a comparison and a choice.
    const mask = emitter.node("HardSigmoid", [by!], { alpha: { float: 3e38 }, beta: { float: 0 } });
    return emitter.node("Mul", [values!, mask]);
  },
  adjoint: ({ inputs: [, by], gradient }) => [keepPositive(gradient, by!), undefined],
  reference: ([values, by]) => values!.map((value, i) => (by![i]! > 0 ? value : 0)),
};

const equalOperation: Operation<undefined> = {
  name: "keepEqual",
  shape([values, a, b]) {
    expectSameShape("keepEqual", values!, a!);
    expectSameShape("keepEqual", values!, b!);
    return values!;
  },
  emit(emitter, { names: [values, a, b] }) {
    return emitter.node("Where", [emitter.node("Equal", [a!, b!]), values!, emitter.floats([], [0])]);
  },
  adjoint: ({ inputs: [, a, b], gradient }) => [keepEqual(gradient, a!, b!), undefined, undefined],
  reference: ([values, a, b]) => values!.map((value, i) => (a![i] === b![i] ? value : 0)),
};

/** `values` where `by` > 0, else 0. */
export function keepPositive(values: Tensor, by: Tensor): Tensor {
  return apply(positiveOperation, [values, by], undefined);
}

/** `values` where `a` equals `b`, else 0. */
export function keepEqual(values: Tensor, a: Tensor, b: Tensor): Tensor {
  return apply(equalOperation, [values, a, b], undefined);
}
