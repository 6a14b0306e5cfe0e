// Break points and intervals as people read them. An end outside the levels tested is said in words.

import type { BreakLevel, BreakPoint } from "../study/statistics/break-point.ts";
import type { Interval } from "../study/statistics/percentile-interval.ts";

/** "0.380 to 0.420"; one number when both ends read alike. */
export function intervalText({ low, high }: Interval, format: (value: number) => string): string {
  const [from, to] = [format(low), format(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** "2 400", "≤ 1 000" for what is kept at the lowest level tested, "> 100 000" for what is lost at the highest. */
export function breakLevelSign({ kind, level }: BreakLevel, format: (value: number) => string): string {
  return `${kind === "below" ? "≤\u00a0" : kind === "above" ? ">\u00a0" : ""}${format(level)}`;
}

/** "1 900 to 3 000", "≤ 1 000 to 3 000"; empty without an interval, or when every draw says the same as the point. */
export function breakIntervalText(
  { point, interval }: BreakPoint,
  format: (value: number) => string,
): string {
  if (interval === null) return "";
  const { low, high } = interval;
  const [from, to] = [breakLevelSign(low, format), breakLevelSign(high, format)];
  if (from !== to) return `${from} to ${to}`;
  return low.kind === point.kind ? "" : from;
}
