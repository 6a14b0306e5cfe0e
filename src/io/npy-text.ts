// Text in .npy files: U is UCS-4, one code point per four bytes; S is one byte per character. Both are padded
// with zeros, which numpy drops on reading.

import { DoselapError } from "../errors.ts";
import type { NpyHeader, Where } from "./npy-header.ts";

/** Elements of a U or S array. Bytes of an S become the characters of the same number.
 * @throws Format when a code point is none. */
export function decodeText(header: NpyHeader, data: Uint8Array, where: Where = {}): string[] {
  const { kind, itemBytes, littleEndian, shape } = header;
  const count = shape.reduce((product, n) => product * n, 1);
  if (itemBytes === 0 && count > 1 << 20) {
    throw new DoselapError("Format", "claims too many empty strings", { ...where, got: `${count}` });
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const start = i * itemBytes;
    texts.push(
      kind === "S"
        ? trimZeros(Buffer.from(data.subarray(start, start + itemBytes)).toString("latin1"))
        : trimZeros(ucs4(view, { start, end: start + itemBytes, littleEndian }, where)),
    );
  }
  return texts;
}

function ucs4(
  view: DataView,
  { start, end, littleEndian }: { start: number; end: number; littleEndian: boolean },
  where: Where,
): string {
  const characters: string[] = [];
  for (let at = start; at < end; at += 4) {
    const codePoint = view.getUint32(at, littleEndian);
    if (codePoint > 0x10ffff) {
      throw new DoselapError("Format", "holds a character that does not exist", {
        ...where,
        expected: "a code point of at most 0x10ffff",
        got: `0x${codePoint.toString(16)}`,
      });
    }
    characters.push(String.fromCodePoint(codePoint));
  }
  return characters.join("");
}

function trimZeros(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return text.slice(0, end);
}

/** Code points of the longest text; at least 1, as in numpy. */
export function longestText(texts: readonly string[]): number {
  return texts.reduce((longest, text) => Math.max(longest, Array.from(text).length), 1);
}

/** Little-endian UCS-4, every text padded to `length` code points. */
export function encodeUcs4(texts: readonly string[], length: number): Uint8Array {
  const bytes = new Uint8Array(4 * length * texts.length);
  const view = new DataView(bytes.buffer);
  texts.forEach((text, i) => {
    Array.from(text).forEach((character, j) => {
      view.setUint32(4 * (i * length + j), character.codePointAt(0)!, true);
    });
  });
  return bytes;
}
