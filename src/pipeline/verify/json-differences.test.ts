// Verification compares JSON exactly and names what differs: one changed last digit, one missing key, one added row.

import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonDifferences } from "./json-differences.ts";

const row = { part: "phase", metric: "ssim", comparison: "truth", value: 0.1 + 0.2 };
const cell = { dose: 1000, arms: [{ arm: "rpie", rows: [row], tileCorrelations: [0.5, 0.25] }] };

test("a value does not differ from its copy, whatever it is, and all its numbers are counted", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const copy: unknown = JSON.parse(JSON.stringify(value));
      expect(jsonDifferences(copy, copy).differences).toEqual([]);
    }),
  );
  // 1000, 0.3…, 0.5 and 0.25.
  expect(jsonDifferences(cell, structuredClone(cell))).toEqual({ differences: [], numbers: 4 });
});

test("the last digit of a number is enough, and the key says arm, part, metric and comparison", () => {
  const stored = structuredClone(cell);
  stored.arms[0]!.rows[0]!.value = 0.3;
  expect(jsonDifferences(stored, cell).differences).toEqual([
    { key: "arms.rpie.rows.phase ssim truth.value", stored: "0.3", recomputed: "0.30000000000000004" },
  ]);
});

test("what is missing, added, or of another kind differs; null is not 0", () => {
  const of = (stored: unknown, recomputed: unknown) => jsonDifferences(stored, recomputed).differences;
  expect(of({}, { a: 1 })).toEqual([{ key: "a", stored: "nothing", recomputed: "1" }]);
  expect(of({ a: 1 }, {})).toEqual([{ key: "a", stored: "1", recomputed: "nothing" }]);
  expect(of([1], [1, 2])).toEqual([{ key: "1", stored: "nothing", recomputed: "2" }]);
  expect(of({ a: null }, { a: 0 })).toEqual([{ key: "a", stored: "null", recomputed: "0" }]);
  expect(of({ a: [] }, { a: {} })).toEqual([{ key: "a", stored: "[]", recomputed: "{}" }]);
});

test("a long value is cut, so that a missing row does not fill the screen", () => {
  const [difference] = jsonDifferences([], [{ text: "x".repeat(500) }]).differences;
  expect(difference!.recomputed.length).toBeLessThan(90);
});
