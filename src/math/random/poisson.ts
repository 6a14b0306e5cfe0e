// Poisson deviates, exact in law: inversion below a mean of 10, transformed rejection (PTRS) from there on.
//   P(k) = e^{−λ} λ^k / k!
// Hörmann, "The transformed rejection method for generating Poisson random variables",
// Insurance: Mathematics and Economics 12, 39 (1993). doi:10.1016/0167-6687(93)90997-4

import { DoselapError } from "../../errors.ts";
import { stirlingRest } from "../log-gamma.ts";
import type { Rng } from "./rng.ts";

/** Beyond this the whole numbers of float64 begin to have gaps. */
const largestMean = 1e15;

/** A count with mean `lambda`. Draws nothing for 0. @throws Range when lambda is negative, NaN or above 1e15. */
export function poisson(rng: Rng, lambda: number): number {
  if (!(lambda >= 0 && lambda <= largestMean)) {
    throw new DoselapError("Range", "a Poisson mean is out of range", {
      expected: `a number from 0 to ${largestMean}`,
      got: String(lambda),
    });
  }
  if (lambda === 0) return 0;
  return lambda < 10 ? inversion(rng, lambda) : transformedRejection(rng, lambda);
}

/** Adds up P(0), P(1), … until a uniform number is passed. */
function inversion(rng: Rng, lambda: number): number {
  const u = rng.uniform();
  let probability = Math.exp(-lambda);
  let sum = probability;
  let k = 0;
  // The terms left out at the end are below the grain of u, 2^-53.
  while (u >= sum && (k < lambda || probability > 1e-17)) {
    k++;
    probability *= lambda / k;
    sum += probability;
  }
  return k;
}

function transformedRejection(rng: Rng, lambda: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(lambda);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = rng.uniform() - 0.5;
    const v = 1 - rng.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + lambda + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= logProbability(k, lambda)) return k;
  }
}

/** ln P(k), written around k so that nothing cancels when λ is large. */
function logProbability(k: number, lambda: number): number {
  if (k === 0) return -lambda;
  const d = (lambda - k) / k;
  return k * (Math.log1p(d) - d) - 0.5 * Math.log(2 * Math.PI * k) - stirlingRest(k);
}
