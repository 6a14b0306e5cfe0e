// TIFF writing: 16-bit grey pages, uncompressed, little-endian, one strip each; baseline TIFF 6.0 (Adobe, 1992).
// The description of the first page makes ImageJ open the pages as one stack.

import { DoselapError } from "../../errors.ts";

export interface TiffPages {
  readonly width: number;
  readonly height: number;
  /** 16-bit [height, width] each. */
  readonly pages: readonly Uint16Array[];
  /** Plain ASCII. */
  readonly description: string;
}

const [short, long, ascii] = [3, 4, 2] as const;
type Entry = readonly [tag: number, type: number, count: number, value: number];

const headerBytes = 8;
const entryCount = 10;
const directoryBytes = 2 + 12 * entryCount + 4;

/** Encodes the pages. @throws Shape when a page does not fit, Range for a text that is not ASCII or more than 4 GiB. */
export function encodeTiff({ width, height, pages, description }: TiffPages): Uint8Array {
  const wrong = pages.find((page) => page.length !== width * height);
  if (!(width > 0 && height > 0) || pages.length === 0 || wrong !== undefined) {
    throw new DoselapError("Shape", `TIFF pages of ${width}×${height} pixels do not fit their data`, {
      expected: `at least one page of ${width * height} numbers, at least one`,
      got: wrong === undefined ? `${pages.length} pages` : `${wrong.length}`,
    });
  }
  if (!/^[\x20-\x7E\n]*$/u.test(description)) {
    throw new DoselapError("Range", "a TIFF description is plain ASCII", {
      got: JSON.stringify(description),
    });
  }
  const text = Buffer.from(`${description}\0`, "latin1");
  const pageBytes = 2 * width * height;
  const textAt = headerBytes + pages.length * directoryBytes;
  const pixelsAt = textAt + text.length + (text.length % 2);
  const total = pixelsAt + pages.length * pageBytes;
  if (total >= 2 ** 32) {
    throw new DoselapError("Range", "a TIFF holds less than 4 GiB", { got: `${total} bytes` });
  }
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  // "II": little-endian; 42: TIFF; then the first directory.
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, headerBytes, true);
  bytes.set(text, textAt);
  pages.forEach((page, i) => {
    const strip = pixelsAt + i * pageBytes;
    const at = headerBytes + i * directoryBytes;
    const next = i + 1 < pages.length ? at + directoryBytes : 0;
    writeDirectory(view, at, next, [
      [256, long, 1, width],
      [257, long, 1, height],
      [258, short, 1, 16],
      // No compression; 0 is black.
      [259, short, 1, 1],
      [262, short, 1, 1],
      [270, ascii, text.length, textAt],
      [273, long, 1, strip],
      [277, short, 1, 1],
      [278, long, 1, height],
      [279, long, 1, pageBytes],
    ]);
    page.forEach((value, pixel) => view.setUint16(strip + 2 * pixel, value, true));
  });
  return bytes;
}

function writeDirectory(view: DataView, at: number, next: number, entries: readonly Entry[]): void {
  view.setUint16(at, entries.length, true);
  entries.forEach(([tag, type, count, value], i) => {
    const place = at + 2 + 12 * i;
    view.setUint16(place, tag, true);
    view.setUint16(place + 2, type, true);
    view.setUint32(place + 4, count, true);
    // A short stands in the first half of the field: the same bytes in little-endian order.
    view.setUint32(place + 8, value, true);
  });
  view.setUint32(at + directoryBytes - 4, next, true);
}
