// Crossings lie between the rings that enclose them; a curve that never crosses has none; half-bit follows its formula.

import { describe, expect, test } from "vitest";
import { crossing, halfBitThreshold } from "./frc-threshold.ts";

describe("crossing", () => {
  const frequency = [0.1, 0.2, 0.3, 0.4];
  const half = (): number => 0.5;

  test("is linear between the last ring above and the first below", () => {
    expect(crossing(frequency, [0.9, 0.7, 0.2, 0.1], half)).toBeCloseTo(0.2 + (0.1 * 0.2) / 0.5, 12);
  });

  test("is the first of several", () => {
    expect(crossing(frequency, [0.9, 0.4, 0.9, 0.4], half)).toBeCloseTo(0.18, 12);
  });

  test("is null for a curve that never falls below, also when it touches the threshold", () => {
    expect(crossing(frequency, [0.9, 0.8, 0.5, 0.6], half)).toBeNull();
  });

  test("is 0 when the first ring is below already", () => {
    expect(crossing(frequency, [0.4, 0.9, 0.9, 0.1], half)).toBe(0);
  });

  test("passes over rings without a value, and is null when none has one", () => {
    expect(crossing(frequency, [0.9, null, 0.3, 0.1], half)).toBeCloseTo(0.1 + (0.2 * 0.4) / 0.6, 12);
    expect(crossing(frequency, [null, null, null, null], half)).toBeNull();
  });

  test("follows a threshold that varies with the ring", () => {
    const falling = (ring: number): number => 0.8 - 0.1 * ring;
    // Margins 0.1, 0.05, −0.1: a third of the way from the second ring to the third.
    expect(crossing(frequency, [0.9, 0.75, 0.5, 0.1], falling)).toBeCloseTo(0.2 + 0.1 / 3, 12);
  });
});

describe("halfBitThreshold", () => {
  test.each([
    // (0.2071 + 1.9102/√n)/(1.2071 + 0.9102/√n), worked by hand
    [1, 1],
    [4, 1.1622 / 1.6622],
    [16, 0.68465 / 1.43465],
    [10000, 0.226202 / 1.216202],
  ])("for %i pixels is %d", (n, expected) => {
    expect(halfBitThreshold(n)).toBeCloseTo(expected, 10);
  });

  test("tends to the FRC of half a bit per pixel, S/(S + 1) with S = 0.2071", () => {
    expect(halfBitThreshold(1e12)).toBeCloseTo(0.2071 / 1.2071, 5);
  });
});
