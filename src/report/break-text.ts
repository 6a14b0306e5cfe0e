// Break points and intervals as people read them. An end outside the levels tested is said in words.

import type { BreakLevel, BreakPoint } from "../study/statistics/break-point.ts";
import type { Interval } from "../study/statistics/percentile-interval.ts";

/** "0.380 to 0.420"; one number when both ends read alike; "0.380 or more" where the draws have no upper end. */
export function intervalText({ low, high }: Interval, format: (value: number) => string): string {
  if (low === -Infinity && high === Infinity) return "not bounded";
  if (high === Infinity) return `${format(low)} or more`;
  if (low === -Infinity) return `${format(high)} or less`;
  const [from, to] = [format(low), format(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** "2 400", "≤ 1 000" for what is kept at the lowest level tested, "> 100 000" for what is lost at the highest. */
function breakLevelSign({ kind, level }: BreakLevel, format: (value: number) => string): string {
  return `${kind === "below" ? "≤\u00a0" : kind === "above" ? ">\u00a0" : ""}${format(level)}`;
}

/** A break point; "≥ 2 400" or "≤ 1 000 at best" against a reference that is a lower bound. */
export function breakPointSign(
  { point, isLowerBound }: Pick<BreakPoint, "point" | "isLowerBound">,
  format: (value: number) => string,
): string {
  const text = breakLevelSign(point, format);
  if (!isLowerBound) return text;
  return point.kind === "at" ? `≥\u00a0${text}` : `${text} at best`;
}

/** "1 900 to 3 000", "≤ 1 000 to 3 000", "all draws" when every draw says the same as the point; empty without an interval. */
export function breakIntervalText(
  { point, interval }: Pick<BreakPoint, "point" | "interval">,
  format: (value: number) => string,
): string {
  if (interval === null) return "";
  const { low, high, agreeing } = interval;
  const [from, to] = [breakLevelSign(low, format), breakLevelSign(high, format)];
  if (from !== to) return `${from} to ${to}`;
  if (low.kind !== point.kind || point.kind === "at") return from;
  return agreeing === 1 ? "all draws" : `${Math.floor(1000 * agreeing) / 10} % of draws`;
}
