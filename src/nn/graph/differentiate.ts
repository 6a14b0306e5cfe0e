// Reverse mode: the adjoint of each operation, from the loss back, in reverse order of evaluation.

import { DoselapError } from "../../errors.ts";
import { add } from "../ops/add.ts";
import { elementCount, shapeText } from "./shape.ts";
import { filled, inOrder, type Tensor } from "./tensor.ts";

/** d loss / d each of `variables`, as tensors of the same graph.
 * @throws Shape when the loss is not one number. */
export function gradients(loss: Tensor, variables: readonly Tensor[]): Tensor[] {
  if (elementCount(loss.shape) !== 1) {
    throw new DoselapError("Shape", "only a loss of one element can be differentiated", {
      expected: "one element",
      got: shapeText(loss.shape),
    });
  }
  const order = inOrder([loss]);
  const reaches = reaching(order, new Set(variables));
  const found = new Map<Tensor, Tensor>([[loss, filled(loss.shape, 1)]]);
  for (const tensor of order.toReversed()) {
    const gradient = found.get(tensor);
    if (gradient === undefined || tensor.source.kind !== "operation" || !reaches.has(tensor)) continue;
    const { operation, inputs, attributes } = tensor.source;
    const parts = operation.adjoint({ inputs, output: tensor, gradient, attributes });
    for (const [at, from] of inputs.entries()) {
      const part = parts[at];
      if (part === undefined || !reaches.has(from)) continue;
      const sum = found.get(from);
      found.set(from, sum === undefined ? part : add(sum, part));
    }
  }
  return variables.map((variable) => found.get(variable) ?? filled(variable.shape, 0));
}

/** The tensors that depend on one of `variables`. */
function reaching(order: readonly Tensor[], variables: ReadonlySet<Tensor>): Set<Tensor> {
  const reaches = new Set<Tensor>();
  for (const tensor of order) {
    const from = tensor.source.kind === "operation" ? tensor.source.inputs : [];
    if (variables.has(tensor) || from.some((each) => reaches.has(each))) reaches.add(tensor);
  }
  return reaches;
}
