// JSON from files: any depth that our files have, none that would exhaust the stack of whatever walks through it.

import { expect, test } from "vitest";
import { parseJson } from "./json.ts";

const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

test("64 levels are read and 65 are not, whatever stands beside them", () => {
  expect(JSON.stringify(parseJson(nested(64)))).toBe(nested(64));
  expect(() => parseJson(nested(66))).toThrow(SyntaxError);
  expect(() => parseJson(`{"a": 1, "b": ${nested(20_000)}, "c": 2}`)).toThrow(/nested more than 64 levels/u);
});

test("other texts are what JSON says", () => {
  expect(parseJson(' {"a": [1, null, "x"], "__proto__": {"b": 2}} ')).toEqual(
    JSON.parse('{"a": [1, null, "x"], "__proto__": {"b": 2}}'),
  );
  expect(() => parseJson('{"a": 1')).toThrow(SyntaxError);
});
