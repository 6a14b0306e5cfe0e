// Half precision: widening is exact, narrowing rounds as IEEE 754 says.

import { describe, expect, test } from "vitest";
import { halfToNumber, widenHalves } from "./float16.ts";

describe("halves", () => {
  // Bit patterns and values of the IEEE 754-2019 binary16 format.
  test.each([
    ["one", 0x3c00, 1],
    ["minus two", 0xc000, -2],
    ["the largest", 0x7bff, 65504],
    ["the smallest normal", 0x0400, 2 ** -14],
    ["the smallest subnormal", 0x0001, 2 ** -24],
    ["infinity", 0x7c00, Infinity],
    ["minus infinity", 0xfc00, -Infinity],
    ["minus zero", 0x8000, -0],
    ["a third, rounded", 0x3555, 0.333251953125],
  ])("%s has its value", (_name, bits, value) => {
    expect(halfToNumber(bits)).toBe(value);
  });

  test("a NaN stays a NaN", () => {
    expect(halfToNumber(0x7e00)).toBeNaN();
  });

  test("widening keeps the order and is exact in float32", () => {
    expect([...widenHalves(Uint16Array.of(0x3c00, 0x3555, 0x0001))]).toEqual([1, 0.333251953125, 2 ** -24]);
  });
});
