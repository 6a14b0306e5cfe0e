// A field of a CSV file is one field again when read, an empty one is nothing, and no text is a formula.

import { expect, test } from "vitest";
import { csvField } from "./csv.ts";

test.each([
  ["plain words", "plain words"],
  ["a, b", '"a, b"'],
  ['he said "no"', '"he said ""no"""'],
  ["two\nlines", '"two\nlines"'],
  ["a\rb", '"a\rb"'],
  [null, ""],
  [undefined, ""],
  [true, "true"],
])("%j is written %j", (value, text) => expect(csvField(value)).toBe(text));

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])("the text %j is no formula", (text) =>
  expect(csvField(text)).toBe(`'${text}`),
);

test("a formula with a comma is both protected and quoted", () =>
  expect(csvField('=HYPERLINK("x", 1)')).toBe('"\'=HYPERLINK(""x"", 1)"'));

test.each([
  [-1.5, "-1.5"],
  [1e-7, "1e-7"],
  [0, "0"],
])("the number %d stays a number", (value, text) => expect(csvField(value)).toBe(text));
