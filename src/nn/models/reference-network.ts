// The earlier study's network, to its figures: 4,667,056 parameters at N = 128 and C = 4, so that its claim can be tested.
//   encoder, per width: [conv3×3 ReLU] ×2, maxpool 2 → 8×8×256;  two decoders (reference-decoder.ts), a channel per frame
//   a_c = σ(·), φ_c = π·tanh(·);  o_c = a_c e^{iφ_c};  the group's canvas out of all o_c;  λ_c = dose·|F(p·O_c)|²
// As it was: layers, widths, activations, starting weights, no skip connections; amplitudes of mean power (N/2)² as input,
// which are s·N/2 by what a dose is; assembly and re-extraction by bilinear translation.
// Mended: a e^{iφ}, which had been a + iφ; a canvas of the group's own, which had been the whole batch's, and as wide as the
// group, which had been 14 px wider than a frame; one window, the probe's intensity, in numerator and denominator, which had
// been 1 and the central square, so that the rim grew 1000-fold; a probe in counts for a trained scale of the counts.
// Hoidn, Mishra & Mehta 2023, doi:10.1038/s41598-023-48351-7.

import { DoselapError } from "../../errors.ts";
import { assemblePatches } from "../fields/assemble.ts";
import { dftMatrix } from "../fields/dft.ts";
import { sampler, type Sampler } from "../fields/patches.ts";
import { probePower, type Illumination } from "../fields/scattering.ts";
import type { Tensor } from "../graph/tensor.ts";
import { concat } from "../ops/concat.ts";
import { maxPool2 } from "../ops/max-pool2.ts";
import { multiply } from "../ops/multiply.ts";
import { reshape } from "../ops/reshape.ts";
import { transpose } from "../ops/transpose.ts";
import { cosine, relu, scale, sigmoid, sine, tanh } from "../ops/unary.ts";
import type { CanvasNetwork, CanvasOutput, GroupFeeds } from "./canvas-network.ts";
import { activated, glorotLayers } from "./glorot-layer.ts";
import { outerChannels, referenceDecoder } from "./reference-decoder.ts";
import type { Watch } from "./unet.ts";

/** Channels of the layers. */
export interface ReferenceWidths {
  /** Of the encoder's blocks, finest first. */
  readonly encoder: readonly number[];
  /** Of the decoders' blocks, coarsest first: one less than the encoder's. */
  readonly decoder: readonly number[];
  /** Of the decoders' outer parts. */
  readonly outer: number;
}

export interface ReferenceConfig {
  /** N. */
  readonly sizePx: number;
  /** C. */
  readonly framesPerGroup: number;
  /** Z: side of the group's canvas. */
  readonly canvasPx: number;
  readonly widths: ReferenceWidths;
  /** The scan has masked pixels, amplitudes below 0: the network sees 0 there. */
  readonly masked?: boolean | undefined;
}

export interface ReferenceOutput extends CanvasOutput {
  readonly sampler: Sampler;
  readonly illumination: Illumination;
  /** a and φ of every frame, [B, 2C, N, N]. */
  readonly corrections: Tensor;
}

export interface ReferenceNetwork extends CanvasNetwork {
  apply(feeds: GroupFeeds, parameters: { readonly [name: string]: Tensor }, watch?: Watch): ReferenceOutput;
}

/** N that its layers are made for. */
export const referenceSizes = [64, 128, 256] as const;

/** The earlier study's widths (its filter scale of 2). @throws Range unless N is 64, 128 or 256. */
export function referenceWidths(sizePx: number): ReferenceWidths {
  const levels = referenceSizes.findIndex((size) => size === sizePx) + 3;
  if (levels < 3) {
    throw new DoselapError("Range", "the earlier network has no layers for frames of this size", {
      key: "sizePx",
      expected: referenceSizes.join(", "),
      got: String(sizePx),
    });
  }
  return {
    encoder: Array.from({ length: levels }, (_, level) => 2 ** (9 - levels + level)),
    decoder: Array.from({ length: levels - 1 }, (_, block) => 2 ** (levels + 4 - block)),
    outer: 4096 / sizePx,
  };
}

/** @throws Range when widths, frames and canvas do not fit each other. */
export function referenceNetwork(config: ReferenceConfig): ReferenceNetwork {
  checkConfig(config);
  const { sizePx, framesPerGroup, canvasPx, widths, masked } = config;
  const layers = glorotLayers();
  const encoder = widths.encoder.map((width, level) => {
    const from = widths.encoder[level - 1] ?? framesPerGroup;
    return [layers.add(`encoder${level}.0`, from, width), layers.add(`encoder${level}.1`, width, width)];
  });
  const shape = {
    inputs: widths.encoder.at(-1)!,
    trunk: widths.decoder,
    outer: widths.outer,
    outputs: framesPerGroup,
  };
  const amplitude = referenceDecoder("amplitude", shape, layers);
  const phase = referenceDecoder("phase", shape, layers);

  function apply(
    { amplitudes, top, left, probe }: GroupFeeds,
    parameters: { readonly [name: string]: Tensor },
    watch: Watch = () => undefined,
  ): ReferenceOutput {
    const groups = top.shape[0]!;
    const context = { parameters, watch };
    // Frames are stored transposed; the patches that the decoders paint are not.
    const upright = transpose(scale(masked === true ? relu(amplitudes) : amplitudes, sizePx / 2), [0, 2, 1]);
    let at = reshape(upright, [groups, framesPerGroup, sizePx, sizePx]);
    for (const block of encoder) at = maxPool2(activated(block, at, context));
    const a = amplitude.apply(at, sigmoid, context);
    const phi = phase.apply(at, (x) => scale(tanh(x), Math.PI), context);
    const each = [groups * framesPerGroup, sizePx, sizePx];
    const patches = {
      re: reshape(multiply(a, cosine(phi)), each),
      im: reshape(multiply(a, sine(phi)), each),
    };
    const places = sampler(top, left, { groups, framesPerGroup, sizePx, canvasPx });
    return {
      ...assemblePatches(patches, probePower(probe), places),
      sampler: places,
      illumination: { probe, matrix: dftMatrix(sizePx) },
      corrections: concat([a, phi], 1),
    };
  }
  return { sizePx, framesPerGroup, canvasPx, masked, specs: layers.specs, apply };
}

function checkConfig({ sizePx, canvasPx, widths: { encoder, decoder } }: ReferenceConfig): void {
  const fits = [
    [decoder.length === encoder.length - 1, "widths.decoder", "one block less than the encoder's"],
    [sizePx % 2 ** encoder.length === 0, "sizePx", `a multiple of ${2 ** encoder.length}`],
    [sizePx % 4 === 0, "sizePx", "a multiple of 4: the central half has a border of N/4"],
    [(decoder.at(-1) ?? 0) > outerChannels, "widths.decoder", `more than ${outerChannels} channels at last`],
    [canvasPx >= sizePx, "canvasPx", `at least ${sizePx}`],
  ] as const;
  for (const [fit, key, expected] of fits) {
    if (fit) continue;
    throw new DoselapError("Range", "the network's layers do not fit", {
      key,
      expected,
      got: JSON.stringify({ sizePx, canvasPx, encoder, decoder }),
    });
  }
}
