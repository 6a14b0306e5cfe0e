// The correlation an FRC has to fall below for each crossing metric, ring by ring.

import { halfBitThreshold, oneBitThreshold } from "../../metrics/frc-threshold.ts";
import type { FrcCurve } from "../results.ts";

export const crossingMetrics = ["frc50", "frc1over7", "frcHalfBit", "frcOneBit"] as const;
export type CrossingMetric = (typeof crossingMetrics)[number];

export function thresholdUnder(metric: CrossingMetric, curve: FrcCurve, ring: number): number {
  // Without stored ring sizes a ring of radius r counts πr independent pixels.
  const pixels = curve.independentPixels?.[ring] ?? Math.PI * (ring + 1);
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
