// Learning rates have their closed forms, a plateau looks at whether losses fall alone, and goes on after it was stored.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDoselapError } from "../../errors.ts";
import { constantRate, cosineRate, plateauRate, type PlateauState } from "./schedules.ts";

test("a constant rate is the same at every step", () => {
  const rate = constantRate(3e-4);
  expect([1, 2, 1e6].map(rate)).toEqual([3e-4, 3e-4, 3e-4]);
});

describe("a cosine with warm-up", () => {
  const rate = cosineRate({ highest: 0.8, last: 0.2, warmUpSteps: 4, totalSteps: 24 });
  test("rises in a line", () =>
    expect([1, 2, 3, 4].map(rate)).toEqual([0.2, 0.4, 0.6, 0.8].map((each) => expect.closeTo(each, 14))));
  test("passes the middle half way and a quarter's cosine at a quarter", () => {
    expect(rate(14)).toBeCloseTo(0.5, 14);
    expect(rate(9)).toBeCloseTo(0.5 + 0.3 * Math.SQRT1_2, 14);
  });
  test("ends at the last rate and stays there", () =>
    expect([24, 25, 1000].map(rate)).toEqual([0.2, 0.2, 0.2]));
  test("without warm-up begins near the highest", () => {
    expect(cosineRate({ highest: 1, totalSteps: 2 })(1)).toBeCloseTo(0.5, 14);
  });
});

describe("a plateau", () => {
  const { start, after } = plateauRate({ highest: 1, factor: 0.5, patience: 2, lowest: 0.2 });
  const follow = (losses: readonly number[], from: PlateauState = start): PlateauState[] => {
    const states = [from];
    for (const loss of losses) states.push(after(states.at(-1)!, loss));
    return states.slice(1);
  };
  test("keeps the rate while the loss falls, by whatever little", () => {
    const falling = Array.from({ length: 30 }, (_, epoch) => -2.79 - epoch * 1e-9);
    expect(new Set(follow(falling).map(({ rate }) => rate))).toEqual(new Set([1]));
  });
  test("is the same when a constant is added to every loss: a likelihood is known but for one (NN-018)", () => {
    // Whole numbers: their sums are exact.
    const whole = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
    const near = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(near, whole, (losses, constant) => {
        const rates = (from: readonly number[]): number[] => follow(from).map(({ rate }) => rate);
        expect(rates(losses.map((loss) => loss + constant))).toEqual(rates(losses));
      }),
    );
  });
  test("lowers it with the loss after those tolerated, and begins to wait anew", () => {
    const rates = follow([10, 10, 12, 10.1, 10.5, 10.5, 10.5, 10.5]).map(({ rate }) => rate);
    expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });
  test("does not go below the lowest rate", () => {
    expect(follow(Array.from({ length: 30 }, () => 1)).at(-1)!.rate).toBe(0.2);
  });
  test("stored as JSON goes on where it was", () => {
    const losses = [10, 10.1, 10.2, 10.3, 8, 8, 8, 8];
    for (let broken = 0; broken < losses.length; broken++) {
      const before = follow(losses.slice(0, broken)).at(-1) ?? start;
      const restored = JSON.parse(JSON.stringify(before)) as PlateauState;
      expect(follow(losses.slice(broken), restored).at(-1)).toEqual(follow(losses).at(-1));
    }
  });
  test("refuses a loss that is no number", () => {
    expect(() => after(start, NaN)).toThrow(expect.toSatisfy((error) => isDoselapError(error, "Diverged")));
  });
});

test.each([
  { make: () => constantRate(-1), says: "rate: not a value of this option; expected at least 0, got -1" },
  {
    make: () => cosineRate({ highest: 0, totalSteps: 9 }),
    says: "highest: not a value of this option; expected above 0",
  },
  {
    make: () => cosineRate({ highest: 1, last: 2, totalSteps: 9 }),
    says: "last: not a value of this option; expected from 0 to 1",
  },
  {
    make: () => cosineRate({ highest: 1, warmUpSteps: 9, totalSteps: 9 }),
    says: "above warmUpSteps = 9, got 9",
  },
  {
    make: () => cosineRate({ highest: 1, warmUpSteps: 1.5, totalSteps: 9 }),
    says: "warmUpSteps: not a value",
  },
  { make: () => plateauRate({ highest: 1, patience: -1 }), says: "patience: not a value" },
  { make: () => plateauRate({ highest: 1, patience: 1, factor: 1 }), says: "factor: not a value" },
  { make: () => plateauRate({ highest: 1, patience: 1, lowest: 2 }), says: "lowest: not a value" },
])("a constant outside its range is refused: $says", ({ make, says }) => {
  expect(make).toThrow(says);
});
