// Cutting a stream into lines, wherever its pieces end.

import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineSplitter } from "./lines.ts";

function split(pieces: readonly string[], longest?: number): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line), longest === undefined ? {} : { longest });
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return lines;
}

test.each([
  [["a\nb\n"], ["a", "b"]],
  [["a\nb"], ["a", "b"]],
  [["a\r\nb\r\n"], ["a", "b"]],
  [
    ["a\r", "\nb"],
    ["a", "b"],
  ],
  [["10%\r20%\r"], ["10%", "20%"]],
  [["a\n\nb\n"], ["a", "", "b"]],
  [["a", "b", "c\n"], ["abc"]],
  [
    ["a\r", "", "\nb"],
    ["a", "b"],
  ],
  [[], []],
])("%j gives the lines %j", (pieces, lines) => {
  expect(split(pieces)).toEqual(lines);
});

test("wherever the stream is cut, the lines are the same", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "\n", "\r", "\r\n"), { maxLength: 30 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.array(fc.nat(40), { maxLength: 5 }), (whole, cuts) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
      const pieces = at.slice(1).map((to, i) => whole.slice(at[i], to));
      expect(split(pieces)).toEqual(split([whole]));
    }),
  );
});

test("a line without end is cut at the limit and loses nothing", () => {
  const endless = Array.from({ length: 10 }, () => "x".repeat(70));
  const lines = split(endless, 100);
  expect(lines.map((line) => line.length)).toEqual([100, 100, 100, 100, 100, 100, 100]);
  expect(split(["y".repeat(250) + "\n"], 100).map((line) => line.length)).toEqual([100, 100, 50]);
});
