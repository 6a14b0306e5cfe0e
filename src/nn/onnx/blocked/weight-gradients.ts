// Weight gradients over images in blocks. Σ over b and p of dy[b, co, p] x[b, ci, p + t] is a convolution too: the images of
// one channel are the channels of a new image, the other side's images are its kernel, as large as they are, and the result
// has as many pixels as there are taps. In blocks of images this runs at the speed of any other convolution. A batch that
// is no whole number of blocks is cut into bands of rows first.

import type { Tensor } from "../../graph/tensor.ts";
import { reversed } from "./convolutions.ts";
import type { BlockWriter } from "./layout.ts";
import { gathered, permuted } from "./permuted.ts";

/** dw [Co, Ci, k, k] of x [B, Ci, H, W] and dy [B, Co, H, W]. */
export function writeWeightGradient(writer: BlockWriter, dw: Tensor, inputs: readonly Tensor[]): boolean {
  const [x, dy] = inputs as [Tensor, Tensor];
  const [out, into, k] = dw.shape as [number, number, number, number];
  // The side that is moved about is the one with fewer channels.
  const movesX = writer.fits(dy) && (into <= out || !writer.fits(x));
  if (!movesX && !writer.fits(x)) return false;
  const [moved, kernel] = movesX ? [x, dy] : [dy, x];
  const name = correlation(writer, moved, kernel, { reach: (k - 1) / 2, step: 1 });
  if (name === undefined) return false;
  // Moved x: result [Ci, Co, k, k]. Moved dy: result [Co, Ci, k, k], taps counted backwards.
  writer.written(dw, movesX ? exchanged(writer, name, [into, out, k, k]) : reversed(writer, name), false);
  return true;
}

/** dK [Ci, Co, 4, 4] of x [B, Ci, H, W] and y [B, Co, 2H, 2W]. */
export function writeExpandedGradient(writer: BlockWriter, dk: Tensor, inputs: readonly Tensor[]): boolean {
  const [x, y] = inputs as [Tensor, Tensor];
  if (!writer.fits(x)) return false;
  const name = correlation(writer, y, x, { reach: 1, step: 2 });
  if (name === undefined) return false;
  const [into, out, k] = dk.shape as [number, number, number, number];
  writer.written(dk, exchanged(writer, name, [out, into, k, k]), false);
  return true;
}

/** The first two axes exchanged. */
function exchanged(
  writer: BlockWriter,
  name: string,
  [a, b, k, l]: readonly [number, number, number, number],
): string {
  return writer.reshape(permuted(writer, name, [a, b, k * l], { order: [1, 0, 2] }), [b, a, k, l]);
}

/** r[m, c, t] = Σ over b and p of moved[b, m, step·p + t − reach] kernel[b, c, p], zeros outside, as a plain tensor. */
function correlation(
  writer: BlockWriter,
  moved: Tensor,
  kernel: Tensor,
  { reach, step }: { readonly reach: number; readonly step: 1 | 2 },
): string | undefined {
  const { block, emitter } = writer;
  const [batch, channels, height, width] = kernel.shape as [number, number, number, number];
  const bands = block / greatestCommonDivisor(batch, block);
  if (height % bands !== 0) return undefined;
  const slots = bands * batch;
  const [rows, images] = [height / bands, slots / block];
  // The bands of an image follow each other: [images of slots, images, channels, bands, pixels] is how they lie.
  const each = block / bands;
  const apart = [images, each, channels / block, bands, rows * width, block];
  const weights = writer.reshape(
    permuted(writer, writer.blocked(kernel), apart, { order: [2, 0, 4, 1, 3, 5] }),
    [channels, slots, rows, width],
  );

  const tall = step * rows + 2 * reach;
  const wide = step * width + 2 * reach;
  const around = emitter.integers([8], [0, 0, reach, reach, 0, 0, reach, reach]);
  const padded = reach === 0 ? writer.plain(moved) : emitter.node("Pad", [writer.plain(moved), around]);
  const count = moved.shape[1]!;
  const stack =
    bands === 1 ? padded : overlappingBands(writer, padded, [batch, bands, count, tall, wide], step * rows);
  // Two axes exchanged, then blocks moved whole: either is several times faster than both at once.
  const pixels = count * tall * wide;
  const turned = writer.transpose(writer.reshape(stack, [images, block, pixels]), [0, 2, 1]);
  const data = writer.reshape(
    images === 1 ? turned : writer.transpose(writer.reshape(turned, [images, count, -1]), [1, 0, 2]),
    [count, slots, tall, wide],
  );
  const result = writer.node("Conv", [data, weights], {
    kernel_shape: { ints: [rows, width] },
    dilations: { ints: [step, step] },
    pads: { ints: [0, 0, 0, 0] },
  });
  return writer.node("ReorderOutput", [result], { channels: { int: channels } });
}

/** Bands of `tall` rows that begin every `every` rows of images [B, C, rows, wide]: [B, bands, C, tall, wide]. */
function overlappingBands(
  writer: BlockWriter,
  name: string,
  [batch, bands, count, tall, wide]: readonly [number, number, number, number, number],
  every: number,
): string {
  const height = (bands - 1) * every + tall;
  const rows: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let band = 0; band < bands; band++) {
      for (let c = 0; c < count; c++) {
        for (let r = 0; r < tall; r++) rows.push((b * count + c) * height + band * every + r);
      }
    }
  }
  return gathered(writer, name, rows, wide);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
