// Convolutions and their adjoints over images in blocks of channels. Weights [O, I, k, l] are fed plain and stored for each
// run as [O/n, I/n, k, l, n of I, n of O]; where an image has fewer channels than a block it stays plain and its weights
// are [O/n, I, k, l, n of O].

import { elementCount, type Shape } from "../../graph/shape.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { beforeFlip } from "../../ops/flip-kernel.ts";
import type { BlockWriter } from "./layout.ts";
import { permuted } from "./permuted.ts";

/** y = conv(x, w) + bias of a square odd kernel; false when no layout fits. */
export function writeConvolution(writer: BlockWriter, y: Tensor, inputs: readonly Tensor[]): boolean {
  const [x, weights, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
  const { block } = writer;
  const [out, into, k] = weights.shape as [number, number, number, number];
  if (!writer.fits(x) && into >= block) return false;
  if (!writer.fits(y) && !writer.fits(x)) return false;
  const padded = Math.ceil(out / block) * block;
  const [, , height, width] = y.shape as [number, number, number, number];
  // 36 products for each channel and pixel against 9 for each channel of a padded block.
  if (k === 3 && 36 * out < 9 * padded && height % 4 === 0 && width % 4 === 0) {
    writeFewChannels(writer, y, inputs);
    return true;
  }
  const wide = (name: string, shape: Shape): string => widened(writer, name, shape, padded);
  const names = [
    writer.fits(x) ? writer.blocked(x) : writer.plain(x),
    storedFlipped(writer, weights) ??
      storedWeights(writer, wide(writer.plain(weights), weights.shape), [padded, into, k, k]),
    ...(bias === undefined ? [] : [wide(writer.plain(bias), bias.shape)]),
  ];
  const side = (k - 1) / 2;
  const made = writer.node("Conv", names, {
    kernel_shape: { ints: [k, k] },
    pads: { ints: [side, side, side, side] },
  });
  if (padded === out) writer.written(y, made, true);
  else writer.written(y, writer.node("ReorderOutput", [made], { channels: { int: out } }), false);
  return true;
}

/** A 3 × 3 convolution to few channels: the 4 × 4 pixels of a tile are 16 channels of one convolution of stride 4, whose 6 × 6
 * taps hold the weights at 16 places. */
function writeFewChannels(writer: BlockWriter, y: Tensor, inputs: readonly Tensor[]): void {
  const [x, weights, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
  const { emitter } = writer;
  const [out, into] = weights.shape as [number, number];
  const places = new Float32Array(9 * 16 * 36);
  for (let tap = 0; tap < 9; tap++) {
    for (let pixel = 0; pixel < 16; pixel++) {
      const [u, v] = [(pixel >> 2) + Math.floor(tap / 3), (pixel & 3) + (tap % 3)];
      places[(tap * 16 + pixel) * 36 + 6 * u + v] = 1;
    }
  }
  const rows = writer.reshape(writer.plain(weights), [out * into, 9]);
  const spread = emitter.node("MatMul", [rows, emitter.floats([9, 16 * 36], places)]);
  const kernel = writer.transpose(writer.reshape(spread, [out, into, 16, 36]), [2, 0, 1, 3]);
  const names = [
    writer.blocked(x),
    storedWeights(writer, writer.reshape(kernel, [16 * out, into, 6, 6]), [16 * out, into, 6, 6]),
    ...(bias === undefined
      ? []
      : [emitter.node("Concat", Array<string>(16).fill(writer.plain(bias)), { axis: { int: 0 } })]),
  ];
  const tiles = writer.node("Conv", names, {
    kernel_shape: { ints: [6, 6] },
    strides: { ints: [4, 4] },
    pads: { ints: [1, 1, 1, 1] },
  });
  const plain = writer.node("ReorderOutput", [tiles], { channels: { int: 16 * out } });
  writer.written(y, emitter.node("DepthToSpace", [plain], { blocksize: { int: 4 } }), false);
}

/** The adjoint of `expandingConv2d`: stride 2, 4 × 4 taps. */
export function writeContraction(writer: BlockWriter, x: Tensor, [y, kernel]: readonly Tensor[]): boolean {
  if (!writer.fits(x) || !writer.fits(y!)) return false;
  const weights = storedWeights(writer, writer.plain(kernel!), kernel!.shape);
  const made = writer.node("Conv", [writer.blocked(y!), weights], {
    kernel_shape: { ints: [4, 4] },
    strides: { ints: [2, 2] },
    pads: { ints: [1, 1, 1, 1] },
  });
  writer.written(x, made, true);
  return true;
}

/** Transposed convolution of stride 2 with K [Ci, Co, 4, 4], as four convolutions of 2 × 2 taps, one for each parity of the
 * output's rows and columns, whose results are then interleaved. Tap u of K reversed belongs to parity u mod 2. */
export function writeExpansion(writer: BlockWriter, y: Tensor, inputs: readonly Tensor[]): boolean {
  const [x, kernel, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
  if (!writer.fits(x) || !writer.fits(y)) return false;
  const { block, emitter } = writer;
  const [batch, into, height, width] = x.shape as [number, number, number, number];
  const out = y.shape[1]!;
  const split = writer.reshape(reversed(writer, writer.plain(kernel)), [
    into / block,
    block,
    out / block,
    block,
    2,
    2,
    2,
    2,
  ]);
  const stored = writer.transpose(split, [5, 7, 2, 0, 4, 6, 1, 3]);
  const parities = writer.reshape(stored, [4, out, into, 2, 2]);
  const results = [0, 1, 2, 3].map((parity) => {
    const [i, j] = [parity >> 1, parity & 1];
    const one = emitter.node("Gather", [parities, emitter.integers([], [parity])], { axis: { int: 0 } });
    const names = [writer.blocked(x), one, ...(bias === undefined ? [] : [writer.plain(bias)])];
    const made = writer.node("Conv", names, {
      kernel_shape: { ints: [2, 2] },
      pads: { ints: [1 - i, 1 - j, i, j] },
    });
    return writer.reshape(made, [(batch * out * height) / block, width, 1, block]);
  });
  const rows = [0, 2].map((first) => {
    const row = emitter.node("Concat", results.slice(first, first + 2), { axis: { int: 2 } });
    return writer.reshape(row, [(batch * out * height) / block, 1, 2 * width * block]);
  });
  const images = emitter.node("Concat", rows, { axis: { int: 1 } });
  writer.written(y, writer.reshape(images, y.shape), true);
  return true;
}

/** Both spatial axes of [O, I, k, l] backwards. */
export function reversed({ emitter }: BlockWriter, name: string): string {
  const pair = (value: number): string => emitter.integers([2], [value, value]);
  return emitter.node("Slice", [name, pair(-1), pair(-1000), emitter.integers([2], [2, 3]), pair(-1)]);
}

/** Zeros behind the first axis until it has `extent`. */
function widened({ emitter }: BlockWriter, name: string, shape: Shape, extent: number): string {
  if (shape[0] === extent) return name;
  const none = shape.map(() => 0);
  const pads = [...none, extent - shape[0]!, ...none.slice(1)];
  return emitter.node("Pad", [name, emitter.integers([pads.length], pads)]);
}

function storedWeights(writer: BlockWriter, name: string, shape: Shape): string {
  const { block } = writer;
  const [out, into, k, l] = shape as [number, number, number, number];
  const taps = k * l;
  // Out channels innermost, then taps before in channels: two steps that move runs of numbers are faster than one of neither.
  const apart = writer.reshape(name, [out / block, block, into * taps]);
  const turned = writer.transpose(apart, [0, 2, 1]);
  if (into < block) return writer.reshape(turned, shape);
  const split = writer.reshape(turned, [(out / block) * (into / block), block, taps, block]);
  return writer.reshape(writer.transpose(split, [0, 2, 1, 3]), shape);
}

/** {@link storedWeights} of what is the flip of other weights [I, O, k, k]: one slow transposition, since two quick
 * ones would be of many small matrices (NN-011), and taps turned as whole blocks. Undefined of any other weights, and where channels fill no blocks. */
function storedFlipped(writer: BlockWriter, flipped: Tensor): string | undefined {
  const { block } = writer;
  const weights = beforeFlip(flipped);
  const [out, into, k, l] = flipped.shape as [number, number, number, number];
  if (weights === undefined || out % block !== 0 || into % block !== 0) return undefined;
  const [outs, intos, taps] = [out / block, into / block, k * l];
  const apart = writer.reshape(writer.plain(weights), [intos, block, outs, block, taps]);
  const turned = writer.transpose(apart, [2, 0, 4, 1, 3]);
  const stored = permuted(writer, turned, [outs, intos, taps, block, block], {
    order: [0, 1, 2, 3, 4],
    backwards: 2,
  });
  return writer.reshape(stored, flipped.shape);
}

/** Σ over batch, rows and columns: [1, C, 1, 1]. Axis by axis, as everywhere. */
export function writeChannelSum(writer: BlockWriter, y: Tensor, [x]: readonly Tensor[]): boolean {
  const [batch, channels, height, width] = x!.shape as [number, number, number, number];
  if (!writer.isBlocked(x!) || elementCount(y.shape) !== channels) return false;
  const { block, emitter } = writer;
  const apart = writer.reshape(writer.blocked(x!), [batch, channels / block, height, width, block]);
  const total = [3, 2, 0].reduce(
    (name, axis) =>
      emitter.node("ReduceSum", [name, emitter.integers([1], [axis])], { keepdims: { int: 0 } }),
    apart,
  );
  writer.written(y, writer.reshape(total, y.shape), false);
  return true;
}
