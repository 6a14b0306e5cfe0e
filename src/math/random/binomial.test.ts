// Binomial draws follow their law, and thin a Poisson count into two independent Poisson counts.

import { describe, expect, test } from "vitest";
import { chiSquareDeviate } from "../../../test/support/chi-square.ts";
import { binomial } from "./binomial.ts";
import { poisson } from "./poisson.ts";
import { createRng } from "./rng.ts";

function logFactorials(to: number): Float64Array {
  const table = new Float64Array(to + 1);
  for (let k = 1; k <= to; k++) table[k] = table[k - 1]! + Math.log(k);
  return table;
}

const poissonLaw = (lambda: number) => {
  const table = logFactorials(2000);
  return (k: number): number => Math.exp(k * Math.log(lambda) - lambda - table[k]!);
};

describe("binomial", () => {
  test.each([
    [1, 0.3],
    [5, 0.5],
    [12, 0.9],
    [40, 0.25],
    [40, 0.2499],
    [100, 0.001],
    [100, 0.5],
    [1000, 0.013],
    [1000, 0.7],
    [100_000, 0.1],
    [3_000_000, 0.25],
  ])("has the law of %i events kept with probability %d (chi-square)", (n, p) => {
    const rng = createRng(4, "thinning");
    const values = Float64Array.from({ length: 60_000 }, (_, i) => {
      rng.seek(1, i);
      return binomial(rng, n, p);
    });
    const table = logFactorials(n);
    const law = (k: number): number =>
      Math.exp(table[n]! - table[k]! - table[n - k]! + k * Math.log(p) + (n - k) * Math.log(1 - p));
    const reach = 8 * Math.sqrt(n * p * (1 - p)) + 20;
    const from = Math.max(0, Math.floor(n * p - reach));
    const to = Math.min(n, Math.ceil(n * p + reach));
    expect(Math.abs(chiSquareDeviate(values, law, { from, to }))).toBeLessThan(4);
  });

  test.each([2, 60])("thins a Poisson count of mean %d into two independent Poisson counts", (lambda) => {
    const count = 60_000;
    const noise = createRng(2, "noise");
    const thinning = createRng(2, "thinning");
    const kept = new Float64Array(count);
    const rest = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      noise.seek(0, i);
      thinning.seek(0, i);
      const n = poisson(noise, lambda);
      kept[i] = binomial(thinning, n, 0.3);
      rest[i] = n - kept[i]!;
    }
    const bounds = { from: 0, to: 400 };
    expect(Math.abs(chiSquareDeviate(kept, poissonLaw(0.3 * lambda), bounds))).toBeLessThan(4);
    expect(Math.abs(chiSquareDeviate(rest, poissonLaw(0.7 * lambda), bounds))).toBeLessThan(4);
    const covariance =
      kept.reduce((sum, k, i) => sum + (k - 0.3 * lambda) * (rest[i]! - 0.7 * lambda), 0) / count;
    // Independent counts: standard error of the covariance is √(0.3λ·0.7λ/count).
    expect(Math.abs(covariance)).toBeLessThan(4 * Math.sqrt((0.21 * lambda ** 2) / count));
  });

  test("keeps nothing at probability 0 and everything at 1", () => {
    const rng = createRng(1, "thinning");
    expect(binomial(rng, 17, 0)).toBe(0);
    expect(binomial(rng, 17, 1)).toBe(17);
    expect(binomial(rng, 0, 0.4)).toBe(0);
  });

  test("survives the largest uniform number", () => {
    const rng = { ...createRng(1, "thinning"), uniform: () => 1 - 2 ** -53 };
    expect(binomial(rng, 3, 0.5)).toBe(3);
    expect(binomial(rng, 1e6, 1e-6)).toBeLessThan(40);
  });

  test.each([
    [-1, 0.5],
    [2.5, 0.5],
    [3, 1.5],
    [3, Number.NaN],
  ])("refuses %d events at probability %d", (n, p) => {
    expect(() => binomial(createRng(1, "thinning"), n, p)).toThrow(/expected a (whole )?number/);
  });
});
