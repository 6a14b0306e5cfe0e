// Filters of a dataset's chunks that are undone here, since the library's own were built without the codec inside of them:
// bitshuffle with zstd, blosc with zlib or snappy. Numbers of filters and their parameters: registered HDF5 filter plugins,
// https://github.com/HDFGroup/hdf5_plugins/blob/master/docs/RegisteredFilterPlugins.md

import { decodeChunk } from "../zarr/codecs.ts";
import { unshuffled } from "../zarr/filters.ts";
import { bitUnshuffled } from "./bitshuffle.ts";

export interface Filter {
  readonly id: number;
  readonly parameters: readonly number[];
}

interface Place {
  readonly file: string;
  readonly key: string;
}

const ids = { shuffle: 2, checksum: 3, blosc: 32001, bitshuffle: 32008 } as const;
/** The place of the codec among a filter's parameters, and its numbers there. */
const bloscCodecs = { at: 6, zlib: 4, snappy: 3 } as const;
const bitshuffleCodecs = { at: 4, zstd: 3 } as const;
const checksumBytes = 4;

/** Whether the library's filter lacks the codec. */
function lacksCodec({ id, parameters }: Filter): boolean {
  if (id === ids.bitshuffle) return parameters[bitshuffleCodecs.at] === bitshuffleCodecs.zstd;
  const codec = parameters[bloscCodecs.at];
  return id === ids.blosc && (codec === bloscCodecs.zlib || codec === bloscCodecs.snappy);
}

/** Whether these filters are undone here. */
export function isOurs(filters: readonly Filter[]): boolean {
  return (
    filters.some(lacksCodec) &&
    filters.every((filter) => filter.id <= ids.checksum || lacksCodec(filter)) &&
    filters.every(({ id }) => id !== 1)
  );
}

/** Whether bytes that the library reads are a chunk with `size` bytes of content, by the header of its compression. */
export function looksLikeChunk(bytes: Uint8Array, filters: readonly Filter[], size: number): boolean {
  if (bytes.length < 16) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const added = filters.some(({ id }) => id === ids.checksum) ? checksumBytes : 0;
  if (filters.some(({ id }) => id === ids.bitshuffle))
    return view.getBigUint64(0) === BigInt(size) || bytes.length === size + added;
  return view.getUint32(4, true) === size && view.getUint32(12, true) + added === bytes.length;
}

/** The content of a chunk. @throws Format for damaged ones. */
export async function unfiltered(
  chunk: Uint8Array,
  filters: readonly Filter[],
  size: number,
  where: Place,
): Promise<Uint8Array> {
  let content = chunk;
  for (const { id, parameters } of filters.toReversed()) {
    switch (id) {
      case ids.checksum:
        content = checked(content);
        break;
      case ids.shuffle:
        content = unshuffled(content, parameters[0] ?? 1);
        break;
      case ids.blosc:
        content = await decodeChunk(content, [{ name: "blosc", configuration: {} }], size, where);
        break;
      case ids.bitshuffle:
        content = await bitUnshuffled(
          content,
          { size, itemBytes: parameters[2] ?? 1, blockItems: parameters[3] ?? 0 },
          (block, bytes) => decodeChunk(block, [{ name: "zstd", configuration: {} }], bytes, where),
        );
        break;
      default:
        throw new RangeError(`filter ${id} is not undone here`);
    }
  }
  if (content.length === size) return content;
  throw new RangeError(`it has ${content.length} bytes`);
}

/** Fletcher's checksum of 16-bit words, which the library keeps behind a chunk. */
function checked(bytes: Uint8Array): Uint8Array {
  const content = bytes.subarray(0, -checksumBytes);
  let [first, second] = [0, 0];
  for (let i = 0; i < content.length; i += 2) {
    first = (first + ((content[i]! << 8) | (content[i + 1] ?? 0))) % 65535;
    second = (second + first) % 65535;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + content.length, checksumBytes);
  const stored = view.getUint32(0, true);
  // Sums are taken to 16 bits by another rule there: 0 and 65535 are one.
  if ((stored >>> 16) % 65535 === second && (stored & 65535) % 65535 === first) return content;
  throw new RangeError("its checksum does not match");
}
