// One of the earlier network's two decoders: bottleneck features → a map of the patch, in two parts.
//   trunk, per width: [conv3×3 ReLU] ×2, nearest ×2                                    → [B, 64, N/2, N/2]
//   inner: the first 60 channels, conv3×3, activation, zeros around it                 → the central N/2 square of N×N
//   outer: the last 4 channels, [conv3×3 ReLU] ×2, nearest ×2, conv3×3, swish, × mask  → what lies around that square
//   output: inner + outer
// The probe reaches beyond the central half; the outer part is what the network says there. Its swish is unbounded above,
// in the phase too: as it was.

import type { Shape } from "../graph/shape.ts";
import { constant, type Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { expand } from "../ops/expand.ts";
import { multiply } from "../ops/multiply.ts";
import { pad2d } from "../ops/pad2d.ts";
import { slice } from "../ops/slice.ts";
import { sigmoid } from "../ops/unary.ts";
import { upsample2 } from "../ops/upsample2.ts";
import { activated, convolved, type LayerContext, type LayerList } from "./glorot-layer.ts";

export interface DecoderShape {
  /** Channels of the bottleneck. */
  readonly inputs: number;
  /** Channels of the trunk's blocks, coarsest first; the last more than 4. */
  readonly trunk: readonly number[];
  /** F: channels of the outer part. */
  readonly outer: number;
  readonly outputs: number;
}

export interface Decoder {
  /** [B, inputs, M, M] → [B, outputs, N, N], N = 2M·2^blocks. */
  apply(features: Tensor, activation: (x: Tensor) => Tensor, context: LayerContext): Tensor;
}

/** Channels of the trunk that the outer part is made of. */
export const outerChannels = 4;

/** A decoder whose layers are named `${prefix}.…`; its heads are `${prefix}.inner` and `${prefix}.outer2`. */
export function referenceDecoder(
  prefix: string,
  { inputs, trunk, outer, outputs }: DecoderShape,
  layers: LayerList,
): Decoder {
  const blocks = trunk.map((width, block) => {
    const from = trunk[block - 1] ?? inputs;
    return [
      layers.add(`${prefix}.trunk${block}.0`, from, width),
      layers.add(`${prefix}.trunk${block}.1`, width, width),
    ];
  });
  const last = trunk.at(-1)!;
  const innerHead = layers.add(`${prefix}.inner`, last - outerChannels, outputs);
  const outerBlock = [
    layers.add(`${prefix}.outer0`, outerChannels, outer),
    layers.add(`${prefix}.outer1`, outer, outer),
  ];
  const outerHead = layers.add(`${prefix}.outer2`, outer, outputs);
  return {
    apply(features, activation, context) {
      let at = features;
      for (const block of blocks) at = upsample2(activated(block, at, context));
      const inner = activation(convolved(innerHead, slice(at, 1, 0, last - outerChannels), context));
      const border = inner.shape[2]! / 2;
      const around = activated(outerBlock, slice(at, 1, last - outerChannels, last), context);
      const outside = swish(convolved(outerHead, upsample2(around), context));
      return add(
        pad2d(inner, { top: border, bottom: border, left: border, right: border }),
        multiply(outside, borderMask(outside.shape)),
      );
    },
  };
}

/** x/(1 + e^{−x}). */
function swish(x: Tensor): Tensor {
  return multiply(x, sigmoid(x));
}

/** 0 in the central half of the last two axes, 1 around it. */
function borderMask(shape: Shape): Tensor {
  const size = shape.at(-1)!;
  const central = (at: number): boolean => at >= size / 4 && at < (3 * size) / 4;
  const plane = Array.from({ length: size * size }, (_, i) =>
    central(i % size) && central(Math.floor(i / size)) ? 0 : 1,
  );
  return expand(constant([1, 1, size, size], plane), shape);
}
