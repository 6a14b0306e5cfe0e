// Canvases hold every patch of every group, whatever the positions; groups are a frame and its nearest; the probe's window is
// the smallest that holds its energy.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Positions } from "../../array/scan.ts";
import { canvasShape, placeCanvas, probeWindowPx } from "./groups.ts";

const coordinate = fc.double({ min: -30, max: 500, noNaN: true });
const place = fc.tuple(coordinate, coordinate);

function positionsOf(places: readonly (readonly [number, number])[]): Positions {
  return { x: Float64Array.from(places, ([x]) => x), y: Float64Array.from(places, ([, y]) => y) };
}

describe("a canvas", () => {
  const scenes = fc.record({
    places: fc.array(place, { minLength: 1, maxLength: 20 }),
    groupSize: fc.integer({ min: 1, max: 5 }),
    picks: fc.array(fc.nat(), { minLength: 25, maxLength: 25 }),
    sizePx: fc.constantFrom(8, 16, 64),
    windowPx: fc.integer({ min: 0, max: 32 }).map((half) => 2 * half),
    multiple: fc.constantFrom(2, 4, 8, 16),
  });

  test("holds all pixels that patches are interpolated from, and its region all that their probes light", () => {
    fc.assert(
      fc.property(scenes, ({ places, groupSize, picks, sizePx, ...rest }) => {
        const positions = positionsOf(places);
        const windowPx = Math.min(rest.windowPx, sizePx);
        const groups = Int32Array.from({ length: 5 * groupSize }, (_, i) => picks[i]! % places.length);
        const table = { groups, groupSize, count: 5 };
        const window = { sizePx, windowPx, multiple: rest.multiple };
        const { canvasPx, regionPx } = canvasShape(positions, table, window);
        expect([canvasPx % 2, regionPx % rest.multiple]).toEqual([0, 0]);
        expect(regionPx).toBeLessThanOrEqual(canvasPx);
        const border = (canvasPx - regionPx) / 2;
        expect(Number.isInteger(border)).toBe(true);
        for (let g = 0; g < 5; g++) {
          const members = groups.subarray(g * groupSize, (g + 1) * groupSize);
          const { originX, originY } = placeCanvas(positions, members, canvasPx);
          expect([Number.isInteger(originX), Number.isInteger(originY)]).toEqual([true, true]);
          for (const j of members) {
            for (const [at, origin] of [
              [positions.x[j]!, originX],
              [positions.y[j]!, originY],
            ] as const) {
              const first = at - sizePx / 2 - origin;
              expect(Math.floor(first)).toBeGreaterThanOrEqual(0);
              expect(Math.ceil(first) + sizePx).toBeLessThanOrEqual(canvasPx);
              // The probe's square, as far as the region reaches: to the pixel that it lies in.
              const lit = at - windowPx / 2 - origin;
              expect(lit).toBeGreaterThanOrEqual(border - 1e-9);
              expect(lit + windowPx).toBeLessThanOrEqual(border + regionPx + 1e-9);
            }
          }
        }
      }),
    );
  });

  test("is no larger than its farthest patch asks for", () => {
    const positions = positionsOf([
      [100, 50],
      [110, 50],
    ]);
    const table = { groups: Int32Array.of(0, 1), groupSize: 2, count: 1 };
    // 5 px on each side of the middle, and one more for patches between pixels; 8 + 10 lit pixels to a multiple of 8.
    expect(canvasShape(positions, table, { sizePx: 16, windowPx: 8, multiple: 8 })).toEqual({
      canvasPx: 16 + 2 * 6,
      regionPx: 24,
    });
    expect(placeCanvas(positions, table.groups, 28)).toEqual({ originX: 91, originY: 36 });
  });

  test("grows to the region where levels round that up", () => {
    const table = { groups: Int32Array.of(0), groupSize: 1, count: 1 };
    const positions = positionsOf([[7, 7]]);
    expect(canvasShape(positions, table, { sizePx: 8, windowPx: 8, multiple: 32 })).toEqual({
      canvasPx: 32,
      regionPx: 32,
    });
  });

  test("lies where its own frames do: another group moves nothing", () => {
    const positions = positionsOf([
      [10.3, 20.6],
      [14.1, 22.2],
      [300, 400],
    ]);
    expect(placeCanvas(positions, Int32Array.of(0, 1), 40)).toEqual({ originX: 12 - 20, originY: 21 - 20 });
  });
});

describe("the probe's window", () => {
  const size = 16;

  /** A probe that is 1 on the square [8 − half, 8 + half)², `faint` around it. */
  function square(half: number, faint = 0): Float32Array {
    const probe = new Float32Array(2 * size * size);
    for (let i = 0; i < size * size; i++) {
      const [y, x] = [Math.floor(i / size) - 8, (i % size) - 8];
      const inside = x >= -half && x < half && y >= -half && y < half;
      probe[2 * i + (i % 2)] = inside ? 1 : faint;
    }
    return probe;
  }

  test.each([1, 2, 5, 8])("of a square of half width %i is that square", (half) => {
    expect(probeWindowPx(square(half), size)).toBe(2 * half);
  });

  test("is the smallest that holds the share", () => {
    // 16 pixels of power 1 inside; rings around it of 20, 28, … pixels of power 0.01.
    const probe = square(2, 0.1);
    const total = 16 + 0.01 * (256 - 16);
    const held = (half: number) => 16 + 0.01 * (4 * half * half - 16);
    for (const half of [2, 3, 4, 5, 6, 7, 8]) {
      expect(probeWindowPx(probe, size, (held(half) - 1e-4) / total)).toBe(2 * half);
      if (half < 8) expect(probeWindowPx(probe, size, (held(half) + 1e-4) / total)).toBe(2 * half + 2);
    }
  });

  test("counts the light of all modes", () => {
    const both = Float32Array.from([...square(2), ...square(4)]);
    // 16 + 64 of 80 within half 4; within half 2 only 16 + 16.
    expect(probeWindowPx(both, size, 0.4)).toBe(4);
    expect(probeWindowPx(both, size, 0.41)).toBe(6);
  });

  test("of a Gaussian is where its closed form says", () => {
    const sigma = 2.2;
    const probe = Float32Array.from({ length: 2 * size * size }, (_, i) => {
      const pixel = i >> 1;
      const r2 = ((pixel % size) - 7.5) ** 2 + (Math.floor(pixel / size) - 7.5) ** 2;
      return i % 2 === 0 ? Math.exp(-r2 / (4 * sigma * sigma)) : 0;
    });
    // Centred between pixels: a square of half width h holds erf(h/(√2σ))² of it. At h = 5 that is .954, at 6 .987.
    expect(probeWindowPx(probe, size, 0.95)).toBe(10);
    expect(probeWindowPx(probe, size, 0.985)).toBe(12);
  });
});
