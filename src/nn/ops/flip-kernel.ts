// Weights of a convolution turned into those of its adjoint: both spatial axes reversed, the channels exchanged.

import { shapeFault, stridesOf } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { strided } from "./strided.ts";

const operation: Operation<undefined> = {
  name: "flipKernel",
  shape([weights]) {
    if (weights!.length !== 4) throw shapeFault("flipKernel", "[out, in, rows, columns]", weights!);
    const [out, into, rows, columns] = weights!;
    return [into!, out!, rows!, columns!];
  },
  emit(emitter, { names: [weights], shapes: [shape] }) {
    const pair = (a: number, b: number): string => emitter.integers([2], [a, b]);
    // Backwards from the last element; an end below the first is written as a number below −extent.
    const ends = pair(-1 - shape![2]!, -1 - shape![3]!);
    const reversed = emitter.node("Slice", [weights!, pair(-1, -1), ends, pair(2, 3), pair(-1, -1)]);
    return emitter.node("Transpose", [reversed], { perm: { ints: [1, 0, 2, 3] } });
  },
  // Moving elements is undone by its adjoint, and twice this is nothing.
  adjoint: ({ gradient }) => [flipKernel(gradient)],
  reference([weights], { shapes: [shape], output }) {
    const [out, into, row] = stridesOf(shape!);
    const last = shape![2]! * shape![3]! - 1;
    const from = strided(output, [into!, out!, -row!, -1], last);
    return Float64Array.from(from, (position) => weights![position]!);
  },
};

/** The weights of a tensor that is `flipKernel(weights)`; undefined of any other tensor. */
export function beforeFlip({ source }: Tensor): Tensor | undefined {
  return source.kind === "operation" && source.operation === operation ? source.inputs[0] : undefined;
}

/** [Co, Ci, k, k] → [Ci, Co, k, k], both spatial axes reversed. */
export function flipKernel(weights: Tensor): Tensor {
  return apply(operation, [weights], undefined);
}
