// The background that metadata state, counts per detector pixel: every reader takes it from here, so that none drops what it does
// not understand. (DATA-005)

import { valueText } from "../errors.ts";
import type { Dataset, Metadata } from "./dataset.ts";
import { hasViolations, violationError, type Violation } from "./violation.ts";

const name = "backgroundPhotonsPerPx";

/** Expected counts per pixel; 0 where the metadata state none. @throws Contract for what is no such number. */
export function backgroundOf(metadata: Metadata): number {
  const faults = backgroundFaults(metadata);
  if (hasViolations(faults)) throw violationError(faults);
  return Number(metadata[name] ?? 0);
}

/** Expected counts of a frame that are background. @throws Contract as {@link backgroundOf}. */
export function frameBackgroundOf({ size, metadata }: Pick<Dataset, "size" | "metadata">): number {
  return size ** 2 * backgroundOf(metadata);
}

/** What is wrong with it; nothing when it is a number of at least 0, null, or absent. */
export function backgroundFaults({ [name]: value = null }: Metadata): Violation[] {
  if (value === null || (typeof value === "number" && value >= 0 && value < Infinity)) return [];
  return [
    {
      key: `_metadata.${name}`,
      message: "is no background",
      expected: "counts per pixel, a number of at least 0",
      got: valueText(value),
      finding: "DATA-005",
      hint: "Write the number, or leave the key out where there is no background.",
    },
  ];
}
