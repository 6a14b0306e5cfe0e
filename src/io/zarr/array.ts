// Rows of a Zarr array, chunk by chunk: those that are asked for are decompressed and put in their places, and the last ones are
// kept, since the next rows often lie in them. A chunk that is not there holds the fill value.

import { shapeText, sizeOf, type AnyArray } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import { arrayOf } from "../npy.ts";
import { checkRows, checkSize } from "../row-range.ts";
import { allocate } from "../source.ts";
import type { ArrayNode } from "../tree.ts";
import { copyBlock, stridesOf } from "./blocks.ts";
import { codecNames, decodeChunk, refuseCodecs } from "./codecs.ts";
import { fillBytes } from "./fill.ts";
import type { ZarrArray } from "./metadata.ts";
import { shardReader } from "./shard.ts";
import type { ZarrStore } from "./store.ts";

const keptBytes = 2 ** 26;
/** More chunks for one call than any sound array has. */
const maxChunks = 1_000_000;

/** A node of the tree; `folder` is the array's in the store. */
export function zarrNode(
  store: ZarrStore,
  folder: string,
  array: ZarrArray,
  maxArrayBytes: number,
): ArrayNode {
  const { shape, chunk, type, codecs, shards } = array;
  const path = `/${folder}`;
  const where = { file: store.file, key: path };
  const kept = new Map<string, Uint8Array>();
  const stored = shards === undefined ? wholeChunk : shardReader(store, folder, array, shards);

  async function wholeChunk(place: readonly number[], most: number): Promise<Uint8Array | undefined> {
    const key = array.keyOf(place);
    const source = await store.open(folder === "" ? key : `${folder}/${key}`);
    if (source === undefined) return undefined;
    try {
      checkSize(source.size, most, { ...where, key: `${path} chunk ${key}` });
      const bytes = allocate(source.size, store.file, path);
      await source.readInto(bytes, 0);
      return bytes;
    } finally {
      await source.close();
    }
  }

  /** Bytes as they were before compression; undefined for a chunk that is not there. */
  async function chunkAt(place: readonly number[], size: number): Promise<Uint8Array | undefined> {
    const name = place.join();
    const known = kept.get(name);
    if (known !== undefined) return known;
    // No codec adds more than this.
    const bytes = await stored(place, 2 * size + 2 ** 16);
    if (bytes === undefined) return undefined;
    const content = await decodeChunk(bytes, codecs, size, { ...where, key: `${path} chunk ${name}` });
    while (kept.size > 0 && (kept.size + 1) * size > keptBytes) kept.delete(kept.keys().next().value!);
    kept.set(name, content);
    return content;
  }

  async function readRows(first: number, count: number): Promise<AnyArray> {
    checkRows(shape, first, count, where);
    if (type === undefined) throw unreadable(where, array.typeName);
    refuseCodecs(codecs, where);
    const { itemBytes } = type;
    const wanted = shape.length === 0 ? [] : [count, ...shape.slice(1)];
    const size = sizeOf(chunk) * itemBytes;
    checkSize(sizeOf(wanted) * itemBytes, maxArrayBytes, where);
    checkSize(size, maxArrayBytes, where);
    const start = shape.map((_, axis) => (axis === 0 ? first : 0));
    const end = shape.map((length, axis) => (axis === 0 ? first + count : length));
    const from = start.map((at, axis) => Math.floor(at / chunk[axis]!));
    const to = end.map((at, axis) => Math.ceil(at / chunk[axis]!));
    const counts = from.map((at, axis) => Math.max(0, to[axis]! - at));
    checkSize(sizeOf(counts), maxChunks, { ...where, key: `${path}: chunks` });
    const out = allocate(sizeOf(wanted) * itemBytes, store.file, path);
    fillWith(out, fillBytes(type, array.fill, where));
    // Stored axis k runs along axis order[k]: a chunk's strides by the array's axes.
    const storedStrides = stridesOf(array.order.map((axis) => chunk[axis]!));
    const chunkStrides = shape.map((_, axis) => storedStrides[array.order.indexOf(axis)]!);
    const outStrides = stridesOf(wanted);
    for (let i = 0; i < sizeOf(counts); i++) {
      const place = indexOf(i, counts).map((at, axis) => from[axis]! + at);
      const content = await chunkAt(place, size);
      if (content === undefined) continue;
      const low = place.map((at, axis) => Math.max(start[axis]!, at * chunk[axis]!));
      const high = place.map((at, axis) => Math.min(end[axis]!, (at + 1) * chunk[axis]!));
      copyBlock(
        {
          bytes: content,
          strides: chunkStrides,
          start: low.map((at, axis) => at - place[axis]! * chunk[axis]!),
        },
        { bytes: out, strides: outStrides, start: low.map((at, axis) => at - start[axis]!) },
        low.map((at, axis) => high[axis]! - at),
        itemBytes,
      );
    }
    return arrayOf(type, wanted, out, where);
  }

  const chunks = `chunks of ${shapeText(chunk)}${shards === undefined ? "" : ` in shards of ${shapeText(shards.shape)}`}`;
  return {
    path,
    shape,
    dtype: type?.dtype,
    typeName: array.typeName,
    storage: [codecNames(codecs), chunks].filter((part) => part !== "").join(", "),
    attributes: () => array.attributes,
    read: () => readRows(0, shape[0] ?? 1),
    readRows,
  };
}

function unreadable(where: { file: string; key: string }, got: string): DoselapError {
  return new DoselapError("Format", "has values of a kind that is not read", {
    ...where,
    expected: "numbers, complex numbers or booleans",
    got,
  });
}

function fillWith(out: Uint8Array, item: Uint8Array): void {
  if (item.every((byte) => byte === 0)) return;
  for (let at = 0; at < out.length; at += item.length) out.set(item, at);
}

/** Place number `i` of a grid, last axis fastest. */
function indexOf(i: number, counts: readonly number[]): number[] {
  const place = new Array<number>(counts.length).fill(0);
  for (let axis = counts.length - 1, rest = i; axis >= 0; axis--) {
    place[axis] = rest % counts[axis]!;
    rest = Math.floor(rest / counts[axis]!);
  }
  return place;
}
