// What every network on groups of frames has in common, whatever is inside of it: frames of a group and their places in,
// the object on the group's own canvas and its light out. Training and inference over a scan need nothing else.

import type { Field } from "../fields/field.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import type { ParameterSpec } from "./parameters.ts";
import type { Watch } from "./unet.ts";

/** What a network is fed, one batch of B groups. */
export interface GroupFeeds {
  /** s = √(counts/dose), [B·C, N, N], transposed spectra; below 0 where a pixel is masked. */
  readonly amplitudes: Tensor;
  /** First row and column of each frame's patch on its canvas, [B, C]. */
  readonly top: Tensor;
  readonly left: Tensor;
  /** p = P/√dose, [modes, N, N]. */
  readonly probe: Field;
}

export interface CanvasOutput {
  /** [B, Z, Z]. */
  readonly object: Field;
  /** Σ_c S_c Σ_m|p_m|², [B, Z, Z]: what a pixel of the canvas counts. */
  readonly light: Tensor;
}

export interface CanvasNetwork {
  /** N. */
  readonly sizePx: number;
  /** C. */
  readonly framesPerGroup: number;
  /** Z: side of a group's canvas. */
  readonly canvasPx: number;
  /** Whether it takes masked pixels. */
  readonly masked?: boolean | undefined;
  readonly specs: readonly ParameterSpec[];
  /** The output of a group depends on that group alone. */
  apply(feeds: GroupFeeds, parameters: { readonly [name: string]: Tensor }, watch?: Watch): CanvasOutput;
}

/** The inputs of a graph for `groups` groups, under the names `amplitudes`, `top`, `left`, `probe.re`, `probe.im`. */
export function groupInputs(
  { sizePx, framesPerGroup }: Pick<CanvasNetwork, "sizePx" | "framesPerGroup">,
  { groups, probeModes }: { readonly groups: number; readonly probeModes: number },
): GroupFeeds {
  const places = [groups, framesPerGroup];
  const modes = [probeModes, sizePx, sizePx];
  return {
    amplitudes: input("amplitudes", [groups * framesPerGroup, sizePx, sizePx]),
    top: input("top", places),
    left: input("left", places),
    probe: { re: input("probe.re", modes), im: input("probe.im", modes) },
  };
}
