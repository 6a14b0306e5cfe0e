// What is fitted for each frame beside object and probe: its position and its intensity.
// A frame that is held out has its own, or a scan that moves or flickers would be scored by what the object cannot know
// [ENGINE-055]: its position takes the same steps towards the object as it is, or the affine map that the fitted frames gave;
// its intensity is Σn/Σλ whenever it is scored. Object and probe never follow it, so that the score stays one of theirs.

import { statIndex, statsPerFrame } from "../compute/scan-memory.ts";
import { taskParam } from "../compute/tasks.ts";
import { movePositions } from "./constraints/positions.ts";
import type { CommonOptions } from "./options.ts";
import type { ScanRun } from "./scan-run.ts";

type PositionOptions = Pick<CommonOptions, "positionStep" | "positionMaxDriftPx" | "positionAffine">;

/** Moves the positions of all frames one step, in place. */
export function correctPositions(
  run: ScanRun,
  { positionStep = 1, positionMaxDriftPx = Infinity, positionAffine = false }: PositionOptions,
): void {
  const { views, shape, training, heldOut, problem } = run;
  for (const frames of [training, heldOut]) {
    run.batches(frames, shape.slots, (_first, count) => {
      views.params[taskParam.waveOfFrame] = 0;
      run.run("correct", count);
      run.run("shiftSums", count);
    });
  }
  const half = shape.size / 2;
  movePositions(views, training, problem.positions, {
    step: positionStep,
    maxDriftPx: positionMaxDriftPx,
    affine: positionAffine,
    limits: { x: [half, shape.objectWidth - half], y: [half, shape.objectHeight - half] },
    heldOut,
  });
}

/** Intensity factors that make each fitted frame's modelled counts the measured ones, their mean 1. */
export function floatIntensities(run: ScanRun): void {
  const { scales } = run.views;
  const { training } = run;
  let mean = 0;
  for (const j of training) {
    // A fifth of the way: object and intensities share their slowest waves, and full steps of both wander along them.
    scales[j] = scales[j]! + 0.2 * (intensityOf(run, j) - scales[j]!);
    mean += scales[j]! / training.length;
  }
  if (!(mean > 0)) return;
  for (const j of training) scales[j] = scales[j]! / mean;
}

/** The factor of each held-out frame that explains its counts best by object and probe as they are. */
export function matchHeldOut(run: ScanRun): void {
  for (const j of run.heldOut) run.views.scales[j] = intensityOf(run, j);
}

/** Σn/Σλ from the stats of the last visit; the factor as it is when there is no light. */
function intensityOf({ views, survey: { frameCounts, frameBackground } }: ScanRun, j: number): number {
  const modelled = views.stats[j * statsPerFrame + statIndex.intensity]!;
  const light = frameCounts[j]! - frameBackground[j]!;
  return modelled > 0 && light > 0 ? light / modelled : views.scales[j]!;
}
