// Options that are fine for an engine but not for the scan at hand: found before any work [ENGINE-054].

import { DoselapError } from "../errors.ts";
import { heldOutCount } from "./held-out.ts";
import type { CommonOptions } from "./options.ts";
import type { Problem } from "./problem.ts";

type Scan = Pick<Problem, "frames" | "heldOut" | "transfer">;

/** @throws Design for a probe to be centred in the near field, for a fraction of the frames that holds out none, and for "auto" without any. */
export function checkOptions(name: string, options: CommonOptions, scan: Scan): void {
  const { heldOutFraction, prior, priorWeight } = options;
  const { frames, heldOut } = scan;
  if (scan.transfer !== undefined && options.centerProbe === true) {
    throw new DoselapError("Design", "a near-field probe cannot be centred: the image moves with it", {
      key: `engines.${name}.centerProbe`,
      expected: "false for a near-field scan",
      got: "true",
      finding: "ENGINE-056",
      hint: "Leave it out: in the near field the frames fix where the probe is.",
    });
  }
  if (heldOut === undefined) {
    if (heldOutFraction > 0 && heldOutCount(scan, heldOutFraction) === 0) {
      throw tooSmall(name, heldOutFraction, frames);
    }
  } else if (heldOut.length === 0 && prior !== "none" && priorWeight === "auto") {
    throw new DoselapError("Design", '"auto" chooses by held-out frames, and the list of them is empty', {
      key: `engines.${name}.priorWeight`,
      hint: "Name frames to hold out, or give a weight as a number.",
    });
  }
}

function tooSmall(name: string, fraction: number, frames: number): DoselapError {
  return new DoselapError("Design", "this fraction of the frames is less than one frame", {
    key: `engines.${name}.heldOutFraction`,
    expected: frames < 2 ? `0 for a scan of ${frames} frame` : `0, or at least ${smallest(frames)}`,
    got: `${fraction} of ${frames} frames`,
    hint: "Give a larger fraction, or none to fit every frame.",
  });
}

/** The least fraction of three digits that is a frame. */
function smallest(frames: number): number {
  const digits = 10 ** (2 + Math.ceil(Math.log10(frames)));
  return Math.ceil(digits / frames) / digits;
}
