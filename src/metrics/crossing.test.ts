// A crossing lies between the rings that enclose it; never, below and absent are values of their own.

import { describe, expect, test } from "vitest";
import { findCrossing } from "./crossing.ts";

describe("findCrossing", () => {
  const frequency = [0.1, 0.2, 0.3, 0.4];
  const half = (): number => 0.5;

  function at(value: readonly (number | null)[], threshold: (ring: number) => number = half): number {
    const found = findCrossing(frequency, value, threshold);
    expect(found.state).toBe("crosses");
    return found.frequency!;
  }

  test("is linear between the last ring above and the first below", () => {
    expect(at([0.9, 0.7, 0.2, 0.1])).toBeCloseTo(0.2 + (0.1 * 0.2) / 0.5, 12);
  });

  test("is the first of several", () => {
    expect(at([0.9, 0.4, 0.9, 0.4])).toBeCloseTo(0.18, 12);
  });

  test("is never for a curve that does not fall below, also when it touches the threshold", () => {
    expect(findCrossing(frequency, [0.9, 0.8, 0.5, 0.6], half)).toEqual({ state: "never", frequency: null });
  });

  test("is below, at 0, when the first ring is below already", () => {
    expect(findCrossing(frequency, [0.4, 0.9, 0.9, 0.1], half)).toEqual({ state: "below", frequency: 0 });
    expect(findCrossing(frequency, [null, 0.4, 0.9, 0.1], half)).toEqual({ state: "below", frequency: 0 });
  });

  test("passes over rings without a value, and is absent when none has one", () => {
    expect(at([0.9, null, 0.3, 0.1])).toBeCloseTo(0.1 + (0.2 * 0.4) / 0.6, 12);
    expect(findCrossing(frequency, [null, null, null, null], half)).toEqual({
      state: "absent",
      frequency: null,
    });
    expect(findCrossing([], [], half)).toEqual({ state: "absent", frequency: null });
  });

  test("follows a threshold that varies with the ring", () => {
    // Margins 0.1, 0.05, −0.1: a third of the way from the second ring to the third.
    expect(at([0.9, 0.75, 0.5, 0.1], (ring) => 0.8 - 0.1 * ring)).toBeCloseTo(0.2 + 0.1 / 3, 12);
  });

  describe("where the first two rings do not decide", () => {
    const decides = (ring: number): boolean => ring >= 2;
    const of = (value: readonly (number | null)[]) => findCrossing(frequency, value, half, decides);

    test("a dip among them is passed over when the first that decides is above", () => {
      expect(of([0.2, 0.4, 0.9, 0.4])).toEqual({
        state: "crosses",
        frequency: expect.closeTo(0.38, 12) as number,
      });
      expect(of([0.9, 0.4, 0.9, 0.6])).toEqual({ state: "never", frequency: null });
    });

    test("they count as before when it is below, or when none decides", () => {
      expect(of([0.9, 0.7, 0.2, 0.1]).frequency).toBeCloseTo(0.2 + (0.1 * 0.2) / 0.5, 12);
      expect(of([0.2, 0.7, 0.2, 0.9])).toEqual({ state: "below", frequency: 0 });
      expect(of([0.2, 0.7])).toEqual({ state: "below", frequency: 0 });
      expect(of([null, 0.4, null, 0.9])).toEqual({ state: "never", frequency: null });
    });
  });
});
