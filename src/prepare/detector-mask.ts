// All bad pixels of a detector: those that are stated, those that it marks itself, saturated ones, and hot and dead ones found.

import type { RawScan } from "../data/measured/raw-scan.ts";
import { DoselapError } from "../errors.ts";
import { findBadPixels } from "./bad-pixels.ts";
import type { Gain } from "./gain.ts";
import type { Survey } from "./survey.ts";

/** Pixels that are bad by the file, the user's mask, or a flat field that is not above 0, uint8 [height, width].
 * @throws Contract for a mask of another size. */
export function statedPixels(
  { file, frames, mask: own }: RawScan,
  { mask, flat }: { readonly mask?: Uint8Array | undefined; readonly flat?: Float64Array | undefined },
): Uint8Array {
  const { height, width } = frames!;
  const bad = new Uint8Array(height * width);
  for (const one of [own, mask, flat?.map((value) => (value > 0 ? 0 : 1))]) {
    if (one === undefined) continue;
    if (one.length !== bad.length) {
      throw new DoselapError("Contract", "a mask does not fit the frames", {
        file,
        key: "mask",
        expected: `${height} × ${width}`,
        got: `${one.length} pixels`,
      });
    }
    one.forEach((value, i) => {
      if (value !== 0) bad[i] = 1;
    });
  }
  return bad;
}

/** With those that the frames show, and a sentence that counts them. */
export function allBadPixels(
  survey: Survey,
  stated: Uint8Array,
  { aduPerPhoton, transfer }: Pick<Gain, "aduPerPhoton" | "transfer">,
  { saturation = Infinity, looks }: { readonly saturation?: number | undefined; readonly looks: boolean },
): { readonly bad: Uint8Array; readonly told: string } {
  const bad = stated.slice();
  let [marked, saturated] = [0, 0];
  for (let i = 0; i < bad.length; i++) {
    if (bad[i] !== 0) continue;
    if (survey.unmeasured[i] !== 0) marked++;
    else if (survey.max[i]! >= saturation) saturated++;
    else continue;
    bad[i] = 1;
  }
  const { mask, hot, dead } = looks
    ? findBadPixels(survey, Math.max(aduPerPhoton, transfer ?? 0), bad)
    : { mask: bad, hot: 0, dead: 0 };
  const given = stated.reduce((sum, value) => sum + value, 0);
  return {
    bad: bad.map((value, i) => value | mask[i]!),
    told: `bad pixels: ${given} stated, ${marked} marked by the detector, ${saturated} saturated, ${hot} hot and ${dead} dead found`,
  };
}
