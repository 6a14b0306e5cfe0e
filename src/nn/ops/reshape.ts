// The same elements in row-major order under another shape.

import { elementCount, expectExtents, shapeFault, shapeText, type Shape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";

const operation: Operation<{ readonly shape: Shape }> = {
  name: "reshape",
  shape([a], { shape }) {
    expectExtents("reshape", shape);
    if (elementCount(shape) !== elementCount(a!)) {
      throw shapeFault("reshape", `as many elements as ${shapeText(a!)} has`, shape);
    }
    return shape;
  },
  emit: (emitter, { names: [a], output }) =>
    emitter.node("Reshape", [a!, emitter.integers([output.length], output)]),
  adjoint: ({ inputs: [a], gradient }) => [reshape(gradient, a!.shape)],
  reference: ([a]) => a!.slice(),
};

/** The elements of `a` under `shape`, which holds as many. */
export function reshape(a: Tensor, shape: Shape): Tensor {
  return apply(operation, [a], { shape });
}
