// What an FRC crossing of null means. A curve that has values and stays above its threshold to the last ring
// resolves everything the pixels can carry: its last frequency is a lower bound. A curve without values (a constant
// image) has no resolution at all. 0 means that the first ring is below the threshold already.

import type { FrcCurve } from "../study/results.ts";
import type { ComparisonKind } from "../metrics/frc-criterion.ts";
import { halfBitThreshold, informationThreshold } from "../metrics/frc-threshold.ts";
import { type CrossingMetric, crossingMetrics, pixelsIn } from "../study/statistics/resolution-threshold.ts";

export function isCrossing(metric: string): metric is CrossingMetric {
  return (crossingMetrics as readonly string[]).includes(metric);
}

/** Last frequency that has a value, for a curve whose crossing is null; null when the curve has no value. */
export function unresolvedLimit(curve: FrcCurve | undefined): number | null {
  return curve?.frequency.findLast((_, ring) => typeof curve.value[ring] === "number") ?? null;
}

/** Correlation at which the image of all the data carries half a bit per pixel, under each ring: the published curve between
 * halves, another one against a truth or what is taken for it (metrics/frc-threshold.ts). */
export function halfBitCurve(curve: FrcCurve, kind: ComparisonKind): { frequency: number; value: number }[] {
  return curve.frequency.map((frequency, ring) => {
    const pixels = pixelsIn(curve, ring);
    const value = kind === "halves" ? halfBitThreshold(pixels) : informationThreshold(kind, 0.5, pixels);
    return { frequency, value };
  });
}
