// Counts the values of an array that break a rule, piece by piece, and says how many there are and where the first is.

import { shapeText } from "../array/ndarray.ts";
import type { NumberArray } from "../array/cast.ts";

export interface BadValues {
  /** Takes in the next values, in the array's order. */
  add(values: NumberArray): void;
  /** "3 of 4096 values, first -1 at index (0, 3, 5)"; undefined when there is none. */
  found(): string | undefined;
}

/** @param parts numbers per element: 2 for complex ones. */
export function countBad(
  shape: readonly number[],
  parts: 1 | 2,
  isBad: (value: number) => boolean,
): BadValues {
  let seen = 0;
  let count = 0;
  let first = { at: 0, value: 0 };
  return {
    add(values) {
      for (let i = 0; i < values.length; i++) {
        if (!isBad(values[i]!)) continue;
        if (count++ === 0) first = { at: seen + i, value: values[i]! };
      }
      seen += values.length;
    },
    found() {
      if (count === 0) return undefined;
      const index: number[] = [];
      let rest = Math.floor(first.at / parts);
      for (const n of [...shape].reverse()) {
        index.unshift(rest % n);
        rest = Math.floor(rest / n);
      }
      return `${count} of ${seen} values, first ${first.value} at ${shapeText(index)}`;
    },
  };
}

export const isNotFinite = (value: number): boolean => !Number.isFinite(value);
export const isNegative = (value: number): boolean => value < 0;

/** Kernels keep counts as float32. */
export const largestCount = (2 - 2 ** -23) * 2 ** 127;

/** Finite values of frames whose counts are beyond that: √counts, or counts. */
export const isTooLarge = {
  amplitude: (value: number): boolean => Number.isFinite(value) && value * value > largestCount,
  counts: (value: number): boolean => Number.isFinite(value) && value > largestCount,
} as const;
