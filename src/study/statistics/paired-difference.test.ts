// A difference is declared only when the interval of the pairs leaves zero out: pairs see what means alone hide.

import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng, normal } from "../../math/random/rng.ts";
import { type Estimate, intervalOf, pairedDifference, turned } from "./paired-difference.ts";

const estimate = (value: number, draws: readonly number[] | null): Estimate => ({
  value,
  isLowerBound: false,
  draws: draws === null ? null : { least: Float64Array.from(draws), most: Float64Array.from(draws) },
});

test("two arms that share a wide scatter differ clearly when each pair differs by the same", () => {
  const rng = createRng(4, "noise");
  const shared = Array.from({ length: 500 }, () => normal(rng));
  const first = estimate(
    0.1,
    shared.map((x) => x + 0.1),
  );
  const paired = pairedDifference(first, estimate(0, shared));
  expect(paired.verdict).toBe("higher");
  expect(paired.interval!.low).toBeCloseTo(0.1, 12);
  const shuffled = estimate(0, shared.toReversed());
  expect(pairedDifference(first, shuffled).verdict).toBe("undecided");
});

test("an interval that touches zero decides nothing", () => {
  expect(pairedDifference(estimate(1, [0, 1, 2]), estimate(0, [0, 0, 0])).verdict).toBe("undecided");
});

test("without draws there is a difference and no interval", () => {
  expect(pairedDifference(estimate(3, null), estimate(1, [1]))).toEqual({
    difference: 2,
    bound: "exact",
    interval: null,
    verdict: "undecided",
  });
  expect(intervalOf(estimate(3, null))).toBeNull();
});

test("exchanging the two turns the sign of everything", () => {
  const draws = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 40, maxLength: 40 });
  const opposite = { higher: "lower", lower: "higher", undecided: "undecided" };
  fc.assert(
    fc.property(draws, draws, (a, b) => {
      const [first, second] = [estimate(1, a), estimate(2, b)];
      const [ab, ba] = [pairedDifference(first, second), pairedDifference(second, first)];
      expect(ba.difference).toBe(-ab.difference!);
      expect(ba.interval!.low).toBeCloseTo(-ab.interval!.high, 12);
      expect(ba.verdict).toBe(opposite[ab.verdict]);
    }),
  );
});

test("a lower bound is known to one side: it may be called higher, never lower, and two of them nothing", () => {
  const bound: Estimate = {
    value: 0.5,
    isLowerBound: true,
    draws: { least: Float64Array.of(0.5, 0.5, 0.5), most: Float64Array.of(Infinity, Infinity, Infinity) },
  };
  expect(intervalOf(bound)).toEqual({ low: 0.5, high: Infinity });
  const lower = pairedDifference(bound, estimate(0.25, [0.25, 0.25, 0.25]));
  expect(lower).toEqual({
    difference: 0.25,
    bound: "least",
    interval: { low: 0.25, high: Infinity },
    verdict: "higher",
  });
  expect(turned(lower)).toEqual(pairedDifference(estimate(0.25, [0.25, 0.25, 0.25]), bound));
  const higher = pairedDifference(bound, estimate(0.75, [0.75, 0.75, 0.75]));
  expect(higher).toMatchObject({ bound: "least", verdict: "undecided" });
  expect(pairedDifference(bound, bound)).toEqual({
    difference: null,
    bound: "none",
    interval: { low: -Infinity, high: Infinity },
    verdict: "undecided",
  });
});
