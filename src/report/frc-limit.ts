// What an FRC crossing of null means. A curve that has values and stays above its threshold to the last ring
// resolves everything the pixels can carry: its last frequency is a lower bound. A curve without values (a constant
// image) has no resolution at all. 0 means that the first ring is below the threshold already.

import type { FrcCurve } from "../study/results.ts";
import {
  type CrossingMetric,
  crossingMetrics,
  thresholdUnder,
} from "../study/statistics/resolution-threshold.ts";

export function isCrossing(metric: string): metric is CrossingMetric {
  return (crossingMetrics as readonly string[]).includes(metric);
}

/** Last frequency that has a value, for a curve whose crossing is null; null when the curve has no value. */
export function unresolvedLimit(curve: FrcCurve | undefined): number | null {
  return curve?.frequency.findLast((_, ring) => typeof curve.value[ring] === "number") ?? null;
}

/** The half-bit threshold under each ring. */
export function halfBitCurve(curve: FrcCurve): { frequency: number; value: number }[] {
  return curve.frequency.map((frequency, ring) => ({
    frequency,
    value: thresholdUnder("frcHalfBit", curve, ring),
  }));
}
