// The difference of two arms (or two doses) that met the same seeds and the same tiles. One is declared higher only when the
// interval of the paired difference leaves zero out.

import { type Interval, percentileInterval } from "./percentile-interval.ts";

export interface PairedDifference {
  /** First minus second. */
  readonly difference: number;
  /** null: too few seeds and tiles for an interval. */
  readonly interval: Interval | null;
  readonly verdict: "higher" | "lower" | "undecided";
}

/** A value with its draws; null when there are too few seeds and tiles to draw from. */
export interface Estimate {
  readonly value: number;
  /** float64 [draws], draw for draw of the same seeds and tiles as whatever it is compared with. */
  readonly draws: Float64Array | null;
}

export function pairedDifference(first: Estimate, second: Estimate): PairedDifference {
  const difference = first.value - second.value;
  if (first.draws === null || second.draws === null)
    return { difference, interval: null, verdict: "undecided" };
  const other = second.draws;
  const interval = percentileInterval(first.draws.map((value, draw) => value - other[draw]!));
  const verdict = interval.low > 0 ? "higher" : interval.high < 0 ? "lower" : "undecided";
  return { difference, interval, verdict };
}

/** The interval of a value itself, or null without draws. */
export function intervalOf({ draws }: Estimate): Interval | null {
  return draws === null ? null : percentileInterval(draws);
}
