// Rows of a dataset whose chunks the library cannot decompress: it is asked for an element of each chunk, finds the chunk in whatever
// index the file has, and reads its bytes, which are taken from it there (streams.ts) and decompressed here.

import { sizeOf, type AnyArray } from "../../array/ndarray.ts";
import { DoselapError, isDoselapError, messageOf } from "../../errors.ts";
import { allocate } from "../source.ts";
import { copyBlock, stridesOf } from "../zarr/blocks.ts";
import { arrayOfBytes, type ElementType } from "./element-type.ts";
import { unfiltered, type Filter } from "./pipeline.ts";

/** Decompressed chunks that are kept: the next rows often lie in them. */
const keptBytes = 2 ** 26;

export interface ChunkedDataset {
  readonly file: string;
  readonly key: string;
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly type: ElementType;
  readonly itemBytes: number;
  /** Bytes of the numbers that are stored with the largest byte first; 1 for the other order. */
  readonly swappedBytes: number;
  readonly filters: readonly Filter[];
  /** The stored bytes of the chunk with this element; undefined for one that is not stored, or not compressed. */
  stored(element: readonly number[]): Uint8Array | undefined;
  /** A block as the library reads it. */
  plain(start: readonly number[], counts: readonly number[]): Uint8Array;
}

/** Reads rows, whose size was looked at. @throws Format for damaged chunks. */
export function chunkRows(dataset: ChunkedDataset): (first: number, count: number) => Promise<AnyArray> {
  const { file, key, shape, chunk, type, itemBytes, swappedBytes, filters } = dataset;
  const size = sizeOf(chunk) * itemBytes;
  const kept = new Map<string, Uint8Array>();

  async function chunkAt(place: readonly number[]): Promise<Uint8Array> {
    const name = place.join();
    const known = kept.get(name);
    if (known !== undefined) return known;
    const start = place.map((at, axis) => at * chunk[axis]!);
    const bytes = dataset.stored(start);
    const content = bytes === undefined ? plainChunk(start) : swap(await decoded(bytes, name));
    while (kept.size > 0 && (kept.size + 1) * size > keptBytes) kept.delete(kept.keys().next().value!);
    kept.set(name, content);
    return content;
  }

  async function decoded(bytes: Uint8Array, name: string): Promise<Uint8Array> {
    const where = { file, key: `${key} chunk ${name}` };
    try {
      return await unfiltered(bytes, filters, size, where);
    } catch (cause) {
      if (isDoselapError(cause)) throw cause;
      const hint = "The file is truncated or damaged.";
      throw new DoselapError("Format", "cannot be decompressed", {
        ...where,
        got: messageOf(cause),
        hint,
        cause,
      });
    }
  }

  /** At the edge of the array a chunk has a part outside of it, which the library does not give. */
  function plainChunk(start: readonly number[]): Uint8Array {
    const counts = chunk.map((length, axis) => Math.min(length, shape[axis]! - start[axis]!));
    const bytes = dataset.plain(start, counts);
    const content = new Uint8Array(size);
    const zero = start.map(() => 0);
    copyBlock(
      { bytes, strides: stridesOf(counts), start: zero },
      { bytes: content, strides: stridesOf(chunk), start: zero },
      counts,
      itemBytes,
    );
    return content;
  }

  function swap(bytes: Uint8Array): Uint8Array {
    if (swappedBytes === 1) return bytes;
    const out = bytes.slice();
    for (let at = 0; at < out.length; at += swappedBytes) out.subarray(at, at + swappedBytes).reverse();
    return out;
  }

  return async (first, count) => {
    const wanted = [count, ...shape.slice(1)];
    const out = allocate(sizeOf(wanted) * itemBytes, file, key);
    const start = shape.map((_, axis) => (axis === 0 ? first : 0));
    const end = shape.map((length, axis) => (axis === 0 ? first + count : length));
    const from = start.map((at, axis) => Math.floor(at / chunk[axis]!));
    const counts = end.map((at, axis) => Math.ceil(at / chunk[axis]!) - from[axis]!);
    const [chunkStrides, outStrides] = [stridesOf(chunk), stridesOf(wanted)];
    const gridStrides = stridesOf(counts);
    for (let i = 0; i < sizeOf(counts); i++) {
      const place = counts.map((length, axis) => from[axis]! + (Math.floor(i / gridStrides[axis]!) % length));
      const bytes = await chunkAt(place);
      const low = place.map((at, axis) => Math.max(start[axis]!, at * chunk[axis]!));
      const high = place.map((at, axis) => Math.min(end[axis]!, (at + 1) * chunk[axis]!));
      copyBlock(
        { bytes, strides: chunkStrides, start: low.map((at, axis) => at - place[axis]! * chunk[axis]!) },
        { bytes: out, strides: outStrides, start: low.map((at, axis) => at - start[axis]!) },
        low.map((at, axis) => high[axis]! - at),
        itemBytes,
      );
    }
    return arrayOfBytes(type, wanted, out);
  };
}
