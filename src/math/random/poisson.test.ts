// Poisson draws follow their law from 1e-3 to 1e6, and exactly where the mean is small.

import { describe, expect, test } from "vitest";
import { chiSquareDeviate } from "../../../test/support/chi-square.ts";
import { poisson } from "./poisson.ts";
import { createRng } from "./rng.ts";

/** Σ ln i, the plain way: the tests share no special function with the code. */
function logFactorials(to: number): Float64Array {
  const table = new Float64Array(to + 1);
  for (let k = 1; k <= to; k++) table[k] = table[k - 1]! + Math.log(k);
  return table;
}

function draws(lambda: number, count: number, seed = 11): Float64Array {
  const rng = createRng(seed, "noise");
  return Float64Array.from({ length: count }, (_, i) => {
    rng.seek(0, i);
    return poisson(rng, lambda);
  });
}

describe("poisson", () => {
  // λ = 10 and just below it are on the two sides of the change of method.
  test.each([1e-3, 1e-2, 0.1, 1, 3, 9.99, 10, 12, 30, 100, 1000, 1e4, 1e5, 1e6])(
    "has the law of a mean of %d (chi-square)",
    (lambda) => {
      const reach = 8 * Math.sqrt(lambda) + 20;
      const from = Math.max(0, Math.floor(lambda - reach));
      const to = Math.ceil(lambda + reach);
      const table = logFactorials(to);
      const law = (k: number): number => Math.exp(k * Math.log(lambda) - lambda - table[k]!);
      // The seed is fixed; 4 standard deviations is passed once in 30 000 seeds.
      expect(Math.abs(chiSquareDeviate(draws(lambda, 60_000), law, { from, to }))).toBeLessThan(4);
    },
  );

  test.each([1e-3, 0.02, 0.3])(
    "gives 0, 1 and 2 with their exact probabilities at a mean of %d",
    (lambda) => {
      const count = 400_000;
      const values = draws(lambda, count);
      let factorial = 1;
      for (const k of [0, 1, 2]) {
        factorial *= Math.max(1, k);
        const p = (Math.exp(-lambda) * lambda ** k) / factorial;
        const seen = values.filter((v) => v === k).length;
        // Four standard errors of a count, plus one for counts near zero.
        expect(Math.abs(seen - count * p)).toBeLessThan(4 * Math.sqrt(count * p * (1 - p)) + 1);
      }
    },
  );

  test.each([1e9, 1e12])("keeps mean and variance at a mean of %d", (lambda) => {
    const count = 20_000;
    const deviates = draws(lambda, count).map((k) => (k - lambda) / Math.sqrt(lambda));
    const mean = deviates.reduce((sum, z) => sum + z, 0) / count;
    const variance = deviates.reduce((sum, z) => sum + (z - mean) ** 2, 0) / count;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
  });

  test("is 0 at a mean of 0 and takes nothing from the stream", () => {
    const rng = createRng(1, "noise");
    expect(poisson(rng, 0)).toBe(0);
    expect(rng.next()).toBe(createRng(1, "noise").next());
  });

  test("survives the largest uniform number", () => {
    const rng = { ...createRng(1, "noise"), uniform: () => 1 - 2 ** -53 };
    // P(K > 40) at a mean of 5 is 1e-23, far below the grain 1e-16 of a uniform number.
    expect(poisson(rng, 5)).toBeGreaterThan(15);
    expect(poisson(rng, 5)).toBeLessThan(60);
    expect(poisson(rng, 1e-3)).toBeLessThan(8);
  });

  test.each([-1, Number.NaN, Infinity])("refuses a mean of %d", (lambda) => {
    expect(() => poisson(createRng(1, "noise"), lambda)).toThrow(/expected a number from 0/);
  });
});
