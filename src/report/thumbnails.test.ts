// Thumbnails average whole blocks and take their range from compared pixels.

import { describe, expect, test } from "vitest";
import type { ComplexImage } from "../array/ndarray.ts";
import { clippedAmplitudeRange, phaseRange, shrink, shrinkMask } from "./thumbnails.ts";

const imageOf = (
  height: number,
  width: number,
  at: (y: number, x: number) => [number, number],
): ComplexImage => ({
  height,
  width,
  data: Float32Array.from(
    Array.from({ length: height * width }, (_, i) => at(Math.floor(i / width), i % width)).flat(),
  ),
});
const phases = (...values: number[]) =>
  imageOf(1, values.length, (_, x) => [Math.cos(values[x]!), Math.sin(values[x]!)]);
const all = (n: number) => new Uint8Array(n).fill(1);

describe("shrink", () => {
  test("keeps an image as it is for blocks of one pixel", () => {
    const image = imageOf(3, 400, (y, x) => [x, y]);
    expect(shrink(image, 1)).toBe(image);
  });

  test("averages whole blocks, and its mask keeps only blocks that are all compared", () => {
    const image = imageOf(2, 840, (y, x) => [x, y]);
    const small = shrink(image, 2);
    expect([small.height, small.width]).toEqual([1, 420]);
    expect([small.data[0], small.data[1], small.data[838]]).toEqual([0.5, 0.5, 838.5]);
    const mask = all(1680);
    mask[3] = 0;
    expect([...shrinkMask(mask, image, 2).subarray(0, 3)]).toEqual([1, 0, 1]);
  });
});

test("the amplitude range is that of the compared pixels, and is never empty", () => {
  const image = imageOf(1, 4, (_, x) => [[0.2, 0.6, 1, 99][x]!, 0]);
  expect(clippedAmplitudeRange(image, Uint8Array.of(1, 1, 1, 0)).min).toBeCloseTo(0.2, 6);
  expect(clippedAmplitudeRange(image, Uint8Array.of(1, 1, 1, 0)).max).toBeCloseTo(1, 6);
  for (const flat of [imageOf(1, 2, () => [0.8, 0]), imageOf(1, 2, () => [0, 0])]) {
    const { min, max } = clippedAmplitudeRange(flat, all(2));
    expect(max).toBeGreaterThan(min);
  }
});

describe("phaseRange", () => {
  test("is the whole circle for phases that fill it", () => {
    expect(phaseRange(phases(-3, -1, 0, 1, 3), all(5))).toEqual({ centerRad: 0, spanRad: 2 * Math.PI });
  });

  test("closes in on a weak phase, around its middle, also across the branch cut", () => {
    // ±0.5 rad with a tenth of room is 0.55, within a quarter turn over two: zoom 2.
    expect(phaseRange(phases(0.2, 0.7, 1.2), all(3))).toEqual({ centerRad: 0.7, spanRad: Math.PI });
    const cut = phaseRange(phases(Math.PI - 0.1, -Math.PI + 0.1), all(2));
    expect(Math.abs(cut.centerRad)).toBeCloseTo(Math.PI, 1);
    expect(cut.spanRad).toBeCloseTo(Math.PI / 4, 9);
  });
});
