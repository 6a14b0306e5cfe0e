// Compressions of TIFF segments, TIFF 6.0 sections 9, 13 and supplement 2: PackBits, LZW, Deflate. Each stops at the length that
// the page promises, so that no bytes can grow into more.

import { inflateSync } from "node:zlib";
import { DoselapError, messageOf } from "../../errors.ts";

interface Place {
  readonly file: string;
  readonly key: string;
}

/** Compression tag → how it is undone: at most `length` bytes. */
const decoders: { readonly [compression: number]: (bytes: Uint8Array, length: number) => Uint8Array } = {
  1: (bytes, length) => bytes.subarray(0, length),
  5: unLzw,
  8: (bytes, length) => inflateSync(bytes, { maxOutputLength: length }),
  32946: (bytes, length) => inflateSync(bytes, { maxOutputLength: length }),
  32773: unPackBits,
};

const names: { readonly [compression: number]: string } = {
  2: "CCITT",
  3: "CCITT fax 3",
  4: "CCITT fax 4",
  6: "JPEG",
  7: "JPEG",
  34887: "LERC",
  34925: "LZMA",
  50000: "Zstandard",
  50001: "WebP",
};

/** @throws Format for a compression that is not read. */
export function refuseCompression(compression: number, where: Place): void {
  if (decoders[compression] !== undefined) return;
  throw new DoselapError("Format", "is compressed in a way that is not read", {
    ...where,
    expected: "none, LZW, Deflate or PackBits",
    got: `${names[compression] ?? "compression"} (${compression})`,
    hint: "Write the file again with one of these, for instance tiffcp -c zip IN OUT.",
  });
}

/** The bytes of a segment: from `least` to `most` of them. @throws Format for damaged ones. */
export function decompressed(
  bytes: Uint8Array,
  { compression, least, most }: { compression: number; least: number; most: number },
  where: Place,
): Uint8Array {
  refuseCompression(compression, where);
  let content: Uint8Array;
  try {
    content = decoders[compression]!(bytes, most);
  } catch (cause) {
    throw new DoselapError("Format", "cannot be decompressed", { ...where, got: messageOf(cause), cause });
  }
  if (content.length >= least) return content;
  throw new DoselapError("Format", "decompresses to less than the page needs", {
    ...where,
    expected: `${least} bytes`,
    got: `${content.length}`,
    hint: "The file is truncated or damaged.",
  });
}

function unPackBits(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < bytes.length && at < length;) {
    const code = bytes[i++]!;
    // 128 means nothing.
    if (code === 128) continue;
    const count = Math.min(code < 128 ? code + 1 : 257 - code, length - at);
    if (code < 128) {
      const run = bytes.subarray(i, i + count);
      out.set(run, at);
      i += code + 1;
      at += run.length;
    } else {
      const value = bytes[i++];
      if (value === undefined) break;
      out.fill(value, at, at + count);
      at += count;
    }
  }
  return out.subarray(0, at);
}

const [clear, end, firstFree, maxCodes] = [256, 257, 258, 4096] as const;

/** Codes of 9 to 12 bits, high bits first; the width grows one code early. */
function unLzw(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  // A string is its prefix's code and one byte more; it is written from its end.
  const prefix = new Uint16Array(maxCodes);
  const last = new Uint8Array(maxCodes);
  const lengths = new Uint16Array(maxCodes).fill(1, 0, clear);
  for (let code = 0; code < clear; code++) last[code] = code;
  let [next, width, previous, at] = [firstFree as number, 9, -1, 0];
  let [bits, held] = [0, 0];
  for (let i = 0; at < length;) {
    while (held < width) {
      if (i >= bytes.length) return out.subarray(0, at);
      bits = ((bits << 8) | bytes[i++]!) & 0xff_ffff;
      held += 8;
    }
    held -= width;
    const code = (bits >>> held) & ((1 << width) - 1);
    if (code === end) break;
    if (code === clear) {
      [next, width, previous] = [firstFree, 9, -1];
      continue;
    }
    if (code > next || (previous < 0 && code >= clear))
      throw new RangeError(`the code ${code} is not in the table yet`);
    if (previous >= 0 && next < maxCodes) {
      prefix[next] = previous;
      lengths[next] = lengths[previous]! + 1;
      // The new string ends with the first byte of this one, which may be the new string itself.
      last[next] = firstByte(code === next ? previous : code);
      next++;
    } else if (code >= next) throw new RangeError("the table is full");
    const size = lengths[code]!;
    for (let rest = code, place = at + size - 1; place >= at; place--) {
      if (place < length) out[place] = last[rest]!;
      rest = prefix[rest]!;
    }
    at += size;
    previous = code;
    if (next + 1 >= 1 << width && width < 12) width++;
  }
  return out.subarray(0, Math.min(at, length));

  function firstByte(code: number): number {
    let rest = code;
    while (rest >= firstFree) rest = prefix[rest]!;
    return last[rest]!;
  }
}
