// TIFF files held against the specification by a reader of their own.

import { expect, test } from "vitest";
import { encodeTiff } from "./write.ts";

const pages = [Uint16Array.of(0, 1, 2, 3, 256, 65535), Uint16Array.of(6, 5, 4, 3, 2, 1)];
const image = { width: 3, height: 2, pages, description: "ImageJ=1.53t\nimages=2\n" };

/** Reads by the specification alone: header, directories, strips. */
function decode(bytes: Uint8Array): { fields: Record<number, number>; pixels: number[] }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  expect([view.getUint16(0), view.getUint16(2, true)]).toEqual([0x4949, 42]);
  const found = [];
  for (let at = view.getUint32(4, true); at !== 0;) {
    const count = view.getUint16(at, true);
    const fields: Record<number, number> = {};
    let last = 0;
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + 12 * i;
      const tag = view.getUint16(entry, true);
      // Tags must ascend.
      expect(tag).toBeGreaterThan(last);
      last = tag;
      const isShort = view.getUint16(entry + 2, true) === 3;
      fields[tag] = isShort ? view.getUint16(entry + 8, true) : view.getUint32(entry + 8, true);
    }
    const pixels = Array.from({ length: fields[279]! / 2 }, (_, i) =>
      view.getUint16(fields[273]! + 2 * i, true),
    );
    found.push({ fields, pixels });
    at = view.getUint32(at + 2 + 12 * count, true);
  }
  return found;
}

test("pages of 16 bits, in order, each whole", () => {
  const decoded = decode(encodeTiff(image));
  expect(decoded.map(({ pixels }) => pixels)).toEqual(pages.map((page) => [...page]));
  for (const { fields } of decoded) {
    expect(fields).toMatchObject({ 256: 3, 257: 2, 258: 16, 259: 1, 262: 1, 277: 1, 278: 2, 279: 12 });
  }
});

test("the description ends in a zero byte", () => {
  const bytes = encodeTiff(image);
  const at = decode(bytes)[0]!.fields[270]!;
  const length = image.description.length;
  expect(Buffer.from(bytes.subarray(at, at + length + 1)).toString("latin1")).toBe(`${image.description}\0`);
});

test("pages that do not fit and texts that are not ASCII are refused", () => {
  expect(() => encodeTiff({ ...image, width: 4 })).toThrow(/8 numbers.*got 6/u);
  expect(() => encodeTiff({ ...image, pages: [] })).toThrow(/got 0 pages/u);
  expect(() => encodeTiff({ ...image, description: "µ" })).toThrow(/plain ASCII/u);
});
