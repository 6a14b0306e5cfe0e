// The difference of two arms (or two doses) that met the same seeds and the same tiles. One is declared higher only when the
// interval of the paired difference leaves zero out. A value may be a lower bound (a correlation that never falls below its
// threshold): what is then known of a difference is one end of it, and of two bounds nothing.

import { type Interval, percentileInterval } from "./percentile-interval.ts";

export interface PairedDifference {
  /** First minus second; null when both are lower bounds, whose difference says nothing. */
  readonly difference: number | null;
  /** What `difference` is: the first is a lower bound: `least`; the second is: `most`. */
  readonly bound: "exact" | "least" | "most" | "none";
  /** null: too few seeds and tiles for an interval. An end is infinite where the draws do not bound it. */
  readonly interval: Interval | null;
  readonly verdict: "higher" | "lower" | "undecided";
}

/** A value with its draws; null when there are too few seeds and tiles to draw from. */
export interface Estimate {
  /** Where some seed has a lower bound, its own lower bound. */
  readonly value: number;
  readonly isLowerBound: boolean;
  readonly draws: Draws | null;
}

/** Draw for draw of the same seeds and tiles as whatever it is compared with. */
export interface Draws {
  /** float64 [draws]: the value, or its lower bound. */
  readonly least: Float64Array;
  /** float64 [draws]: the value, or Infinity where it is a lower bound. */
  readonly most: Float64Array;
}

export function pairedDifference(first: Estimate, second: Estimate): PairedDifference {
  const isOpen = first.isLowerBound && second.isLowerBound;
  const bound = isOpen ? "none" : first.isLowerBound ? "least" : second.isLowerBound ? "most" : "exact";
  const difference = isOpen ? null : first.value - second.value;
  if (first.draws === null || second.draws === null)
    return { difference, bound, interval: null, verdict: "undecided" };
  const [a, b] = [first.draws, second.draws];
  const { low } = percentileInterval(a.least.map((value, draw) => value - b.most[draw]!));
  const { high } = percentileInterval(a.most.map((value, draw) => value - b.least[draw]!));
  const verdict = low > 0 ? "higher" : high < 0 ? "lower" : "undecided";
  return { difference, bound, interval: { low, high }, verdict };
}

/** The same difference the other way round. */
export function turned({ difference, bound, interval, verdict }: PairedDifference): PairedDifference {
  return {
    difference: difference === null ? null : -difference,
    bound: bound === "least" ? "most" : bound === "most" ? "least" : bound,
    interval: interval === null ? null : { low: -interval.high, high: -interval.low },
    verdict: verdict === "higher" ? "lower" : verdict === "lower" ? "higher" : "undecided",
  };
}

/** The interval of a value itself, or null without draws. Its upper end is infinite where draws are lower bounds. */
export function intervalOf({ draws }: Estimate): Interval | null {
  if (draws === null) return null;
  return { low: percentileInterval(draws.least).low, high: percentileInterval(draws.most).high };
}
