// Which operations are written in blocks, by name.

import { sameShape } from "../../graph/shape.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { writeChannelSum, writeContraction, writeConvolution, writeExpansion } from "./convolutions.ts";
import type { BlockWriter } from "./layout.ts";
import { writeExpandedGradient, writeWeightGradient } from "./weight-gradients.ts";

/** Writes `output` and tells so; false leaves it to be written plainly. */
type Write = (writer: BlockWriter, output: Tensor, inputs: readonly Tensor[]) => boolean;

const halving = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } } as const;

/** One node of the internal domain where the images are in blocks already. */
function inPlace(make: (writer: BlockWriter, name: string) => string): Write {
  return (writer, output, [input]) => {
    if (!writer.isBlocked(input!)) return false;
    writer.written(output, make(writer, writer.blocked(input!)), true);
    return true;
  };
}

/** Element by element: the layout does not matter as long as it is one. */
const elementwise: Write = (writer, output, inputs) => {
  const alike = inputs.every((input) => writer.fits(input) && sameShape(input.shape, output.shape));
  if (!alike || !inputs.some((input) => writer.isBlocked(input))) return false;
  const { source, shape } = output;
  if (source.kind !== "operation") return false;
  const name = source.operation.emit(writer.emitter, {
    names: inputs.map((input) => writer.blocked(input)),
    shapes: inputs.map((input) => input.shape),
    output: shape,
    attributes: source.attributes,
  });
  writer.written(output, name, true);
  return true;
};

const writers: ReadonlyMap<string, Write> = new Map<string, Write>([
  ["conv2d", writeConvolution],
  ["conv2dWeightGradient", writeWeightGradient],
  ["expandingConv2d", writeExpansion],
  ["contractingConv2d", writeContraction],
  ["expandedGradient", writeExpandedGradient],
  ["sum", writeChannelSum],
  ["maxPool2", inPlace((writer, name) => writer.node("MaxPool", [name], halving))],
  [
    "sumPool2",
    inPlace((writer, name) =>
      // The factor is a power of 2: no digit is lost.
      writer.emitter.node("Mul", [
        writer.node("AveragePool", [name], halving),
        writer.emitter.floats([], [4]),
      ]),
    ),
  ],
  [
    "upsample2",
    inPlace((writer, name) => writer.node("Upsample", [name], { scales: { ints: [1, 1, 2, 2] } })),
  ],
  ...["add", "subtract", "multiply", "divide", "relu", "keepPositive", "keepEqual", "scale", "negate"].map(
    (name) => [name, elementwise] as const,
  ),
]);

/** Writes a tensor in blocks where that is known how to; tells whether it did. */
export function writeInBlocks(writer: BlockWriter, tensor: Tensor): boolean {
  const { source } = tensor;
  if (source.kind !== "operation") return false;
  const write = writers.get(source.operation.name);
  return write !== undefined && write(writer, tensor, source.inputs);
}
