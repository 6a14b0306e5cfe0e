// Feeds and arrays for outputs that do not fit the model are refused by name, with the shape expected and the one given.

import { describe, expect, test } from "vitest";
import { isDoselapError } from "../../errors.ts";
import { checkFeeds, checkInto } from "./check.ts";
import type { Feeds } from "./runtime.ts";

const shapes = new Map([
  ["a", [2, 3]],
  ["b", [1]],
  ["y", [4]],
]);
const feeds: Feeds = {
  a: { shape: [2, 3], data: new Float32Array(6) },
  b: { shape: [1], data: new Float32Array(1) },
};
const messageOf = (action: () => void): string => {
  try {
    action();
  } catch (error) {
    if (isDoselapError(error, "Shape")) return error.message;
    throw error;
  }
  return "";
};
const feeding = (changed: Feeds) => messageOf(() => checkFeeds(["a", "b"], shapes, changed));
const giving = (into: { [name: string]: Float32Array }) =>
  messageOf(() => checkInto(["y", "b"], shapes, into, feeds));

describe("feeds", () => {
  test("that fit pass", () => expect(feeding(feeds)).toBe(""));
  test("an input without values", () => {
    expect(feeding({ a: feeds["a"]! })).toMatch(/^b: an input is not fed; expected \[1\], got nothing/);
  });
  test("a name that is no input", () => {
    expect(feeding({ ...feeds, c: feeds["b"]! })).toMatch(/^c: .*expected one of a, b, got c/);
  });
  test("the same number of values in another shape", () => {
    const a = { shape: [3, 2], data: new Float32Array(6) };
    expect(feeding({ ...feeds, a })).toMatch(/^a: .*expected \[2, 3\], got \[3, 2\]/);
  });
  test("fewer values than the shape says", () => {
    const a = { shape: [2, 3], data: new Float32Array(5) };
    expect(feeding({ ...feeds, a })).toMatch(/^a: .*expected 6 for \[2, 3\], got 5/);
  });
});

describe("arrays for outputs", () => {
  const memory = new Float32Array(8);
  test("that fit pass, side by side in one memory or apart", () => {
    expect(giving({ y: memory.subarray(0, 4), b: memory.subarray(4, 5) })).toBe("");
  });
  test("a name that is no output", () => {
    expect(giving({ a: new Float32Array(6) })).toMatch(/^a: .*expected one of y, b, got a/);
  });
  test("another length", () => expect(giving({ y: memory })).toMatch(/^y: .*expected 4 for \[4\], got 8/));
  test("memory that another output takes", () => {
    expect(giving({ y: memory.subarray(0, 4), b: memory.subarray(3, 4) })).toMatch(
      /^b: .*memory of its own, got y/,
    );
  });
  test("memory that is fed", () => {
    expect(giving({ y: feeds["a"]!.data.subarray(2) })).toMatch(/^y: .*memory of its own, got a/);
  });
});
