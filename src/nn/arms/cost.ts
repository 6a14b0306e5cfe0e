// What networks cost, for the plan of a study: orders of magnitude, counted as two operations per product and sum. Layers of
// 3 × 3 taps, transforms by products of matrices (fields/dft.ts), and patches by products with interpolation matrices
// (fields/patches.ts); what is done pixel by pixel is left out. Backward costs twice the forward pass.

import type { ReferenceWidths } from "../models/reference-network.ts";
import { outerChannels } from "../models/reference-decoder.ts";
import { unet, type UnetShape } from "../models/unet.ts";

/** What a plan knows of a scan before there is one. */
export interface PlannedScan {
  /** N. */
  readonly sizePx: number;
  /** C. */
  readonly groupSize: number;
  readonly probeModes: number;
  /** Photons per frame. */
  readonly dosePhotons: number;
  readonly probeDiameterPx: number;
  /** Object area per frame, px². */
  readonly areaPerFramePx: number;
  readonly objectPixels: number;
  /** Groups, or frames of a scan, that an epoch goes through. */
  readonly items: number;
  /** Frames that are reconstructed. */
  readonly scoredFrames: number;
}

export interface NetworkCost {
  /** Trainable numbers. */
  readonly parameters: number;
  /** Operations of one epoch, and of one inference. */
  readonly epochFlops: number;
  readonly inferenceFlops: number;
  /** Engine runs on the training frames before the first epoch; there is one more on the scored frames in each inference. */
  readonly engine?: {
    readonly spec: string;
    readonly options: { readonly [key: string]: unknown };
    readonly runs: number;
  };
}

/** A layer of 3 × 3 taps on side² pixels. */
function layer(from: number, to: number, side: number): number {
  return 18 * from * to * side * side;
}

/** A U-Net on side² pixels, in one pass. */
export function unetFlops({ inputs, outputs, widths }: UnetShape, side: number): number {
  const deepest = widths.at(-1)!;
  const levels = widths.map((width, level) => {
    const [above, below] = [widths[level - 1] ?? inputs, widths[level + 1] ?? deepest];
    const at = side / 2 ** level;
    return layer(above, width, at) + layer(width, width, at) + layer(below + width, width, at);
  });
  const middle = 2 * layer(deepest, deepest, side / 2 ** widths.length);
  return levels.reduce((a, b) => a + b, middle) + layer(widths[0]!, outputs, side);
}

export function unetParameters(shape: UnetShape): number {
  return unet("", shape).specs.reduce((sum, { shape: extents }) => sum + extents.reduce((a, b) => a * b), 0);
}

/** The earlier network on a group of C frames. */
export function referenceFlops(
  { encoder, decoder, outer }: ReferenceWidths,
  { sizePx, groupSize }: Pick<PlannedScan, "sizePx" | "groupSize">,
): number {
  let flops = 0;
  for (const [level, width] of encoder.entries()) {
    const from = encoder[level - 1] ?? groupSize;
    flops += layer(from + width, width, sizePx / 2 ** level);
  }
  const bottom = sizePx / 2 ** encoder.length;
  for (const [block, width] of decoder.entries()) {
    const from = decoder[block - 1] ?? encoder.at(-1)!;
    // Two decoders.
    flops += 2 * layer(from + width, width, bottom * 2 ** block);
  }
  const heads = layer(decoder.at(-1)! - outerChannels, groupSize, sizePx / 2);
  const around = layer(outerChannels + outer, outer, sizePx / 2) + layer(outer, groupSize, sizePx);
  return flops + 2 * (heads + around);
}

interface Physics {
  readonly sizePx: number;
  readonly probeModes: number;
  /** Side of what patches are cut from: a canvas, or the region of it that is solved. */
  readonly canvasPx: number;
}

/** From a canvas to one frame's expected counts: its patch, and a transform per mode. */
export function frameFlops({ sizePx, probeModes, canvasPx }: Physics): number {
  return 4 * sizePx * canvasPx * (canvasPx + sizePx) + 12 * probeModes * sizePx ** 3;
}

/** What one frame pulls at its canvas: there and back. */
export function pullFlops(physics: Physics): number {
  return 2 * frameFlops(physics);
}

/** The probe's window before the probe is known: four thirds of its diameter hold 98.5 % of the light of a defocused one. */
export function plannedWindowPx({
  sizePx,
  probeDiameterPx,
}: Pick<PlannedScan, "sizePx" | "probeDiameterPx">): number {
  return Math.min(sizePx, (4 / 3) * probeDiameterPx);
}

/** Region and canvas of a group before its frames are known: the widest of many groups, at the scan's rim, reaches two and a
 * half steps. */
export function plannedCanvas(
  scan: PlannedScan,
  levels: number,
): { readonly regionPx: number; readonly canvasPx: number } {
  const { sizePx, groupSize, areaPerFramePx } = scan;
  const reach = groupSize === 1 ? 0.5 : 2.5 * Math.sqrt(areaPerFramePx);
  const regionPx = 2 ** levels * Math.ceil((plannedWindowPx(scan) + 2 * reach) / 2 ** levels);
  return { regionPx, canvasPx: Math.max(regionPx, sizePx + 2 * (Math.ceil(reach) + 1)) };
}
