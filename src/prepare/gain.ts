// Detector units per photon, and the units that stand under them. A counting detector writes whole numbers with a smallest step of
// 1. An integrating one writes multiples, seen as the largest step that nearly all values keep; or photon peaks over an offset
// (photon-peaks.ts); or any number: then variance over mean tells, since Poisson light of g units per photon has variance g · mean
// (photon transfer, Janesick (2007), doi:10.1117/3.725073). A moving pattern adds variance, so that is an upper bound, shown and not
// applied. Never applied in silence.

import { findPhotonPeaks, type PhotonPeaks } from "./photon-peaks.ts";
import type { Survey } from "./survey.ts";

export interface Gain {
  /** Detector units per photon. */
  readonly aduPerPhoton: number;
  /** How far that may be off, units; undefined when it was given, counted, or is not known. */
  readonly doubt: number | undefined;
  /** Units where there is no photon, subtracted from all pixels; 0 when a dark frame is given. */
  readonly offset: number;
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
/** Photons never have less variance than mean. Pixels that do, at some units, stand on an offset. */
const offsetTransfer = 0.5;
const leastOffset = 3;

type Seen = Pick<Survey, "isWhole" | "histogram" | "smallest" | "mean" | "variance" | "frames">;

/** @param given by the user. @param hasDark a dark frame is subtracted already. */
export function findGain(survey: Seen, given?: number, { hasDark = false } = {}): Gain {
  const transfer = transferOf(survey);
  const peaks = findPhotonPeaks(survey.histogram.subarray(0, -1));
  const offset = hasDark ? 0 : offsetOf(peaks);
  const base = { aduPerPhoton: 1, doubt: undefined, offset, isCertain: false, isWhole: false, transfer };
  if (given !== undefined) {
    // Peaks of another spacing are none of the photons'.
    const agrees = peaks !== undefined && Math.abs(peaks.spacing / given - 1) < 0.05;
    const why = `as given (--gain)${agrees ? offsetText(offset) : ""}`;
    return { ...base, aduPerPhoton: given, offset: agrees ? offset : 0, why, isCertain: true, isWhole: true };
  }
  const stepped = ofSteps(survey, { ...base, offset: 0 });
  if (stepped !== undefined) return stepped;
  if (peaks !== undefined) {
    const { spacing, doubt } = rounded(peaks);
    const unknown =
      hasDark || peaks.offset !== undefined ? "" : ", from 0 on, though no dark pixel shows where (--dark)";
    const why = `photon peaks are ${spacing} ± ${doubt} units apart${offsetText(offset)}${unknown}; state another with --gain`;
    return { ...base, aduPerPhoton: spacing, doubt, why, isWhole: true };
  }
  return ofValues(survey, base);
}

/** Less than a quarter of a photon is none. */
function offsetOf(peaks: PhotonPeaks | undefined): number {
  return peaks?.offset === undefined || peaks.offset < peaks.spacing / 4 ? 0 : peaks.offset;
}

function offsetText(offset: number): string {
  return offset === 0 ? "" : `, over an offset of ${offset}, which is subtracted (--dark states another)`;
}

/** To the digits that the doubt leaves. */
function rounded({ spacing, doubt }: PhotonPeaks): { spacing: number; doubt: number } {
  const digits = Math.max(0, 1 - Math.floor(Math.log10(doubt)));
  return { spacing: Number(spacing.toFixed(digits)), doubt: Number(doubt.toPrecision(1)) };
}

/** Whole multiples of some units. */
function ofSteps({ isWhole, histogram }: Seen, base: Omit<Gain, "why">): Gain | undefined {
  const { step, occupied } = stepOf(histogram);
  if (!isWhole || step === 1 || occupied < leastValues) return undefined;
  const why = `nearly all values are multiples of ${step}: ${step} units per photon; state another with --gain`;
  return { ...base, aduPerPhoton: step, why, isWhole: true };
}

/** What cannot be told from steps or peaks. */
function ofValues(survey: Seen, base: Omit<Gain, "why">): Gain {
  const { isWhole, histogram, smallest } = survey;
  const { transfer } = base;
  const noise =
    transfer === undefined
      ? "state the detector's with --gain"
      : `variance over mean says at most about ${transfer.toPrecision(2)} units per photon; state the detector's with --gain`;
  const under = offsetUnder(survey);
  if (under !== undefined) {
    const why = `values stand on an offset of about ${under}, with less noise than photons have: taken as counts nevertheless; state the offset with --dark and the detector's units per photon with --gain`;
    return { ...base, why };
  }
  if (!isWhole) {
    const why = `values are no whole numbers (the smallest is ${smallest.toPrecision(4)}): taken as counts of an unknown unit; ${noise}`;
    return { ...base, why };
  }
  const { occupied } = stepOf(histogram);
  if (occupied < leastValues) {
    const why = `whole numbers, but only ${occupied} different values from 1 to ${histogram.length - 2}: taken as counts; ${noise}`;
    return { ...base, why };
  }
  if (transfer !== undefined && transfer > suspiciousTransfer) {
    const why = `whole numbers with a smallest step of 1: taken as counts, yet they vary more than counts do; ${noise}`;
    return { ...base, why };
  }
  return { ...base, why: "whole numbers with a smallest step of 1: counts", isCertain: true };
}

/** The mean of the darkest twentieth of the pixels, when they are too quiet for photons. */
function offsetUnder({ mean, variance, frames }: Seen): number | undefined {
  if (frames < leastFrames) return undefined;
  const darkest = Array.from(mean.keys())
    .filter((i) => mean[i]! > leastOffset)
    .toSorted((a, b) => mean[a]! - mean[b]!);
  // A pattern that leaves most pixels dark has no offset under them.
  if (darkest.length < 0.9 * mean.length) return undefined;
  const some = darkest.slice(0, Math.max(1, darkest.length / 20));
  const average = (values: Float64Array): number =>
    some.reduce((sum, i) => sum + values[i]!, 0) / some.length;
  return average(variance) < offsetTransfer * average(mean) ? Math.round(average(mean)) : undefined;
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
