// The eight ways in which the axes of a scan can lie against those of the detector: x and y swapped or not, each of them reversed
// or not. Numbered by their bits: 4 = swapped (first), 2 = y reversed, 1 = x reversed.

import { DoselapError } from "../errors.ts";

export interface Orientation {
  readonly swapped: boolean;
  readonly xReversed: boolean;
  readonly yReversed: boolean;
}

export const orientationCount = 8;

/** @throws Range for a number that is none. */
function orientationOf(number: number): Orientation {
  if (!Number.isInteger(number) || number < 0 || number >= orientationCount) {
    throw new DoselapError("Range", "no such orientation", {
      key: "--orientation",
      expected: "0 to 7: 4 = x and y swapped, 2 = y reversed, 1 = x reversed, added up",
      got: String(number),
    });
  }
  return { swapped: (number & 4) !== 0, yReversed: (number & 2) !== 0, xReversed: (number & 1) !== 0 };
}

/** "as they are", "x and y swapped, x reversed". */
export function orientationText(number: number): string {
  const { swapped, xReversed, yReversed } = orientationOf(number);
  const words = [
    swapped ? "x and y swapped" : undefined,
    xReversed ? "x reversed" : undefined,
    yReversed ? "y reversed" : undefined,
  ].filter((word) => word !== undefined);
  return words.length === 0 ? "as they are" : words.join(", ");
}

/** Positions turned into an orientation. */
export function orient(
  { x, y }: { readonly x: Float64Array; readonly y: Float64Array },
  number: number,
): { x: Float64Array; y: Float64Array } {
  const { swapped, xReversed, yReversed } = orientationOf(number);
  const [a, b] = swapped ? [y, x] : [x, y];
  return {
    x: a.map((value) => (xReversed ? -value : value)),
    y: b.map((value) => (yReversed ? -value : value)),
  };
}
