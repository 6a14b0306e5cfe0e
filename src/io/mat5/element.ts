// Elements of MATLAB 5 files: a tag with type and size, then bytes, small ones within the tag.
// https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf

import { DoselapError } from "../../errors.ts";
import type { Bytes } from "./bytes.ts";

export interface Element {
  /** miINT8 … */
  readonly type: number;
  readonly at: number;
  readonly size: number;
  /** Where the next one begins. */
  readonly next: number;
}

export interface Place {
  readonly bytes: Bytes;
  readonly littleEndian: boolean;
  readonly file: string;
  /** For messages: the variable. */
  readonly key: string;
}

export const mi = {
  int8: 1,
  uint8: 2,
  int32: 5,
  uint32: 6,
  matrix: 14,
  compressed: 15,
  utf8: 16,
  utf16: 17,
} as const;

/** Numbers as they are stored: type → numpy's code. */
export const storedCodes: { readonly [type: number]: string } = {
  1: "i1",
  2: "u1",
  3: "i2",
  4: "u2",
  5: "i4",
  6: "u4",
  7: "f4",
  9: "f8",
  12: "i8",
  13: "u8",
};

/** The element at a position. @throws Format for one that leaves its place. */
export async function elementAt(place: Place, at: number, end: number): Promise<Element> {
  const { bytes, littleEndian } = place;
  if (at + 8 > end) throw unsound(place, "an element", `${end - at} bytes`);
  const tag = await bytes.at(at, 8);
  const view = new DataView(tag.buffer, tag.byteOffset, 8);
  const word = view.getUint32(0, littleEndian);
  const small = word >>> 16;
  if (small > 0) {
    if (small > 4) throw unsound(place, "a small element of at most 4 bytes", `${small}`);
    return { type: word & 0xffff, at: at + 4, size: small, next: at + 8 };
  }
  const size = view.getUint32(4, littleEndian);
  if (at + 8 + size > end) throw unsound(place, `at most ${end - at - 8} bytes`, `an element of ${size}`);
  // Elements begin at multiples of 8.
  return { type: word, at: at + 8, size, next: Math.min(end, at + 8 + size + ((8 - (size % 8)) % 8)) };
}

/** A short element's content. @throws Format for one that is not short. */
export async function contentOf(place: Place, { at, size }: Element): Promise<Uint8Array> {
  if (size > maxShortBytes) throw unsound(place, `at most ${maxShortBytes} bytes`, `${size}`);
  return place.bytes.at(at, size);
}

const maxShortBytes = 2 ** 20;

/** Names and texts of one byte a character. */
export async function nameIn(place: Place, element: Element): Promise<string> {
  return Buffer.from(await contentOf(place, element))
    .toString("utf8")
    .replace(/\0.*$/su, "");
}

export async function int32sIn(place: Place, element: Element): Promise<number[]> {
  const content = await contentOf(place, element);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Array.from({ length: Math.floor(content.length / 4) }, (_, i) =>
    view.getInt32(4 * i, place.littleEndian),
  );
}

export function unsound(
  { file, key }: Pick<Place, "file" | "key">,
  expected: string,
  got: string,
): DoselapError {
  return new DoselapError("Format", "is no sound MATLAB 5 file", { file, key, expected, got });
}
