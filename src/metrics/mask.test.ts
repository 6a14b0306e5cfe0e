// The box of a mask and the central square cut image and mask alike.

import { describe, expect, test } from "vitest";
import { realImage, rectangleMask } from "../../test/support/metric-images.ts";
import { centralSquare, countPixels, cropImage, cropMask, insideGuardBand, maskBox } from "./mask.ts";

const size = { height: 6, width: 9 };

describe("maskBox", () => {
  test("is the smallest box around all masked pixels", () => {
    const mask = new Uint8Array(54);
    mask[1 * 9 + 7] = 1;
    mask[4 * 9 + 2] = 255;
    expect(maskBox(size, mask)).toEqual({ x0: 2, y0: 1, x1: 8, y1: 5 });
    expect(countPixels(size, mask)).toBe(2);
  });

  test("is the whole image without a mask", () => {
    expect(maskBox(size)).toEqual({ x0: 0, y0: 0, x1: 9, y1: 6 });
    expect(countPixels(size)).toBe(54);
  });
});

describe("crops", () => {
  test("the central square cuts the odd pixel at the far end", () => {
    expect(centralSquare({ x0: 2, y0: 1, x1: 9, y1: 5 })).toEqual({ x0: 3, y0: 1, x1: 7, y1: 5 });
    expect(centralSquare({ x0: 0, y0: 0, x1: 4, y1: 9 })).toEqual({ x0: 0, y0: 2, x1: 4, y1: 6 });
  });

  test("image and mask are cut alike", () => {
    const box = { x0: 3, y0: 2, x1: 5, y1: 5 };
    const image = cropImage(
      realImage(6, 9, (x, y) => 10 * y + x),
      box,
    );
    expect(image).toEqual({ height: 3, width: 2, data: Float64Array.from([23, 24, 33, 34, 43, 44]) });
    const mask = cropMask(rectangleMask(6, 9, { x0: 4, y0: 0, x1: 9, y1: 4 }), 9, box);
    expect(Array.from(mask!)).toEqual([0, 1, 0, 1, 0, 0]);
    expect(cropMask(undefined, 9, box)).toBeUndefined();
  });
});

test("the guard band is the pixels nearer to the border than its width", () => {
  const mask = insideGuardBand(size, 2);
  expect(maskBox(size, mask)).toEqual({ x0: 2, y0: 2, x1: 7, y1: 4 });
  expect(countPixels(size, mask)).toBe(10);
  expect(countPixels(size, insideGuardBand(size, 0))).toBe(54);
  expect(countPixels(size, insideGuardBand(size, 3))).toBe(0);
});
