// Logarithms of factorials agree with their sum and with published values.

import { expect, test } from "vitest";
import { logFactorial, stirlingRest } from "./log-gamma.ts";

test("logFactorial is the sum of the logarithms", () => {
  let sum = 0;
  for (let k = 1; k <= 2000; k++) {
    sum += Math.log(k);
    // The naive sum itself loses about 1e-16 of itself per term.
    expect(Math.abs(logFactorial(k) - sum)).toBeLessThan(1e-12 * Math.max(1, sum));
  }
  expect(logFactorial(0)).toBe(0);
});

test("logFactorial of a million is the published value", () => {
  // scipy.special.gammaln(1000001) = 12815518.384658169
  expect(logFactorial(1e6)).toBeCloseTo(12815518.384658169, 7);
});

test("the rest of Stirling's formula joins smoothly where the series takes over", () => {
  for (let k = 8; k < 40; k++) {
    // Between its first term and its first two, as an alternating series must be.
    expect(stirlingRest(k)).toBeLessThan(1 / (12 * k));
    expect(stirlingRest(k)).toBeGreaterThan(1 / (12 * k) - 1 / (360 * k ** 3));
  }
});
