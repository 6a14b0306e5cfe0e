// Twice or half the size: nearest-neighbour upsampling by 2 and its adjoint, sums over blocks of 2 × 2.

import { elementCount, shapeFault, type Shape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";

const upsampleOperation: Operation<undefined> = {
  name: "upsample2",
  shape([x]) {
    expectImages("upsample2", x!);
    return [...x!.slice(0, 2), 2 * x![2]!, 2 * x![3]!];
  },
  emit(emitter, { names: [x] }) {
    return emitter.node("Resize", [x!, "", emitter.floats([4], [1, 1, 2, 2])], {
      mode: { text: "nearest" },
      coordinate_transformation_mode: { text: "asymmetric" },
      nearest_mode: { text: "floor" },
    });
  },
  adjoint: ({ gradient }) => [sumPool2(gradient)],
  reference([x], { output }) {
    return new Float64Array(elementCount(output)).map((_, i) => x![blockOf(i, output[3]!)]!);
  },
};

const sumPoolOperation: Operation<undefined> = {
  name: "sumPool2",
  shape: ([x]) => halved("sumPool2", x!),
  emit(emitter, { names }) {
    const blocks = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
    // The factor is a power of 2: no digit is lost.
    return emitter.node("Mul", [emitter.node("AveragePool", names, blocks), emitter.floats([], [4])]);
  },
  adjoint: ({ gradient }) => [upsample2(gradient)],
  reference([x], { shapes: [shape], output }) {
    const sums = new Float64Array(elementCount(output));
    x!.forEach((value, i) => (sums[blockOf(i, shape![3]!)]! += value));
    return sums;
  },
};

/** Throws unless `shape` is [batch, channels, height, width].
 * @throws Shape, naming the operation. */
export function expectImages(name: string, shape: Shape): void {
  if (shape.length !== 4) throw shapeFault(name, "[batch, channels, height, width]", shape);
}

/** [B, C, H, W] → [B, C, H/2, W/2].
 * @throws Shape when height or width is odd. */
export function halved(name: string, shape: Shape): Shape {
  expectImages(name, shape);
  const [batch, channels, height, width] = shape;
  if (height! % 2 !== 0 || width! % 2 !== 0) throw shapeFault(name, "an even height and width", shape);
  return [batch!, channels!, height! / 2, width! / 2];
}

/** Position, in an image of half the size, of the 2 × 2 block that element `i` of images of `width` belongs to; images of
 * a batch follow each other, and heights are even, so their rows pair up. */
export function blockOf(i: number, width: number): number {
  const row = Math.trunc(i / width);
  return Math.trunc(row / 2) * (width / 2) + Math.trunc((i % width) / 2);
}

/** [B, C, H, W] → [B, C, 2H, 2W]: each pixel four times. */
export function upsample2(x: Tensor): Tensor {
  return apply(upsampleOperation, [x], undefined);
}

/** The x of a tensor that is `upsample2(x)`; undefined of any other tensor. */
export function beforeUpsample2({ source }: Tensor): Tensor | undefined {
  return source.kind === "operation" && source.operation === upsampleOperation ? source.inputs[0] : undefined;
}

/** [B, C, H, W] → [B, C, H/2, W/2]: the sum of each 2 × 2 block. */
export function sumPool2(x: Tensor): Tensor {
  return apply(sumPoolOperation, [x], undefined);
}
