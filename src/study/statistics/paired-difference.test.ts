// A difference is declared only when the interval of the pairs leaves zero out: pairs see what means alone hide.

import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng, normal } from "../../math/random/rng.ts";
import { type Estimate, intervalOf, pairedDifference } from "./paired-difference.ts";

const estimate = (value: number, draws: readonly number[] | null): Estimate => ({
  value,
  draws: draws === null ? null : Float64Array.from(draws),
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
      expect(ba.difference).toBe(-ab.difference);
      expect(ba.interval!.low).toBeCloseTo(-ab.interval!.high, 12);
      expect(ba.verdict).toBe(opposite[ab.verdict]);
    }),
  );
});
