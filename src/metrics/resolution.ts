// The resolution of a comparison: where its FRC falls below the criterion that is right for what was compared
// (frc-criterion.ts), as a frequency, as a full period in pixels, and in nanometres where the pixel size is known.
// Beside it the half-bit criterion of the same comparison, which asks for more where a ring has few pixels.

import { findCrossing, type Crossing, type CrossingState } from "./crossing.ts";
import { frcCriteria, type ComparisonKind } from "./frc-criterion.ts";
import { halfBitThreshold, informationThreshold } from "./frc-threshold.ts";
import type { FrcCurve } from "./frc.ts";

export interface Reading {
  /** As it is printed: "FRC 0.5". */
  readonly criterion: string;
  readonly crossing: CrossingState;
  /** 0: nothing resolved; null: `never` or `absent`. */
  readonly cyclesPerPx: number | null;
  readonly fullPeriodPx: number | null;
  /** null without a pixel size, too. */
  readonly fullPeriodNm: number | null;
}

export interface Resolution extends Reading {
  readonly comparison: ComparisonKind;
  readonly meaning: string;
  /** Half a bit of information per pixel in the image of all the data. */
  readonly halfBit: Reading;
}

/** Reads the curve. `pixelSizeM`: metres per pixel. `leastPixels`: as in `crossingsOf`. */
export function resolutionOf(
  curve: FrcCurve,
  comparison: ComparisonKind,
  {
    pixelSizeM,
    leastPixels = 0,
  }: { readonly pixelSizeM?: number | undefined; readonly leastPixels?: number | undefined } = {},
): Resolution {
  const { frequency, value, independentPixels } = curve;
  const { threshold, label, meaning } = frcCriteria[comparison];
  const halfBit =
    comparison === "halves"
      ? halfBitThreshold
      : (n: number): number => informationThreshold(comparison, 0.5, n);
  return {
    comparison,
    meaning,
    ...reading(
      label,
      findCrossing(
        frequency,
        value,
        () => threshold,
        (i) => independentPixels[i]! >= leastPixels,
      ),
      pixelSizeM,
    ),
    halfBit: reading(
      "half-bit",
      findCrossing(frequency, value, (i) => halfBit(independentPixels[i]!)),
      pixelSizeM,
    ),
  };
}

/** Full period in nanometres of a frequency in cycles per pixel: the length of one line pair, not half of it. */
export function fullPeriodNm(cyclesPerPx: number, pixelSizeM: number): number {
  return (1e9 * pixelSizeM) / cyclesPerPx;
}

function reading(criterion: string, { state, frequency }: Crossing, pixelSizeM?: number): Reading {
  const resolved = state === "crosses" && frequency !== null && frequency > 0 ? frequency : null;
  return {
    criterion,
    crossing: state,
    cyclesPerPx: frequency,
    fullPeriodPx: resolved === null ? null : 1 / resolved,
    fullPeriodNm: resolved === null || pixelSizeM === undefined ? null : fullPeriodNm(resolved, pixelSizeM),
  };
}
