// PNG writing: 8-bit RGBA, 8-bit indexed with a palette, 16-bit grey. Non-interlaced, filter 0 on every row,
// zlib level 9 of fflate (pure JavaScript), no time, no text but a description that is given: the same pixels give the same bytes anywhere.
// PNG Specification (Third Edition), W3C 2025.

import { encode } from "fast-png";
import { DoselapError } from "../errors.ts";

export interface RgbaPng {
  readonly kind: "rgba";
  readonly width: number;
  readonly height: number;
  /** 8-bit [height, width, 4], straight alpha. */
  readonly data: Uint8Array;
}

export interface IndexedPng {
  readonly kind: "indexed";
  readonly width: number;
  readonly height: number;
  /** Palette indices, 8-bit [height, width]. */
  readonly data: Uint8Array;
  /** RGB triples, up to 256 entries: entry i is bytes 3i, 3i+1, 3i+2. */
  readonly palette: Uint8Array;
  /** Draw palette entry 0 fully transparent. */
  readonly firstIsTransparent: boolean;
}

export interface Grey16Png {
  readonly kind: "grey16";
  readonly width: number;
  readonly height: number;
  /** 16-bit [height, width]. */
  readonly data: Uint16Array;
  /** Latin-1 text, a tEXt chunk. */
  readonly description?: string;
}

export type PngImage = RgbaPng | IndexedPng | Grey16Png;

/** Encodes an image as a PNG file. @throws Shape when data, palette and size do not belong together. */
export function encodePng(image: PngImage): Uint8Array {
  const { width, height } = image;
  const channels = image.kind === "rgba" ? 4 : 1;
  const expected = width * height * channels;
  if (!(width > 0 && height > 0) || image.data.length !== expected) {
    throw new DoselapError(
      "Shape",
      `a ${image.kind} PNG of ${width}×${height} pixels does not fit its data`,
      {
        expected: `${expected} numbers, at least one`,
        got: `${image.data.length}`,
      },
    );
  }
  const zlib = { level: 9 } as const;
  switch (image.kind) {
    case "rgba":
      return encode({ width, height, data: image.data, channels: 4, depth: 8 }, { zlib });
    case "grey16":
      return encode(
        { width, height, data: image.data, channels: 1, depth: 16, ...textOf(image.description) },
        { zlib },
      );
    case "indexed":
      return encode(
        { width, height, data: image.data, channels: 1, depth: 8, palette: paletteOf(image) },
        { zlib },
      );
    default:
      return image satisfies never;
  }
}

/** `data:image/png;base64,…` of PNG bytes. */
export function pngDataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString("base64")}`;
}

function textOf(description: string | undefined): { readonly text?: Record<string, string> } {
  return description === undefined ? {} : { text: { Description: description } };
}

function paletteOf({ data, palette, firstIsTransparent }: IndexedPng): number[][] {
  const count = palette.length / 3;
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, data[i]!);
  if (!Number.isInteger(count) || count < 1 || count > 256 || largest >= count) {
    throw new DoselapError("Shape", "a PNG palette does not fit its indices", {
      expected: `RGB triples for indices 0 to ${largest}, at most 256 of them`,
      got: `${palette.length} bytes`,
    });
  }
  // The encoder writes as many alpha values as there are entries below 255, so only the first may be transparent.
  return Array.from({ length: count }, (_, i) => {
    const rgb = [palette[3 * i]!, palette[3 * i + 1]!, palette[3 * i + 2]!];
    return firstIsTransparent ? [...rgb, i === 0 ? 0 : 255] : rgb;
  });
}
