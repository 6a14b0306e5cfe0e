// Binomial deviates, exact in law: inversion when n·p is below 10, transformed rejection (BTRS) from there on.
//   P(k) = n! / (k! (n−k)!) p^k q^{n−k},  q = 1 − p
// Hörmann, "The generation of binomial random variates", J. Stat. Comput. Simul. 46, 101 (1993).
// doi:10.1080/00949659308811496
// Thinning a Poisson count with it leaves a Poisson count, and what is taken off is an independent one.

import { DoselapError } from "../../errors.ts";
import { logFactorial } from "../log-gamma.ts";
import type { Rng } from "./rng.ts";

/** How many of `n` events, each kept with probability `p`, are kept. @throws Range for n no whole number or p outside [0, 1]. */
export function binomial(rng: Rng, n: number, p: number): number {
  if (!(Number.isSafeInteger(n) && n >= 0)) {
    throw new DoselapError("Range", "a binomial needs a number of events", {
      key: "n",
      expected: "a whole number of at least 0",
      got: String(n),
    });
  }
  if (!(p >= 0 && p <= 1)) {
    throw new DoselapError("Range", "a binomial needs a probability", {
      key: "p",
      expected: "a number in [0, 1]",
      got: String(p),
    });
  }
  if (n === 0 || p === 0) return 0;
  if (p === 1) return n;
  return p <= 0.5 ? rarer(rng, n, p) : n - rarer(rng, n, 1 - p);
}

function rarer(rng: Rng, n: number, p: number): number {
  return n * p < 10 ? inversion(rng, n, p) : transformedRejection(rng, n, p);
}

/** Adds up P(0), P(1), … until a uniform number is passed. */
function inversion(rng: Rng, n: number, p: number): number {
  const u = rng.uniform();
  const odds = p / (1 - p);
  let probability = Math.exp(n * Math.log1p(-p));
  let sum = probability;
  let k = 0;
  // The terms left out at the end are below the grain of u, 2^-53.
  while (u >= sum && k < n && (k < n * p || probability > 1e-17)) {
    probability *= (odds * (n - k)) / (k + 1);
    sum += probability;
    k++;
  }
  return k;
}

function transformedRejection(rng: Rng, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const mode = Math.floor((n + 1) * p);
  const logOdds = Math.log(p / (1 - p));
  const logAtMode = logFactorial(mode) + logFactorial(n - mode);
  for (;;) {
    const u = rng.uniform() - 0.5;
    const v = 1 - rng.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + centre);
    if (k < 0 || k > n) continue;
    if (us >= 0.07 && v <= squeeze) return k;
    const bound = logAtMode - logFactorial(k) - logFactorial(n - k) + (k - mode) * logOdds;
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}
