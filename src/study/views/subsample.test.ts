// Which frames are kept: count, order, and no favourites.

import { expect, test } from "vitest";
import { subsampleFrames } from "./subsample.ts";

test("null keeps every frame, in order", () => {
  expect([...subsampleFrames(4, null, 1)]).toEqual([0, 1, 2, 3]);
});

test("keeps the count asked for, ascending, none twice; the seed decides which", () => {
  const kept = subsampleFrames(100, 30, 456);
  expect(new Set(kept).size).toBe(30);
  expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
  expect(subsampleFrames(100, 30, 456)).toEqual(kept);
  expect(subsampleFrames(100, 30, 457)).not.toEqual(kept);
});

test("every frame is kept equally often", () => {
  const counts = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 5000; seed++) for (const frame of subsampleFrames(10, 3, seed)) counts[frame]!++;
  // 1500 expected, standard deviation √(5000·0.3·0.7) = 32.4; five of them.
  for (const count of counts) expect(Math.abs(count - 1500)).toBeLessThan(162);
});

test.each([0, 11, 2.5, Number.NaN])("refuses to keep %d of 10", (count) => {
  expect(() => subsampleFrames(10, count, 1)).toThrow(/subsampleCount.*expected 1 to 10/u);
});
