// Two-dimensional convolution as networks mean it (a correlation), zeros outside, output as large as the input:
//   y[b, co, p] = bias[co] + Σ over ci and taps t of w[co, ci, t] · x[b, ci, p + t].
// It is linear in x and in w. The adjoint in x is again a convolution, with flipped weights: a transposed convolution
// computes the same more slowly. The adjoint in w is an operation of its own, whose adjoints are convolutions.

import { expectSameShape, shapeFault, shapeText, type Shape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { add } from "./add.ts";
import { concatenated } from "./concat.ts";
import { convolve, correlate } from "./conv2d-reference.ts";
import { weightGradientNodes } from "./conv2d-weight-nodes.ts";
import { flipKernel } from "./flip-kernel.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { beforeUpsample2, expectImages } from "./upsample2.ts";
import { upsampledConv2d } from "./upsampled-conv2d.ts";
import { sum } from "./expand.ts";

const operation: Operation<undefined> = {
  name: "conv2d",
  shape([x, weights, bias]) {
    expectImages("conv2d", x!);
    const [batch, channels, height, width] = x!;
    const [out, into, k, columns] = weights!;
    if (weights!.length !== 4 || into !== channels || k !== columns || k! % 2 !== 1) {
      throw shapeFault("conv2d", `weights of shape [out, ${channels}, k, k], k odd`, weights!);
    }
    if (bias !== undefined) expectSameShape("conv2d", [out!], bias);
    return [batch!, out!, height!, width!];
  },
  emit(emitter, { names, shapes }) {
    const k = shapes[1]![2]!;
    const side = (k - 1) / 2;
    return emitter.node("Conv", names, {
      kernel_shape: { ints: [k, k] },
      pads: { ints: [side, side, side, side] },
    });
  },
  adjoint({ inputs: [x, weights, bias], gradient }) {
    const parts = [
      conv2d(gradient, flipKernel(weights!)),
      conv2dWeightGradient(x!, gradient, weights!.shape[2]!),
    ];
    return bias === undefined ? parts : [...parts, reshape(sum(gradient, [0, 2, 3]), bias.shape)];
  },
  reference: ([x, weights, bias], { shapes }) => convolve(x!, weights!, bias, shapes),
};

const weightGradient: Operation<{ readonly k: number }> = {
  name: "conv2dWeightGradient",
  shape([x, dy], { k }) {
    expectImages("conv2dWeightGradient", x!);
    if (!Number.isInteger(k) || k % 2 !== 1 || k < 1)
      throw shapeFault("conv2dWeightGradient", "an odd k", [k]);
    expectSameImages(x!, dy!);
    return [dy![1]!, x![1]!, k, k];
  },
  emit: (emitter, { names, shapes, attributes: { k } }) => weightGradientNodes(emitter, { names, shapes, k }),
  adjoint: ({ inputs: [x, dy], gradient }) => [conv2d(dy!, flipKernel(gradient)), conv2d(x!, gradient)],
  reference: ([x, dy], { shapes, attributes: { k } }) => correlate(x!, dy!, k, shapes),
};

function expectSameImages(x: Shape, dy: Shape): void {
  const fits = dy.length === 4 && [0, 2, 3].every((axis) => x[axis] === dy[axis]);
  if (!fits) throw shapeFault("conv2dWeightGradient", `${shapeText(x)} but for the channels`, dy);
}

/** x [B, Ci, H, W], weights [Co, Ci, k, k] with k odd, bias [Co] → [B, Co, H, W]; stride 1, zeros outside. What was upsampled
 * is convolved at its own size, also where it is a part of the channels. */
export function conv2d(x: Tensor, weights: Tensor, bias?: Tensor): Tensor {
  const [, into, k, columns] = weights.shape;
  if (weights.shape.length === 4 && k === 3 && columns === 3 && into === x.shape[1]) {
    const small = beforeUpsample2(x);
    if (small !== undefined) return upsampledConv2d(small, weights, bias);
    const parts = concatenated(x, 1);
    if (parts?.some((part) => beforeUpsample2(part) !== undefined) === true) {
      let from = 0;
      return parts
        .map((part, i) => {
          const own = slice(weights, 1, from, (from += part.shape[1]!));
          return conv2d(part, own, i === parts.length - 1 ? bias : undefined);
        })
        .reduce(add);
    }
  }
  return apply(operation, bias === undefined ? [x, weights] : [x, weights, bias], undefined);
}

/** d loss / d weights [Co, Ci, k, k] of a convolution of x [B, Ci, H, W], given dy = d loss / d output [B, Co, H, W]. */
export function conv2dWeightGradient(x: Tensor, dy: Tensor, k: number): Tensor {
  return apply(weightGradient, [x, dy], { k });
}
