// Shards of Zarr 3: many chunks in one object, found by an index of offsets and lengths at its start or end.
// https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html

import { sizeOf } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { checkSize } from "../row-range.ts";
import { allocate } from "../source.ts";
import { decodeChunk } from "./codecs.ts";
import type { Shards, ZarrArray } from "./metadata.ts";
import type { ZarrStore } from "./store.ts";

const absent = 0xffff_ffff_ffff_ffffn;
/** Of offsets and lengths: larger indexes are refused. */
const maxIndexBytes = 2 ** 26;

/** Reads the stored bytes of a chunk; undefined for one that is not there. */
export function shardReader(
  store: ZarrStore,
  folder: string,
  { chunk, keyOf }: ZarrArray,
  { shape, indexAt, indexCodecs }: Shards,
): (place: readonly number[], most: number) => Promise<Uint8Array | undefined> {
  const grid = shape.map((length, axis) => length / chunk[axis]!);
  let last: { readonly key: string; readonly index: BigUint64Array } | undefined;

  return async (place, most) => {
    const shard = place.map((at, axis) => Math.floor(at / grid[axis]!));
    const inner = place.reduce((sum, at, axis) => sum * grid[axis]! + (at % grid[axis]!), 0);
    const key = folder === "" ? keyOf(shard) : `${folder}/${keyOf(shard)}`;
    const where = { file: store.file, key };
    const source = await store.open(key);
    if (source === undefined) return undefined;
    try {
      if (last?.key !== key) last = { key, index: await indexOf(source, where) };
      const [offset = absent, length = absent] = last.index.subarray(2 * inner, 2 * inner + 2);
      if (offset === absent && length === absent) return undefined;
      if (offset + length > BigInt(source.size)) {
        throw new DoselapError("Format", "has an index that leads out of it", {
          ...where,
          expected: `at most ${source.size} bytes`,
          got: `${length} from ${offset} on`,
        });
      }
      checkSize(Number(length), most, where);
      const bytes = allocate(Number(length), store.file, key);
      await source.readInto(bytes, Number(offset));
      return bytes;
    } finally {
      await source.close();
    }
  };

  async function indexOf(source: ByteSource, where: { file: string; key: string }): Promise<BigUint64Array> {
    const size = 16 * sizeOf(grid);
    const [bytesCodec, ...codecs] = indexCodecs;
    const storedSize = size + 4 * codecs.length;
    checkSize(size, maxIndexBytes, where);
    // Anything but a checksum would give it a size that nobody knows.
    if (
      bytesCodec?.name !== "bytes" ||
      codecs.some(({ name }) => name !== "crc32c") ||
      storedSize > source.size
    ) {
      throw new DoselapError("Format", "has an index that is not read", {
        ...where,
        expected: `bytes, crc32c; ${storedSize} bytes`,
        got: `${indexCodecs.map(({ name }) => name).join(", ")}; ${source.size} bytes`,
      });
    }
    const stored = new Uint8Array(storedSize);
    await source.readInto(stored, indexAt === "end" ? source.size - storedSize : 0);
    const bytes = await decodeChunk(stored, codecs, size, where);
    const view = new DataView(bytes.buffer, bytes.byteOffset, size);
    const littleEndian = bytesCodec.configuration["endian"] !== "big";
    return BigUint64Array.from({ length: size / 8 }, (_, i) => view.getBigUint64(8 * i, littleEndian));
  }
}
