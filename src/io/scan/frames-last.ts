// Frames along the last axis: each is spread over the whole array. It is read once, some rows of the detector at a time, and laid down
// frame first in a temporary file, from which frames are then read. Where nothing would end that file, the array is read for every block.

import { tmpdir } from "node:os";
import { setImmediate } from "node:timers/promises";
import { realNumbers, type NumberArray } from "../../array/cast.ts";
import { DoselapError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { openSpool, type Spool } from "../spool.ts";
import type { ArrayNode } from "../tree.ts";

/** Of the array in memory at once, unless a row of chunks is larger. */
const slabBytes = 2 ** 26;
/** Rows of chunks that are larger than this are read in parts, over and over. */
const mostBytes = 2 ** 29;

interface Slab {
  readonly row: number;
  readonly rows: number;
  /** Where it begins in the file, bytes. */
  readonly at: number;
}

interface Laid {
  readonly source: ByteSource;
  readonly slabs: readonly Slab[];
  /** An empty array of the file's numbers. */
  readonly like: NumberArray;
}

/** Reads frames `first` … of an array (rows, columns, frames), as (frames, rows, columns). */
export function framesLast(
  node: ArrayNode,
): (first: number, count: number, signal?: AbortSignal) => Promise<Float64Array> {
  const [height = 0, width = 0, total = 0] = node.shape;
  let laying: Promise<Laid> | undefined;

  /** The whole array, some rows at a time. Signals are heard in between. */
  async function* slabs(
    signal: AbortSignal | undefined,
  ): AsyncGenerator<{ row: number; rows: number; values: NumberArray }> {
    const rowsAtOnce = rowsOf(node, bytesOf(node) * width * total);
    for (let row = 0; row < height; row += rowsAtOnce) {
      await setImmediate();
      if (signal?.aborted === true)
        throw new DoselapError("Interrupted", "stopped while the frames were read");
      const rows = Math.min(rowsAtOnce, height - row);
      const values = realNumbers(await node.readRows(row, rows));
      if (values === undefined) throw new TypeError(`${node.typeName} is not real`);
      yield { row, rows, values };
    }
  }

  async function layDown(spool: Spool, signal: AbortSignal | undefined): Promise<Laid> {
    const laid: Slab[] = [];
    let like: NumberArray = new Float64Array(0);
    for await (const { row, rows, values } of slabs(signal)) {
      laid.push({ row, rows, at: spool.size });
      const turned = transposed(values, rows * width, total);
      spool.append(new Uint8Array(turned.buffer));
      like = emptyLike(values, 0);
    }
    return { source: spool.source(node.path), slabs: laid, like };
  }

  async function fromSpool(
    { source, slabs: laid, like }: Laid,
    first: number,
    count: number,
  ): Promise<Float64Array> {
    const out = new Float64Array(count * height * width);
    for (const { row, rows, at } of laid) {
      const pixels = rows * width;
      const values = emptyLike(like, count * pixels);
      await source.readInto(new Uint8Array(values.buffer), at + first * pixels * values.BYTES_PER_ELEMENT);
      for (let m = 0; m < count; m++)
        out.set(values.subarray(m * pixels, (m + 1) * pixels), m * height * width + row * width);
    }
    return out;
  }

  return async (first, count, signal) => {
    const { whenClosed } = node;
    if (whenClosed !== undefined) {
      laying ??= openSpool(tmpdir(), bytesOf(node) * height * width * total).then((spool) => {
        whenClosed(() => spool.close());
        return layDown(spool, signal);
      });
      return fromSpool(await laying, first, count);
    }
    const out = new Float64Array(count * height * width);
    for await (const { row, values } of slabs(signal)) {
      for (let pixel = 0; pixel < values.length / total; pixel++)
        for (let m = 0; m < count; m++)
          out[m * height * width + row * width + pixel] = values[pixel * total + first + m]!;
    }
    return out;
  };
}

/** Whole rows of chunks where they fit: each is decompressed once. */
function rowsOf({ chunks }: ArrayNode, rowBytes: number): number {
  const fitting = Math.max(1, Math.floor(slabBytes / rowBytes));
  const chunkRows = chunks?.[0] ?? 1;
  if (fitting >= chunkRows) return fitting - (fitting % chunkRows);
  return chunkRows * rowBytes <= mostBytes ? chunkRows : fitting;
}

function bytesOf({ dtype }: ArrayNode): number {
  return Number(/\d+$/u.exec(dtype ?? "")?.[0] ?? 64) / 8;
}

/** Blocks of a size that stays in the processor's cache. */
const tile = 32;

function transposed(values: NumberArray, rows: number, columns: number): NumberArray {
  const out = emptyLike(values, values.length);
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(rows, top + tile);
    for (let left = 0; left < columns; left += tile) {
      const right = Math.min(columns, left + tile);
      for (let row = top; row < bottom; row++)
        for (let column = left; column < right; column++)
          out[column * rows + row] = values[row * columns + column]!;
    }
  }
  return out;
}

function emptyLike(values: NumberArray, length: number): NumberArray {
  if (values instanceof Uint8Array) return new Uint8Array(length);
  if (values instanceof Int8Array) return new Int8Array(length);
  if (values instanceof Uint16Array) return new Uint16Array(length);
  if (values instanceof Int16Array) return new Int16Array(length);
  if (values instanceof Uint32Array) return new Uint32Array(length);
  if (values instanceof Int32Array) return new Int32Array(length);
  if (values instanceof Float32Array) return new Float32Array(length);
  return new Float64Array(length);
}
