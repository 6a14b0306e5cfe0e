// Compressions of Zarr's chunks, and the filters before them. A chunk has a known size: what would become more is refused before it is decompressed, by the
// size that it declares itself, or while it is.

import { gunzipSync, inflateSync } from "node:zlib";
import { DoselapError, messageOf } from "../../errors.ts";
import { decompressBzip2 } from "../bzip2.ts";
import { checkBlosc } from "./blosc-check.ts";
import { crc32c } from "./crc32c.ts";
import { undifferenced, unshuffled } from "./filters.ts";
import type { Codec } from "./metadata.ts";
import { zstdBound } from "./zstd-bound.ts";

interface Place {
  readonly file: string;
  readonly key: string;
}

type Decode = (bytes: Uint8Array, size: number, configuration: Codec["configuration"]) => Awaitable;

/** What the library's modules are. */
interface Library {
  readonly default: {
    fromConfig(config: { readonly id: string }): { decode: (bytes: Uint8Array) => Awaitable };
  };
}
type Awaitable = Uint8Array | Promise<Uint8Array>;

/** Loaded with the first chunk that needs it. */
async function decodedBy(load: () => Promise<Library>, bytes: Uint8Array): Promise<Uint8Array> {
  const { default: codec } = await load();
  return codec.fromConfig({ id: "" }).decode(bytes);
}

const decoders: { readonly [name: string]: Decode } = {
  gzip: (bytes, size) => gunzipSync(bytes, { maxOutputLength: Math.max(1, size) }),
  zlib: (bytes, size) => inflateSync(bytes, { maxOutputLength: Math.max(1, size) }),
  bz2: (bytes, size) => decompressBzip2(bytes, { file: "a chunk", maxBytes: size }),
  shuffle: (bytes, _size, { elementsize = 4 }) => unshuffled(bytes, Number(elementsize)),
  delta: (bytes, _size, configuration) => undifferenced(bytes, configuration),
  blosc(bytes, size) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 16 || view.getUint32(12, true) !== bytes.length)
      throw new RangeError("its header declares another length");
    declared(view.getUint32(4, true), size);
    checkBlosc(bytes);
    return decodedBy(() => import("numcodecs/blosc"), bytes);
  },
  lz4(bytes, size) {
    if (bytes.length < 4) throw new RangeError("it ends within its header");
    declared(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true), size);
    return decodedBy(() => import("numcodecs/lz4"), bytes);
  },
  zstd(bytes, size) {
    const { most, isExact } = zstdBound(bytes);
    if (isExact) declared(most, size);
    // Without a declared size blocks may be of any kind: sixteen times is more than sound ones claim.
    else if (most > 2 ** 26 + 16 * size) throw new RangeError(`it may give ${most} bytes`);
    return decodedBy(() => import("numcodecs/zstd"), bytes);
  },
  crc32c(bytes) {
    const content = bytes.subarray(0, -4);
    const expected = Buffer.from(bytes).readUInt32LE(content.length);
    if (crc32c(content) === expected) return content;
    throw new RangeError("its checksum does not match");
  },
};

function declared(got: number, size: number): void {
  if (got !== size) throw new RangeError(`it declares ${got} bytes`);
}

/** Bytes that a codec adds at most to what it is given. */
const checksumBytes = 4;

/** The codecs, in words: for listings and messages. */
export function codecNames(codecs: readonly Codec[]): string {
  return codecs
    .map(({ name, configuration }) => [name, configuration["cname"]].filter(Boolean).join(" "))
    .join(", ");
}

/** @throws Format for a codec that is not read, by its name. */
export function refuseCodecs(codecs: readonly Codec[], where: Place): void {
  const unknown = codecs.find(({ name }) => decoders[name] === undefined);
  if (unknown === undefined) return;
  throw new DoselapError("Format", "is compressed with a codec that is not read", {
    ...where,
    expected: Object.keys(decoders).join(", "),
    got: unknown.name,
    hint: "Write the array again with one of these.",
  });
}

/** Undoes the codecs: exactly `size` bytes. @throws Format for damaged ones, or another size. */
export async function decodeChunk(
  bytes: Uint8Array,
  codecs: readonly Codec[],
  size: number,
  where: Place,
): Promise<Uint8Array> {
  refuseCodecs(codecs, where);
  let content = bytes;
  for (const [i, { name, configuration }] of [...codecs.entries()].toReversed()) {
    // Checksums that were added before this step are still to come off.
    const added = checksumBytes * codecs.slice(0, i).filter((codec) => codec.name === "crc32c").length;
    try {
      content = await decoders[name]!(content, size + added, configuration);
    } catch (cause) {
      throw new DoselapError("Format", "cannot be decompressed", {
        ...where,
        expected: `${name}, ${size} bytes`,
        got: messageOf(cause),
        hint: "The file is truncated or damaged.",
        cause,
      });
    }
  }
  if (content.length === size) return content;
  throw new DoselapError("Format", "a chunk has another size than its array says", {
    ...where,
    expected: `${size} bytes`,
    got: `${content.length}`,
    hint: "The file is truncated or damaged.",
  });
}
