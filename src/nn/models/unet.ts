// A small U-Net: what is seen coarsely is combined with what is seen finely through skip connections, without which phase
// is lost (docs/learning-notes.md). Fully convolutional: any canvas whose sides are multiples of 2^levels.
//   encoder, per width: [conv3×3 ReLU] ×2 → kept → maxpool 2      middle: [conv3×3 ReLU] ×2
//   decoder, widths reversed: nearest ×2, concat kept, conv3×3 ReLU      head: conv3×3
// Ronneberger, Fischer & Brox 2015, doi:10.1007/978-3-319-24574-4_28. No normalisation, no dropout: outputs depend on one
// sample alone.

import { DoselapError } from "../../errors.ts";
import { shapeText } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import { concat } from "../ops/concat.ts";
import { conv2d } from "../ops/conv2d.ts";
import { maxPool2 } from "../ops/max-pool2.ts";
import { relu } from "../ops/unary.ts";
import { upsample2 } from "../ops/upsample2.ts";
import { heDeviation, type ParameterSpec } from "./parameters.ts";

export interface UnetShape {
  readonly inputs: number;
  readonly outputs: number;
  /** Channels of each level, finest first. */
  readonly widths: readonly number[];
}

export interface Unet {
  readonly specs: readonly ParameterSpec[];
  /** [B, inputs, H, W] → [B, outputs, H, W].
   * @throws Shape unless H and W are multiples of 2^levels. */
  apply(x: Tensor, parameters: { readonly [name: string]: Tensor }, watch?: Watch): Tensor;
}

/** Is told every activation: a unit that is 0 for every input is dead. */
export type Watch = (activation: Tensor) => void;

/** Head weights start small, so that an untrained network changes its input little. */
const smallHead = 0.1;

/** Furthest input pixel that an output pixel depends on, per axis: on the way down two convolutions a level, on the way up
 * one; pooling and upsampling move a pixel by less than a coarsest pixel each. */
export function reachPx(levels: number): number {
  const coarsest = 2 ** levels;
  return 2 * (coarsest - 1) + 2 * coarsest + (coarsest - 1) + 1 + 2 * coarsest;
}

/** A U-Net whose parameters are named `${prefix}.…`. With a `headShare` of 0 it starts as one that gives 0. */
export function unet(
  prefix: string,
  { inputs, outputs, widths }: UnetShape,
  { headShare = smallHead }: { readonly headShare?: number } = {},
): Unet {
  const specs: ParameterSpec[] = [];
  function layer(name: string, from: number, to: number, share = 1): string {
    const id = `${prefix}.${name}`;
    specs.push({ name: `${id}.weight`, shape: [to, from, 3, 3], deviation: share * heDeviation(9 * from) });
    specs.push({ name: `${id}.bias`, shape: [to], deviation: 0 });
    return id;
  }
  const encoder = widths.map((width, level) => {
    const from = level === 0 ? inputs : widths[level - 1]!;
    return [layer(`encoder${level}.0`, from, width), layer(`encoder${level}.1`, width, width)] as const;
  });
  const deepest = widths.at(-1)!;
  const middle = [layer("middle.0", deepest, deepest), layer("middle.1", deepest, deepest)] as const;
  const decoder = widths.map((width, level) => {
    const below = widths[level + 1] ?? deepest;
    return layer(`decoder${level}`, below + width, width);
  });
  const head = layer("head", widths[0]!, outputs, headShare);

  function apply(
    x: Tensor,
    parameters: { readonly [name: string]: Tensor },
    watch: Watch = () => undefined,
  ): Tensor {
    const step = 2 ** widths.length;
    const [, , height, width] = x.shape;
    if (height! % step !== 0 || width! % step !== 0) {
      throw new DoselapError("Shape", "the canvas does not fit the network's levels", {
        expected: `sides that are multiples of ${step}`,
        got: shapeText(x.shape),
      });
    }
    const convolve = (id: string, from: Tensor) =>
      conv2d(from, parameters[`${id}.weight`]!, parameters[`${id}.bias`]!);
    const activated = (id: string, from: Tensor): Tensor => {
      const features = relu(convolve(id, from));
      watch(features);
      return features;
    };
    const twice = ([first, second]: readonly [string, string], from: Tensor): Tensor =>
      activated(second, activated(first, from));
    const kept: Tensor[] = [];
    let at = x;
    for (const pair of encoder) {
      const features = twice(pair, at);
      kept.push(features);
      at = maxPool2(features);
    }
    at = twice(middle, at);
    for (let level = widths.length - 1; level >= 0; level--) {
      at = activated(decoder[level]!, concat([upsample2(at), kept[level]!], 1));
    }
    return convolve(head, at);
  }
  return { specs, apply };
}
