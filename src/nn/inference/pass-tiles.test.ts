// Parts of a canvas: they keep every pixel once, each with the network's reach around it, within the budget or not at all.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reachPx } from "../models/unet.ts";
import { passTiles } from "./pass-tiles.ts";

/** 4 (5 + 4·4 + 2·6) bytes for a pixel. */
const widths = [4, 6];
const bytesPerPixel = 132;
/** A reach of 26 px, in steps of 4. */
const least = 2 * 28 + 4;

const sides = fc.record({
  height: fc.integer({ min: 1, max: 400 }),
  width: fc.integer({ min: 1, max: 400 }),
});

describe("parts of any canvas and budget", () => {
  const budgets = fc.integer({ min: bytesPerPixel * least ** 2, max: 250 ** 2 * bytesPerPixel });

  test("keep every pixel once, and all that it depends on", () => {
    const reach = reachPx(widths.length);
    fc.assert(
      fc.property(sides, budgets, ({ height, width }, budget) => {
        const { rows, columns, tiles } = passTiles({ height, width }, widths, budget);
        expect(rows * columns * bytesPerPixel).toBeLessThanOrEqual(budget);
        const times = new Uint8Array(height * width);
        for (const { y, x, kept } of tiles) {
          expect([y % 4, x % 4]).toEqual([0, 0]);
          for (let row = kept.top; row < kept.bottom; row++) {
            const from = row * width;
            for (let at = from + kept.left; at < from + kept.right; at++) times[at]!++;
          }
          // The canvas's own edge is no loss: nothing lies beyond it.
          expect(y).toBeLessThanOrEqual(Math.max(0, kept.top - reach));
          expect(x).toBeLessThanOrEqual(Math.max(0, kept.left - reach));
          expect(y + rows).toBeGreaterThanOrEqual(Math.min(height, kept.bottom + reach));
          expect(x + columns).toBeGreaterThanOrEqual(Math.min(width, kept.right + reach));
        }
        expect(times.every((count) => count === 1)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

test("there is one part where the budget allows it, then strips of rows, then tiles", () => {
  const canvas = { height: 150, width: 300 };
  const partsWithin = (pixels: number) => passTiles(canvas, widths, pixels * bytesPerPixel);
  expect(passTiles(canvas, widths)).toMatchObject({ rows: 152, columns: 300, tiles: [{ y: 0, x: 0 }] });
  expect(partsWithin(120 * 300)).toMatchObject({ rows: 120, columns: 300 });
  expect(partsWithin(100 * 100)).toMatchObject({ rows: 100, columns: 100 });
});

test("a budget below the smallest part is refused with the least that works, which does", () => {
  const canvas = { height: 150, width: 1000 };
  const bytes = bytesPerPixel * least ** 2;
  expect(() => passTiles(canvas, widths, bytes - 1)).toThrow(
    expect.objectContaining({
      _tag: "Range",
      message: expect.stringMatching(
        new RegExp(`at least ${bytes} bytes, --memory 1, got ${bytes - 1}`, "u"),
      ),
    }),
  );
  expect(passTiles(canvas, widths, bytes)).toMatchObject({ rows: least, columns: least });
  expect(() => passTiles(canvas, widths, NaN)).toThrow(expect.objectContaining({ _tag: "Range" }));
  // A canvas smaller than that is its own least.
  expect(passTiles({ height: 20, width: 20 }, widths, bytesPerPixel * 400).tiles).toHaveLength(1);
});
