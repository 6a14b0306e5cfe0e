// A mask as users write it: numbers, of which any but 0 masks its pixel.

import { DoselapError } from "../errors.ts";

/** Detector pixels that measured nothing, 1 where masked, in the order of the numbers.
 * @throws Contract for NaN, which some write for bad pixels and others for good ones. */
export function maskOf(
  numbers: ArrayLike<number>,
  where: { readonly file: string; readonly key: string },
): Uint8Array {
  const mask = new Uint8Array(numbers.length);
  let unknown = 0;
  for (let i = 0; i < mask.length; i++) {
    if (Number.isNaN(numbers[i])) unknown++;
    mask[i] = numbers[i] === 0 ? 0 : 1;
  }
  if (unknown === 0) return mask;
  throw new DoselapError("Contract", "a mask holds NaN", {
    ...where,
    expected: "0 where a pixel measured, and another number where it did not",
    got: `NaN in ${unknown} of ${mask.length} pixels`,
    hint: "Write 0 or 1 there.",
  });
}
