// The largest of each block of 2 × 2. Its adjoint finds the maximum by comparison: where several pixels of a block are
// equally largest, each of them gets the whole gradient. Behind a relu such ties are zeros, whose gradient it drops.

import { elementCount } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { keepEqual } from "./keep-where.ts";
import { blockOf, halved, upsample2 } from "./upsample2.ts";

const operation: Operation<undefined> = {
  name: "maxPool2",
  shape: ([x]) => halved("maxPool2", x!),
  emit: (emitter, { names }) =>
    emitter.node("MaxPool", names, { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
  adjoint: ({ inputs: [x], output, gradient }) => [keepEqual(upsample2(gradient), x!, upsample2(output))],
  reference([x], { shapes: [shape], output }) {
    const largest = new Float64Array(elementCount(output)).fill(-Infinity);
    x!.forEach((value, i) => {
      const block = blockOf(i, shape![3]!);
      largest[block] = Math.max(largest[block]!, value);
    });
    return largest;
  },
};

/** [B, C, H, W] → [B, C, H/2, W/2]: the largest of each 2 × 2 block; H and W even. */
export function maxPool2(x: Tensor): Tensor {
  return apply(operation, [x], undefined);
}
