// A rectangle of an image.

import { DoselapError } from "../errors.ts";
import type { ComplexImage } from "./ndarray.ts";

/** Rows y0…y1−1 and columns x0…x1−1 of the object frame. */
export interface Window {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** The window of an image, copied. */
export function cropImage(image: ComplexImage, { x0, y0, x1, y1 }: Window): ComplexImage {
  const width = x1 - x0;
  const height = y1 - y0;
  if (x0 < 0 || y0 < 0 || x1 > image.width || y1 > image.height) {
    throw new DoselapError("Shape", "the window leaves the image", {
      expected: `inside ${image.height} × ${image.width}`,
      got: `rows ${y0}…${y1}, columns ${x0}…${x1}`,
    });
  }
  const data = new Float32Array(2 * width * height);
  for (let row = 0; row < height; row++) {
    const from = 2 * ((y0 + row) * image.width + x0);
    data.set(image.data.subarray(from, from + 2 * width), 2 * row * width);
  }
  return { height, width, data };
}
