// Where no start object is given: a flat one as bright as the frames are.
//   amplitude = √( Σ_j (n_j − b_j) / Σ_j s_j E ),   E = Σ over measured pixels of Σ_m |Ψ_m|² of a flat object of amplitude 1
// Light is kept on the way to the detector, so this is the root of the sample's mean transmission. Engines whose step is the
// same everywhere (ePIE) never reach dim rims of the probe: from amplitude 1 the rims of an absorbing sample stayed there
// [ENGINE-042].

import { powerOf } from "./constraints/probe.ts";
import { measuredPixels } from "./counts.ts";
import { flatLight } from "./flat-light.ts";
import type { Problem } from "./problem.ts";
import type { ScanRun } from "./scan-run.ts";

/** Fills the run's object, unless the problem gives one. */
export function fillStartObject(run: ScanRun): void {
  if (run.problem.object !== undefined) return;
  const amplitude = startAmplitude(run);
  const { object } = run.views;
  for (let i = 0; i < object.length; i += 2) object[i] = amplitude;
}

/** From the frames that are fitted. 1 where none of them is free of saturated pixels, which hide the light that would tell, or
 * where background is all there is. */
export function startAmplitude({
  problem,
  training,
  validPixels,
  frameCounts,
  frameBackground,
}: Pick<ScanRun, "problem" | "training" | "validPixels" | "frameCounts" | "frameBackground">): number {
  const { mask, scales, size } = problem;
  const measured = measuredPixels(size, mask);
  let [found, flat] = [0, 0];
  const expected = measuredLight(problem);
  for (const j of training) {
    if (validPixels[j] !== measured) continue;
    found += frameCounts[j]! - frameBackground[j]!;
    flat += (scales?.[j] ?? 1) * expected;
  }
  return found > 0 && flat > 0 ? Math.sqrt(found / flat) : 1;
}

/** E. */
function measuredLight(problem: Problem): number {
  const { probe, mask } = problem;
  if (mask === undefined) return powerOf(probe);
  return flatLight(problem).reduce((sum, value, i) => (mask[i] === 0 ? sum + value : sum), 0);
}
