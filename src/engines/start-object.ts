// Where no start object is given: one as bright as the frames are, flat but for a slow phase where they tell one (start-phase.ts).
//   amplitude = √( Σ_j (n_j − b_j) / Σ_j s_j E ),   E = Σ over measured pixels of Σ_m |Ψ_m|² of a flat object of amplitude 1
// Light is kept on the way to the detector, so this is the root of the sample's mean transmission. Engines whose step is the
// same everywhere (ePIE) never reach dim rims of the probe: from amplitude 1 the rims of an absorbing sample stayed there
// [ENGINE-042].

import { powerOf } from "./constraints/probe.ts";
import { measuredPixels } from "./counts.ts";
import { flatLight } from "./flat-light.ts";
import type { Problem } from "./problem.ts";
import type { ScanRun } from "./scan-run.ts";
import { startPhase } from "./start-phase.ts";

/** Fills the run's object, unless the problem gives one. */
export function fillStartObject({
  problem,
  training,
  survey,
  views,
}: Pick<ScanRun, "problem" | "training" | "survey" | "views">): void {
  if (problem.object !== undefined) return;
  const amplitude = startAmplitude({ problem, training, survey });
  const phaseAt = startPhase(problem, training, survey, amplitude);
  const { object } = views;
  for (let i = 0; 2 * i < object.length; i++) {
    const x = i % problem.objectWidth;
    const phase = phaseAt?.(x, (i - x) / problem.objectWidth) ?? 0;
    object[2 * i] = amplitude * Math.cos(phase);
    object[2 * i + 1] = amplitude * Math.sin(phase);
  }
}

/** From the frames that are fitted. 1 where they do not tell. */
export function startAmplitude(run: Pick<ScanRun, "problem" | "training" | "survey">): number {
  return Math.sqrt(lightRatio(run, measuredLight(run.problem)) ?? 1);
}

/** Light of frames over what is expected of each. Undefined where none of them is free of saturated pixels, which hide the light
 * that would tell, or where background is all there is. */
export function lightRatio(
  { problem, training, survey }: Pick<ScanRun, "problem" | "training" | "survey">,
  expected: number,
): number | undefined {
  const { validPixels, frameCounts, frameBackground } = survey;
  const { mask, scales, size } = problem;
  const measured = measuredPixels(size, mask);
  let [found, flat] = [0, 0];
  for (const j of training) {
    if (validPixels[j] !== measured) continue;
    found += frameCounts[j]! - frameBackground[j]!;
    flat += (scales?.[j] ?? 1) * expected;
  }
  return found > 0 && flat > 0 ? found / flat : undefined;
}

/** E. */
export function measuredLight(problem: Problem): number {
  const { probe, mask } = problem;
  if (mask === undefined) return powerOf(probe);
  return flatLight(problem).reduce((sum, value, i) => (mask[i] === 0 ? sum + value : sum), 0);
}
