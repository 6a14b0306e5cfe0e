// Numbers, doses and lists are written as people read them.

import { expect, test } from "vitest";
import { countText, doseText, fixedText, lengthText, listText, numberText, sentenceText } from "./format.ts";

test.each([
  [1000, "1\u202f000"],
  [461213.4, "461\u202f000"],
  [1e6, "10⁶"],
  [2.5e7, "2.5\u00a0×\u00a010⁷"],
  [0.5, "0.5"],
  [23.4, "23"],
])("a dose of %s photons reads %s", (dose, text) => expect(doseText(dose)).toBe(text));

test.each([
  [0, "0"],
  [-0.1234, "\u22120.123"],
  [1.5e-5, "1.5\u00a0×\u00a010⁻⁵"],
  [999, "999"],
])("%s reads %s", (value, text) => expect(numberText(value)).toBe(text));

test("fixed decimals keep trailing zeros and never write minus zero", () => {
  expect([fixedText(1.5, 3), fixedText(-0.0001, 2), fixedText(-12345.6, 1)]).toEqual([
    "1.500",
    "0.00",
    "\u221212\u202f345.6",
  ]);
});

test.each([
  [54.61e-9, "54.6\u00a0nm"],
  [1.2e-6, "1.2\u00a0µm"],
  [1e-9, "1\u00a0nm"],
  [2e-11, "20\u00a0pm"],
])("%s m reads %s", (metres, text) => expect(lengthText(metres)).toBe(text));

test("lists and counts are English", () => {
  expect([listText([]), listText(["a"]), listText(["a", "b", "c"])]).toEqual(["", "a", "a, b and c"]);
  expect([countText(1, "frame"), countText(5000, "frame")]).toEqual(["1 frame", "5\u202f000 frames"]);
});

test("a sentence ends once", () => {
  expect([sentenceText("no labels"), sentenceText("Give one."), sentenceText("Why?")]).toEqual([
    "no labels.",
    "Give one.",
    "Why?",
  ]);
});
