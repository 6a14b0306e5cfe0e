// The correlation an FRC has to fall below for each crossing metric, ring by ring.

import { decidingPixels } from "../../metrics/crossing.ts";
import { halfBitThreshold, oneBitThreshold } from "../../metrics/frc-threshold.ts";
import type { FrcCurve } from "../results.ts";

export const crossingMetrics = ["frc50", "frc1over7", "frcHalfBit", "frcOneBit"] as const;
export type CrossingMetric = (typeof crossingMetrics)[number];

export function thresholdUnder(metric: CrossingMetric, curve: FrcCurve, ring: number): number {
  const pixels = pixelsIn(curve, ring);
  switch (metric) {
    case "frc50":
      return 0.5;
    case "frc1over7":
      return 1 / 7;
    case "frcHalfBit":
      return halfBitThreshold(pixels);
    case "frcOneBit":
      return oneBitThreshold(pixels);
    default:
      throw metric satisfies never;
  }
}

/** Under a fixed threshold a ring of few pixels does not decide alone (metrics/crossing.ts). */
export function decides(metric: CrossingMetric, curve: FrcCurve, ring: number): boolean {
  const isFixed = metric === "frc50" || metric === "frc1over7";
  return !isFixed || pixelsIn(curve, ring) >= decidingPixels;
}

/** Without stored ring sizes a ring of radius r counts πr independent pixels. */
export function pixelsIn({ independentPixels }: FrcCurve, ring: number): number {
  return independentPixels?.[ring] ?? Math.PI * (ring + 1);
}
