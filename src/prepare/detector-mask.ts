// All bad pixels of a detector: those that are stated, those that it marks itself, saturated ones, a beam stop's shadow, hot and dead
// ones. Pixels that stop at the largest value there is are told, and left: to mask them in all frames for a few would cost more.

import type { RawScan } from "../io/scan/raw-scan.ts";
import { DoselapError } from "../errors.ts";
import { findBadPixels } from "./bad-pixels.ts";
import { findCentre } from "./centre.ts";
import type { Gain } from "./gain.ts";
import { findShadow } from "./shadow.ts";
import type { Survey } from "./survey.ts";

export interface DetectorMask {
  /** uint8 [height, width]. */
  readonly bad: Uint8Array;
  /** How many of which kind, in a sentence. */
  readonly told: string;
  /** What was found and not stated. */
  readonly warnings: readonly string[];
}

/** Counts stop at random; three pixels that stop at the same large value, ten times, do not. */
const [leastClipped, leastPixels, leastTimes] = [200, 3, 10];

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

/** With those that the frames show. @throws Contract when no good pixel has light. */
export function detectorMask(
  survey: Survey,
  stated: Uint8Array,
  {
    gain: { aduPerPhoton, transfer },
    saturation,
    looks,
    nearField,
    dc,
  }: {
    readonly gain: Pick<Gain, "aduPerPhoton" | "transfer">;
    readonly saturation: number | undefined;
    readonly looks: boolean;
    readonly nearField: boolean;
    readonly dc: "center" | "corner" | undefined;
  },
): DetectorMask {
  const bad = stated.slice();
  const add = (isBad: (i: number) => boolean): number => {
    let added = 0;
    for (let i = 0; i < bad.length; i++) {
      if (bad[i] !== 0 || !isBad(i)) continue;
      bad[i] = 1;
      added++;
    }
    return added;
  };
  const marked = add((i) => survey.unmeasured[i] !== 0);
  const saturated = saturation === undefined ? 0 : add((i) => survey.max[i]! >= saturation);
  let [shadowed, hot, dead] = [0, 0, 0];
  if (looks) {
    // Only a far field falls off from its centre.
    if (!nearField) {
      // Once more about the centre that the shadow no longer draws away.
      for (let round = 0; round < 2; round++) {
        const shadow = findShadow(survey, { bad, centre: findCentre(survey, { bad, dc }), aduPerPhoton });
        shadowed += add((i) => shadow[i] !== 0);
      }
    }
    const found = findBadPixels(survey, Math.max(aduPerPhoton, transfer ?? 0), bad);
    [hot, dead] = [found.hot, found.dead];
    add((i) => found.mask[i] !== 0);
  }
  const given = stated.reduce((sum, value) => sum + value, 0);
  const shadowText = shadowed === 0 ? "" : `, ${shadowed} in the shadow of a beam stop`;
  return {
    bad,
    told: `bad pixels: ${given} stated, ${marked} marked by the detector, ${saturated} saturated, ${hot} hot and ${dead} dead found${shadowText}`,
    warnings: saturation === undefined ? clipWarnings(survey, bad) : [],
  };
}

function clipWarnings({ max, atMax, variance }: Survey, bad: Uint8Array): string[] {
  let top = -Infinity;
  for (let i = 0; i < max.length; i++) if (bad[i] === 0 && max[i]! > top) top = max[i]!;
  let [pixels, times] = [0, 0];
  for (let i = 0; i < max.length; i++) {
    // A pixel that never varies says nothing: a still pattern has as many as it likes.
    if (bad[i] !== 0 || max[i] !== top || variance[i] === 0) continue;
    pixels++;
    times += atMax[i]!;
  }
  if (top < leastClipped || pixels < leastPixels || times < leastTimes) return [];
  return [
    `${pixels} pixels stop at ${top}, the largest value there is, ${times} times together: they look saturated; --saturation ${top} masks them in all frames`,
  ];
}
