// Patches are the stated window of the object, sub-pixel shifts interpolate, and scatter is the exact adjoint of extract.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { adjointMismatch, randomField, relativeError } from "../../test/support/fields.ts";
import type { ComplexImage } from "../array/ndarray.ts";
import { referenceBackend } from "../compute/reference.ts";
import type { SubPixel } from "../compute/scan-memory.ts";
import { extractPatch, makePatchSampler, scatterPatch } from "./patch.ts";

const size = 8;
const image = (height: number, width: number, seed: number): ComplexImage => ({
  height,
  width,
  data: randomField(height * width, seed),
});
const blank = (height: number, width: number): ComplexImage => ({
  height,
  width,
  data: new Float32Array(2 * height * width),
});
const newPatch = (): Float32Array => new Float32Array(2 * size * size);

describe("extractPatch", () => {
  test("puts the object pixel under the position at index (N/2, N/2)", () => {
    const object = blank(20, 30);
    object.data[2 * (11 * 30 + 17)] = 5;
    const patch = newPatch();
    extractPatch(object, 17, 11, size, patch);
    expect(patch.indexOf(5)).toBe(2 * (4 * size + 4));
    // Two pixels further right, one further down, the delta lies as much up and left of the middle.
    extractPatch(object, 19, 12, size, patch);
    expect(patch.indexOf(5)).toBe(2 * (3 * size + 2));
  });

  test("is the window O[y−N/2 : y+N/2, x−N/2 : x+N/2] at integer positions", () => {
    const object = image(20, 30, 1);
    const patch = newPatch();
    extractPatch(object, 13, 7, size, patch);
    for (let v = 0; v < size; v++) {
      const start = 2 * ((7 - 4 + v) * 30 + 13 - 4);
      expect(patch.subarray(2 * v * size, 2 * (v + 1) * size)).toEqual(
        object.data.subarray(start, start + 2 * size),
      );
    }
  });

  test("mixes the four neighbours between pixels", () => {
    const object = image(20, 30, 2);
    const patch = newPatch();
    extractPatch(object, 13.25, 7.5, size, patch);
    const at = (row: number, column: number): number => object.data[2 * (row * 30 + column)]!;
    const [row, column] = [7 - 4 + 3, 13 - 4 + 6];
    const expected =
      0.5 * (0.75 * at(row, column) + 0.25 * at(row, column + 1)) +
      0.5 * (0.75 * at(row + 1, column) + 0.25 * at(row + 1, column + 1));
    expect(patch[2 * (3 * size + 6)]).toBeCloseTo(expected, 6);
  });

  test.each([
    [4, 4],
    [26, 16],
    [4.5, 16],
    [26, 4.5],
  ])("reaches the last positions whose patch lies inside: (%d, %d)", (x, y) => {
    const patch = newPatch();
    extractPatch(image(20, 30, 3), x, y, size, patch);
    expect(patch.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  });

  test.each([
    [3.999, 10],
    [26.001, 10],
    [10, 16.5],
    [10, -1],
    [Number.NaN, 10],
  ])("refuses (%d, %d), where the patch leaves the object", (x, y) => {
    expect(() => extractPatch(blank(20, 30), x, y, size, newPatch())).toThrow(
      /x in \[4, 26\], y in \[4, 16\]/,
    );
    expect(() => scatterPatch(newPatch(), x, y, size, blank(20, 30))).toThrow(/outside the object/);
  });

  test("refuses a patch buffer of another size", () => {
    expect(() => extractPatch(blank(20, 30), 10, 10, size, new Float32Array(10))).toThrow(
      /expected 128 numbers/,
    );
  });
});

describe.each<SubPixel>(["bilinear", "fourier"])("the %s sampler", (subPixel) => {
  const sampler = makePatchSampler(subPixel, size, referenceBackend);

  test("has scatter as the exact adjoint of extract", () => {
    const coordinate = (high: number) =>
      fc.oneof(fc.integer({ min: 4, max: high }), fc.double({ min: 4, max: high, noNaN: true }));
    fc.assert(
      fc.property(coordinate(18), coordinate(14), fc.nat(1000), (x, y, seed) => {
        const object = image(18, 22, seed);
        const patch = randomField(size * size, seed + 1);
        const extracted = newPatch();
        sampler.extract(object, x, y, extracted);
        const scattered = blank(18, 22);
        sampler.scatter(patch, x, y, scattered);
        expect(adjointMismatch(object.data, extracted, patch, scattered.data)).toBeLessThan(1e-6);
      }),
    );
  });

  test("adds to what the object holds and leaves the patch as it is", () => {
    const object = image(18, 22, 4);
    const before = object.data.slice();
    const patch = randomField(size * size, 5);
    const kept = patch.slice();
    sampler.scatter(patch, 9.3, 8.7, object);
    const alone = blank(18, 22);
    sampler.scatter(patch, 9.3, 8.7, alone);
    expect(patch).toEqual(kept);
    expect(
      relativeError(
        object.data,
        before.map((value, i) => value + alone.data[i]!),
      ),
    ).toBeLessThan(1e-6);
  });

  test("copies at integer positions", () => {
    const object = image(18, 22, 6);
    const [sampled, copied] = [newPatch(), newPatch()];
    sampler.extract(object, 9, 8, sampled);
    extractPatch(object, 9, 8, size, copied);
    expect(sampled).toEqual(copied);
  });

  test("changes little when the position moves little", () => {
    const object = image(18, 22, 7);
    const [there, near] = [newPatch(), newPatch()];
    sampler.extract(object, 9, 8, there);
    sampler.extract(object, 9 + 1e-4, 8 - 1e-4, near);
    // Noise has a slope of order one per pixel, at most π in Fourier space.
    expect(relativeError(near, there)).toBeLessThan(1e-3);
  });
});

test("the Fourier sampler moves a plane wave exactly, where the bilinear one damps it", () => {
  const side = 16;
  const [kx, ky] = [3, -2];
  const wave = (x: number, y: number): [number, number] => {
    const angle = (2 * Math.PI * (kx * x + ky * y)) / side;
    return [Math.cos(angle), Math.sin(angle)];
  };
  const object = blank(40, 40);
  for (let y = 0; y < 40; y++) for (let x = 0; x < 40; x++) object.data.set(wave(x, y), 2 * (y * 40 + x));
  const [x, y] = [20.3, 18.6];
  const expected = new Float64Array(2 * side * side);
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) expected.set(wave(x - 8 + u, y - 8 + v), 2 * (v * side + u));
  }
  const patch = new Float32Array(2 * side * side);
  makePatchSampler("fourier", side, referenceBackend).extract(object, x, y, patch);
  expect(relativeError(patch, expected)).toBeLessThan(1e-6);
  makePatchSampler("bilinear", side, referenceBackend).extract(object, x, y, patch);
  expect(relativeError(patch, expected)).toBeGreaterThan(0.1);
});
