// A 3 × 3 convolution of an image that was upsampled by 2, computed at the small size. Every output pixel sees 3 × 3 pixels
// that are copies of 2 × 2, so it is a transposed convolution of stride 2 with a kernel of 4 × 4,
//   y[b, co, 2p + t − 1] = bias[co] + Σ over ci, p and taps t of K[ci, co, t] · x[b, ci, p],   K = M w Mᵀ,
// 16 products for each pixel of x instead of 36. It is bilinear; the two adjoints are the convolution of stride 2 and the
// correlation below, and the three are each other's adjoints.

import { expectSameShape, sameShape, shapeFault, shapeText, type Shape } from "../graph/shape.ts";
import { apply, constant, type Operation, type Tensor } from "../graph/tensor.ts";
import { contractImages, correlateWithExpanded, expandImages } from "./conv2d-reference.ts";
import { expandedGradientNodes } from "./conv2d-weight-nodes.ts";
import { sum } from "./expand.ts";
import { matmul } from "./matmul.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";
import { expectImages, halved } from "./upsample2.ts";

const attributes = {
  kernel_shape: { ints: [4, 4] },
  strides: { ints: [2, 2] },
  pads: { ints: [1, 1, 1, 1] },
} as const;

const expanding: Operation<undefined> = {
  name: "expandingConv2d",
  shape([x, kernel, bias]) {
    expectImages("expandingConv2d", x!);
    expectKernel("expandingConv2d", kernel!, x![1]!, kernel![1]!);
    if (bias !== undefined) expectSameShape("expandingConv2d", [kernel![1]!], bias);
    return [x![0]!, kernel![1]!, 2 * x![2]!, 2 * x![3]!];
  },
  emit: (emitter, { names }) => emitter.node("ConvTranspose", names, attributes),
  adjoint({ inputs: [x, kernel, bias], gradient }) {
    const parts = [contractingConv2d(gradient, kernel!), expandedGradient(x!, gradient)];
    return bias === undefined ? parts : [...parts, reshape(sum(gradient, [0, 2, 3]), bias.shape)];
  },
  reference: ([x, kernel, bias], { shapes }) => expandImages(x!, kernel!, bias, shapes),
};

const contracting: Operation<undefined> = {
  name: "contractingConv2d",
  shape([y, kernel]) {
    const [batch, channels, height, width] = halved("contractingConv2d", y!);
    expectKernel("contractingConv2d", kernel!, kernel![0]!, channels!);
    return [batch!, kernel![0]!, height!, width!];
  },
  emit: (emitter, { names }) => emitter.node("Conv", names, attributes),
  adjoint: ({ inputs: [y, kernel], gradient }) => [
    expandingConv2d(gradient, kernel!),
    expandedGradient(gradient, y!),
  ],
  reference: ([y, kernel], { shapes }) => contractImages(y!, kernel!, shapes),
};

const correlation: Operation<undefined> = {
  name: "expandedGradient",
  shape([x, y]) {
    expectImages("expandedGradient", x!);
    const [batch, , height, width] = x!;
    if (y!.length !== 4 || !sameShape(y!.with(1, 1), [batch!, 1, 2 * height!, 2 * width!])) {
      throw shapeFault("expandedGradient", `images of twice the size of ${shapeText(x!)}`, y!);
    }
    return [x![1]!, y![1]!, 4, 4];
  },
  emit: (emitter, { names, shapes }) => expandedGradientNodes(emitter, { names, shapes }),
  adjoint: ({ inputs: [x, y], gradient }) => [contractingConv2d(y!, gradient), expandingConv2d(x!, gradient)],
  reference: ([x, y], { shapes }) => correlateWithExpanded(x!, y!, shapes),
};

function expectKernel(name: string, kernel: Shape, small: number, large: number): void {
  expectSameShape(name, [small, large, 4, 4], kernel);
}

/** x [B, Ci, H, W], kernel K [Ci, Co, 4, 4], bias [Co] → [B, Co, 2H, 2W]. */
export function expandingConv2d(x: Tensor, kernel: Tensor, bias?: Tensor): Tensor {
  return apply(expanding, bias === undefined ? [x, kernel] : [x, kernel, bias], undefined);
}

/** The adjoint of {@link expandingConv2d} in x: y [B, Co, 2H, 2W], kernel [Ci, Co, 4, 4] → [B, Ci, H, W]. */
export function contractingConv2d(y: Tensor, kernel: Tensor): Tensor {
  return apply(contracting, [y, kernel], undefined);
}

/** The adjoint of {@link expandingConv2d} in K: x [B, Ci, H, W], y [B, Co, 2H, 2W] → [Ci, Co, 4, 4]. */
export function expandedGradient(x: Tensor, y: Tensor): Tensor {
  return apply(correlation, [x, y], undefined);
}

/** Rows of M: which of three taps fall on each of four. */
const taps = [
  [0, 0, 1],
  [0, 1, 1],
  [1, 1, 0],
  [1, 0, 0],
] as const;

/** conv2d(upsample2(x), weights, bias) for weights [Co, Ci, 3, 3]. */
export function upsampledConv2d(x: Tensor, weights: Tensor, bias?: Tensor): Tensor {
  const [out, into] = weights.shape as [number, number];
  const spread = constant(
    [9, 16],
    [0, 1, 2].flatMap((u) =>
      [0, 1, 2].flatMap((v) => taps.flatMap((row) => taps.map((column) => row[u]! * column[v]!))),
    ),
  );
  const rows = reshape(transpose(weights, [1, 0, 2, 3]), [into * out, 9]);
  return expandingConv2d(x, reshape(matmul(rows, spread), [into, out, 4, 4]), bias);
}
