// Weight gradients over images in blocks. Σ over b and p of dy[b, co, p] x[b, ci, p + t] is a convolution too: the images of
// one channel are the channels of a new image, the other side's images are its kernel, as large as they are, and the result
// has as many pixels as there are taps. In blocks of images this runs at the speed of any other convolution. A batch that
// is no whole number of blocks is cut into bands of rows first.

import type { Tensor } from "../../graph/tensor.ts";
import { reversed } from "./convolutions.ts";
import type { BlockWriter } from "./layout.ts";

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
  writer.written(dw, movesX ? writer.transpose(name, [1, 0, 2, 3]) : reversed(writer, name), false);
  return true;
}

/** dK [Ci, Co, 4, 4] of x [B, Ci, H, W] and y [B, Co, 2H, 2W]. */
export function writeExpandedGradient(writer: BlockWriter, dk: Tensor, inputs: readonly Tensor[]): boolean {
  const [x, y] = inputs as [Tensor, Tensor];
  if (!writer.fits(x)) return false;
  const name = correlation(writer, y, x, { reach: 1, step: 2 });
  if (name === undefined) return false;
  writer.written(dk, writer.transpose(name, [1, 0, 2, 3]), false);
  return true;
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
  const ordered = writer.transpose(writer.reshape(writer.blocked(kernel), apart), [2, 0, 4, 1, 3, 5]);
  const weights = writer.reshape(ordered, [channels, slots, rows, width]);

  const tall = step * rows + 2 * reach;
  const wide = step * width + 2 * reach;
  const around = emitter.integers([8], [0, 0, reach, reach, 0, 0, reach, reach]);
  const padded = reach === 0 ? writer.plain(moved) : emitter.node("Pad", [writer.plain(moved), around]);
  const cut = Array.from({ length: bands }, (_, band) =>
    bands === 1
      ? padded
      : emitter.node("Slice", [
          padded,
          emitter.integers([1], [step * band * rows]),
          emitter.integers([1], [step * band * rows + tall]),
          emitter.integers([1], [2]),
        ]),
  );
  const stack = cut.length === 1 ? cut[0]! : emitter.node("Concat", cut, { axis: { int: 1 } });
  const count = moved.shape[1]!;
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

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
