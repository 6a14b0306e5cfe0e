// The percentile interval of a bootstrap: order statistics of the draws, without interpolation, so that a monotone change of
// scale (a logarithm, a censored end at ±∞) changes the interval with it. Efron & Tibshirani, An Introduction to the Bootstrap
// (1993), chapter 13, doi:10.1201/9780429246593.

import { DoselapError } from "../../errors.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Share of the draws inside. */
const intervalLevel = 0.95;

/** The ends that leave (1 − level)/2 of the draws outside on each side. Draws may be infinite, not NaN. @throws Range. */
export function percentileInterval(draws: ArrayLike<number>, level = intervalLevel): Interval {
  const sorted = Float64Array.from(draws).sort();
  if (sorted.length === 0 || Number.isNaN(sorted.at(-1))) {
    throw new DoselapError("Range", "an interval needs draws that are numbers", {
      expected: "at least one draw, none of them NaN",
      got: sorted.length === 0 ? "no draw" : "NaN among the draws",
    });
  }
  // Draws outside on each side; the guard keeps 0.025 · 1000 from becoming 25.000000000000004.
  const outside = Math.floor(((1 - level) / 2) * sorted.length + 1e-9);
  return { low: sorted[outside]!, high: sorted[sorted.length - 1 - outside]! };
}
