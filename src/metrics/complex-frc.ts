// FRC of complex images themselves, real part: for two halves of one data set, where no truth exists.
// Window, mean removal, rings and thresholds are those of frc.ts. What kind of comparison it is (two halves, a reference),
// the caller says: a crossing between halves is not one against the truth.
// Both images must be in the same gauge already: a phase offset or ramp between them lowers every ring (gauge.ts).

import type { ComplexImage } from "../array/ndarray.ts";
import { frc, type FrcReport } from "./frc.ts";
import { checkFinite } from "./finite.ts";
import { countPixels, type PixelMask } from "./mask.ts";

/** Complex64 [h, w] each; options as of {@link frc}; `n` is the number of pixels compared. @throws Shape when shapes differ, Range for a
 * non-finite pixel or an empty mask. */
export function complexFrc(
  a: ComplexImage,
  b: ComplexImage,
  options: { mask?: PixelMask | undefined; leastPixels?: number | undefined } = {},
): FrcReport & { readonly n: number } {
  checkFinite(a, "first image");
  checkFinite(b, "second image");
  return { ...frc(a, b, options), n: countPixels(b, options.mask) };
}
