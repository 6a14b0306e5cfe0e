// Matrix products over the last two axes. Leading axes are equal in both operands, or one operand is a plain matrix that
// all products share; its gradient is the sum over them.

import type { Emitter } from "../graph/emitter.ts";
import { elementCount, sameShape, shapeFault, shapeText, type Shape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./expand.ts";

export interface MatmulOptions {
  /** Use the transpose of `a`'s last two axes; no by default. */
  readonly transposeA?: boolean;
  /** Use the transpose of `b`'s last two axes; no by default. */
  readonly transposeB?: boolean;
}

const operation: Operation<Required<MatmulOptions>> = {
  name: "matmul",
  shape([a, b], options) {
    if (a!.length < 2) throw shapeFault("matmul", "at least two axes", a!);
    if (b!.length < 2) throw shapeFault("matmul", "at least two axes", b!);
    const [rows, inner] = matrixOf(a!, options.transposeA);
    const [innerB, columns] = matrixOf(b!, options.transposeB);
    const leading = b!.length === 2 ? a!.slice(0, -2) : b!.slice(0, -2);
    const shared = a!.length === 2 || b!.length === 2;
    if (inner !== innerB || !(shared || sameShape(leading, a!.slice(0, -2)))) {
      throw shapeFault(
        "matmul",
        `a right operand that fits ${shapeText(a!)} with ${JSON.stringify(options)}`,
        b!,
      );
    }
    return [...leading, rows, columns];
  },
  // Runtimes fuse the transposes into the product where they have such a kernel (NN-003).
  emit(emitter, { names, shapes, attributes: { transposeA, transposeB } }) {
    return emitter.node("MatMul", [
      transposeA ? swapLastAxes(emitter, names[0]!, shapes[0]!.length) : names[0]!,
      transposeB ? swapLastAxes(emitter, names[1]!, shapes[1]!.length) : names[1]!,
    ]);
  },
  adjoint({ inputs: [a, b], gradient, attributes: { transposeA, transposeB } }) {
    const toA = transposeA
      ? matmul(b!, gradient, { transposeA: transposeB, transposeB: true })
      : matmul(gradient, b!, { transposeB: !transposeB });
    return [overBatch(toA, a!.shape), rightAdjoint(a!, b!, gradient, { transposeA, transposeB })];
  },
  reference([a, b], { shapes, output, attributes }) {
    const [rows, inner] = matrixOf(shapes[0]!, attributes.transposeA);
    const columns = output.at(-1)!;
    const [strideA, strideB] = shapes.map((shape) =>
      shape.length === 2 ? 0 : shape.at(-1)! * shape.at(-2)!,
    );
    const [rowA, innerA] = attributes.transposeA ? [1, rows] : [inner, 1];
    const [innerB, columnB] = attributes.transposeB ? [1, inner] : [columns, 1];
    const product = new Float64Array(elementCount(output));
    for (let at = 0; at < product.length; at++) {
      const matrix = Math.trunc(at / (rows * columns));
      const fromA = matrix * strideA! + (Math.trunc(at / columns) % rows) * rowA;
      const fromB = matrix * strideB! + (at % columns) * columnB;
      for (let k = 0; k < inner; k++) product[at]! += a![fromA + k * innerA]! * b![fromB + k * innerB]!;
    }
    return product;
  },
};

/** Writes the transpose of the last two axes of a value of rank `rank`. */
export function swapLastAxes(emitter: Emitter, name: string, rank: number): string {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return emitter.node("Transpose", [name], { perm: { ints: [...axes.slice(0, -2), rank - 1, rank - 2] } });
}

/** [rows, columns] of a shape's matrices as they are used. */
function matrixOf(shape: Shape, transposed: boolean): readonly [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

function rightAdjoint(a: Tensor, b: Tensor, gradient: Tensor, options: Required<MatmulOptions>): Tensor {
  const { transposeA, transposeB } = options;
  if (b.shape.length === 2 && !transposeA) {
    // All rows of all products in one matrix: one product instead of one for each, and nothing to add up.
    const [rows, columns] = [stacked(a), stacked(gradient)];
    return transposeB
      ? matmul(columns, rows, { transposeA: true })
      : matmul(rows, columns, { transposeA: true });
  }
  const each = transposeB
    ? matmul(gradient, a, { transposeA: true, transposeB: transposeA })
    : matmul(a, gradient, { transposeA: !transposeA });
  return overBatch(each, b.shape);
}

function stacked(a: Tensor): Tensor {
  const columns = a.shape.at(-1)!;
  return a.shape.length === 2 ? a : reshape(a, [elementCount(a.shape) / columns, columns]);
}

/** The gradient of an operand of `shape`: summed over leading axes that it does not have. */
function overBatch(each: Tensor, shape: Shape): Tensor {
  if (each.shape.length === shape.length) return each;
  const leading = [...each.shape.slice(2).keys()];
  return reshape(sum(each, leading), shape);
}

/** a · b over the last two axes: [..., n, k] · [..., k, m] → [..., n, m]; leading axes are equal, or one operand has none. */
export function matmul(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: MatmulOptions = {},
): Tensor {
  return apply(operation, [a, b], { transposeA, transposeB });
}
