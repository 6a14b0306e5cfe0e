// The facts of frames are what plain loops over all values find, and the same whether frames come at once or one by one.

import fc from "fast-check";
import { expect, test } from "vitest";
import { factsOf, lookAtFrames } from "./frame-facts.ts";

const size = 8;
const pixels = size * size;
const stack = (values: fc.Arbitrary<number>) =>
  fc
    .integer({ min: 1, max: 4 })
    .chain((frames) => fc.array(values, { minLength: frames * pixels, maxLength: frames * pixels }));
const counts = stack(fc.integer({ min: 0, max: 70_000 }));
const fractions = stack(fc.double({ min: 0, max: 3, noNaN: true }));

test("whole numbers, values above 1, mean sums", () => {
  fc.assert(
    fc.property(fc.oneof(counts, fractions), (values) => {
      const facts = factsOf(Float64Array.from(values), size);
      const frames = values.length / pixels;
      expect(facts.isWhole).toBe(values.every((value) => value === Math.floor(value)));
      expect(facts.exceedsOne).toBe(Math.max(...values) > 1);
      const sum = values.reduce((total, value) => total + value, 0);
      // 256 roundings of double precision.
      expect(Math.abs(facts.meanSum - sum / frames)).toBeLessThanOrEqual(1e-13 * sum);
      const power = values.map(Math.fround).reduce((total, value) => total + value * value, 0);
      expect(Math.abs(facts.meanPower - power / frames)).toBeLessThanOrEqual(1e-13 * power);
    }),
    { seed: 31, numRuns: 60 },
  );
});

test("one frame after the other gives the same bits as all at once", () => {
  fc.assert(
    fc.property(fractions, (values) => {
      const look = lookAtFrames(size);
      for (let at = 0; at < values.length; at += pixels)
        look.add(Float64Array.from(values.slice(at, at + pixels)));
      expect(look.facts()).toEqual(factsOf(Float64Array.from(values), size));
    }),
    { seed: 32, numRuns: 40 },
  );
});

test.each<[string, number, number, { centre: number; corner: number }]>([
  ["in the middle", 4, 4, { centre: 1, corner: 0 }],
  ["a pixel beside it", 3, 5, { centre: 1, corner: 0 }],
  ["two pixels beside it", 2, 4, { centre: 0, corner: 0 }],
  ["in the corner", 0, 0, { centre: 0, corner: 1 }],
  ["wrapped around it", 7, 1, { centre: 0, corner: 1 }],
])("light %s", (_where, y, x, shares) => {
  const frame = new Uint16Array(pixels);
  frame[y * size + x] = 5;
  expect(factsOf(frame, size)).toMatchObject(shares);
});

test("no light is nowhere", () => {
  expect(factsOf(new Uint8Array(2 * pixels), size)).toMatchObject({ centre: 0, corner: 0, meanSum: 0 });
});
