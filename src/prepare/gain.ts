// Detector units per photon. A counting detector writes whole numbers with a smallest step of 1. An integrating one writes a
// multiple: seen as the smallest distance between values that occur, or asked for. Never applied in silence.

import type { Survey } from "./survey.ts";

export interface Gain {
  /** Detector units per photon. */
  readonly aduPerPhoton: number;
  /** In words: how it was told, and how far it can be trusted. */
  readonly why: string;
  readonly isCertain: boolean;
}

/** Fewer occupied values than this tell nothing about steps. */
const leastValues = 4;

/** @param given by the user. */
export function findGain({ isWhole, histogram, smallest }: Survey, given?: number): Gain {
  if (given !== undefined) return { aduPerPhoton: given, why: "as given (--gain)", isCertain: true };
  if (!isWhole) {
    return {
      aduPerPhoton: 1,
      why: `values are no whole numbers (the smallest is ${smallest.toPrecision(4)}): taken as counts of an unknown unit; state the detector's with --gain`,
      isCertain: false,
    };
  }
  const occupied = [...histogram.subarray(1, histogram.length - 1)].flatMap((count, i) =>
    count > 0 ? [i + 1] : [],
  );
  if (occupied.length < leastValues) {
    return {
      aduPerPhoton: 1,
      why: `whole numbers, but only ${occupied.length} different values below 256: taken as counts`,
      isCertain: false,
    };
  }
  const step = occupied.reduce(greatestCommonDivisor);
  if (step === 1)
    return { aduPerPhoton: 1, why: "whole numbers with a smallest step of 1: counts", isCertain: true };
  return {
    aduPerPhoton: step,
    why: `all values are multiples of ${step}: ${step} units per photon`,
    isCertain: false,
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
