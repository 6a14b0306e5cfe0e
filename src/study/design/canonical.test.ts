// Canonical JSON against JSON itself, sha256 against FIPS 180-4.

import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, sha256Hex } from "./canonical.ts";

test("keys are sorted by code unit and nothing is spaced", () => {
  expect(canonicalJson({ b: [1, 2.5, -0], a: { é: null, Z: true, z: "x\n" } })).toBe(
    '{"a":{"Z":true,"z":"x\\n","é":null},"b":[1,2.5,0]}',
  );
});

test("numbers are printed as ECMAScript prints them, so 1e3 and 1000 are one design", () => {
  expect(canonicalJson([1e3, 1000, 1e21, 1e-7, 0.1])).toBe("[1000,1000,1e+21,1e-7,0.1]");
});

test("the text is JSON of the same value, whatever the order of keys", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = canonicalJson(value);
      // JSON has no negative zero.
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

test.each([
  ["undefined", { a: undefined }, "$.a"],
  ["NaN", { a: [0, Number.NaN] }, "$.a[1]"],
  ["infinity", Infinity, "$"],
  ["a function", { f: () => 1 }, "$.f"],
  ["a typed array", { x: new Float64Array(2) }, "$.x"],
  ["a bigint", [1n], "$[0]"],
])("%s has no canonical JSON, and the error says where", (_name, value, path) => {
  expect(() => canonicalJson(value)).toThrow(
    expect.objectContaining({ _tag: "Range", context: expect.objectContaining({ key: path }) }),
  );
});

test("sha256 agrees with the test vector of FIPS 180-4", () => {
  expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(sha256Hex(new TextEncoder().encode("abc"))).toBe(sha256Hex("abc"));
});
