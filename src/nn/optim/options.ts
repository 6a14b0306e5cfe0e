// Checks of the numbers that optimisers and schedules are made with.

import { DoselapError } from "../../errors.ts";

export interface Limits {
  readonly allows: (value: number) => boolean;
  readonly text: string;
}

export const shareBelow1: Limits = {
  allows: (value) => value >= 0 && value < 1,
  text: "at least 0 and below 1",
};
export const above0: Limits = { allows: (value) => value > 0, text: "above 0" };
export const atLeast0: Limits = { allows: (value) => value >= 0, text: "at least 0" };
export const wholeNumber: Limits = {
  allows: (value) => Number.isSafeInteger(value) && value >= 0,
  text: "a whole number of at least 0",
};

/** @throws Range, naming the option. */
export function expectOption(key: string, value: number, { allows, text }: Limits): void {
  if (Number.isFinite(value) && allows(value)) return;
  throw new DoselapError("Range", "not a value of this option", { key, expected: text, got: String(value) });
}
