// Detector units per photon. A counting detector writes whole numbers with a smallest step of 1. An integrating one writes
// multiples, seen as the largest step that nearly all values keep, or any number: then variance over mean tells, since Poisson
// light of g units per photon has variance g · mean (photon transfer, Janesick (2007), doi:10.1117/3.725073). A moving pattern adds
// variance, so that is an upper bound, shown and not applied. Never applied in silence.

import type { Survey } from "./survey.ts";

export interface Gain {
  /** Detector units per photon. */
  readonly aduPerPhoton: number;
  /** In words: how it was told, and how far it can be trusted. */
  readonly why: string;
  readonly isCertain: boolean;
  /** Values over this are photons, and whole ones: what an integrating detector adds to them is rounded off. */
  readonly isWhole: boolean;
  /** Variance over mean in the quietest quarter of the pixels that are lit; undefined for fewer than {@link leastFrames}. */
  readonly transfer: number | undefined;
}

/** Fewer occupied values than this tell nothing about steps. */
const leastValues = 3;
/** Share of the values that keep the step: the rest are a few odd pixels. */
const keptShare = 0.99;
/** With fewer frames the variance of a pixel is not known to some ten per cent. */
const leastFrames = 16;
/** Counts of a still pattern have 1; the pattern of a scan moves, and this much more is no counting detector or a strong object. */
const suspiciousTransfer = 3;

type Seen = Pick<Survey, "isWhole" | "histogram" | "smallest" | "mean" | "variance" | "frames">;

/** @param given by the user. */
export function findGain(survey: Seen, given?: number): Gain {
  const transfer = transferOf(survey);
  if (given !== undefined)
    return { aduPerPhoton: given, why: "as given (--gain)", isCertain: true, isWhole: true, transfer };
  const { isWhole, histogram, smallest } = survey;
  const noise =
    transfer === undefined
      ? "state the detector's with --gain"
      : `variance over mean says at most about ${transfer.toPrecision(2)} units per photon; state the detector's with --gain`;
  if (!isWhole) {
    const why = `values are no whole numbers (the smallest is ${smallest.toPrecision(4)}): taken as counts of an unknown unit; ${noise}`;
    return { aduPerPhoton: 1, why, isCertain: false, isWhole: false, transfer };
  }
  const { step, occupied } = stepOf(histogram);
  if (occupied < leastValues) {
    const why = `whole numbers, but only ${occupied} different values from 1 to ${histogram.length - 2}: taken as counts; ${noise}`;
    return { aduPerPhoton: 1, why, isCertain: false, isWhole: false, transfer };
  }
  if (step > 1) {
    const why = `nearly all values are multiples of ${step}: ${step} units per photon; state another with --gain`;
    return { aduPerPhoton: step, why, isCertain: false, isWhole: true, transfer };
  }
  if (transfer !== undefined && transfer > suspiciousTransfer) {
    const why = `whole numbers with a smallest step of 1: taken as counts, yet they vary more than counts do; ${noise}`;
    return { aduPerPhoton: 1, why, isCertain: false, isWhole: false, transfer };
  }
  return {
    aduPerPhoton: 1,
    why: "whole numbers with a smallest step of 1: counts",
    isCertain: true,
    isWhole: false,
    transfer,
  };
}

/** The largest step that nearly all values above 0 keep, and how many different multiples of it there are. */
function stepOf(histogram: Float64Array): { step: number; occupied: number } {
  const end = histogram.length - 1;
  const total = histogram.subarray(1, end).reduce((sum, count) => sum + count, 0);
  for (let step = end - 1; step > 1 && total > 0; step--) {
    let [kept, occupied] = [0, 0];
    for (let value = step; value < end; value += step) {
      kept += histogram[value]!;
      if (histogram[value]! > 0) occupied++;
    }
    if (kept >= keptShare * total && occupied >= leastValues) return { step, occupied };
  }
  return { step: 1, occupied: histogram.subarray(1, end).reduce((sum, count) => sum + Math.sign(count), 0) };
}

function transferOf({ mean, variance, frames }: Seen): number | undefined {
  if (frames < leastFrames) return undefined;
  const ratios = variance.map((value, i) => value / mean[i]!).filter((ratio) => ratio > 0);
  if (ratios.length === 0) return undefined;
  return (ratios.toSorted()[ratios.length >> 2]! * frames) / (frames - 1);
}
