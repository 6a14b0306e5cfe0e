// The region metrics count in: one byte per pixel, row-major, non-zero = compare. Without a mask every pixel counts.

import { DoselapError } from "../errors.ts";
import { shapeText, type RealImage } from "../array/ndarray.ts";

/** uint8 [height, width]; non-zero pixels are compared. */
export type PixelMask = Uint8Array;

/** Rows y0…y1 and columns x0…x1, ends excluded. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

interface Sized {
  readonly height: number;
  readonly width: number;
}

/** @throws Shape when two images, or an image and a mask, differ in shape; Range when the mask is empty. */
export function checkSameShape(a: Sized, b: Sized, mask?: PixelMask): void {
  if (a.height !== b.height || a.width !== b.width) {
    throw new DoselapError("Shape", "the two images differ in shape", {
      expected: `${shapeText([b.height, b.width])} as the second image`,
      got: shapeText([a.height, a.width]),
      hint: "Crop both to the same window of the object frame first.",
    });
  }
  if (mask === undefined) return;
  if (mask.length !== a.height * a.width) {
    throw new DoselapError("Shape", "the mask does not fit the images", {
      key: "mask",
      expected: `${a.height * a.width} pixels for ${shapeText([a.height, a.width])}`,
      got: String(mask.length),
    });
  }
  if (countPixels(a, mask) === 0) {
    throw new DoselapError("Range", "the mask selects no pixel", {
      key: "mask",
      expected: "at least 1",
      got: "0",
    });
  }
}

/** Pixels that count. */
export function countPixels({ height, width }: Sized, mask?: PixelMask): number {
  if (mask === undefined) return height * width;
  let n = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) n++;
  return n;
}

/** The pixels at least `guardPx` inside the border: registration moves an image by up to its bound, and what enters from
 * outside was not measured. */
export function insideGuardBand({ height, width }: Sized, guardPx: number): PixelMask {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Math.min(x, width - 1 - x, y, height - 1 - y) >= guardPx ? 1 : 0;
  });
}

/** Smallest box around the mask; the whole image without one. */
export function maskBox({ height, width }: Sized, mask?: PixelMask): Box {
  if (mask === undefined) return { x0: 0, y0: 0, x1: width, y1: height };
  let [x0, y0, x1, y1] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue;
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x + 1);
      y0 = Math.min(y0, y);
      y1 = y + 1;
    }
  }
  return { x0, y0, x1, y1 };
}

/** Central square of a box: side min(width, height), the odd pixel is cut at the far end. */
export function centralSquare({ x0, y0, x1, y1 }: Box): Box {
  const side = Math.min(x1 - x0, y1 - y0);
  const left = x0 + Math.floor((x1 - x0 - side) / 2);
  const top = y0 + Math.floor((y1 - y0 - side) / 2);
  return { x0: left, y0: top, x1: left + side, y1: top + side };
}

/** The mask inside a box, or undefined without one. */
export function cropMask(mask: PixelMask | undefined, width: number, box: Box): PixelMask | undefined {
  if (mask === undefined) return undefined;
  const columns = box.x1 - box.x0;
  const out = new Uint8Array((box.y1 - box.y0) * columns);
  for (let y = box.y0; y < box.y1; y++) {
    out.set(mask.subarray(y * width + box.x0, y * width + box.x1), (y - box.y0) * columns);
  }
  return out;
}

/** A copy of the image inside a box. */
export function cropImage({ width, data }: RealImage, box: Box): RealImage {
  const columns = box.x1 - box.x0;
  const rows = box.y1 - box.y0;
  const out = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    const from = (y + box.y0) * width + box.x0;
    out.set(data.subarray(from, from + columns), y * columns);
  }
  return { height: rows, width: columns, data: out };
}
