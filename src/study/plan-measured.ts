// The plan of a measured study: positions are dropped here as they will be, to count frames and measure overlap.

import { takePositions, type Positions } from "../array/scan.ts";
import { DoselapError, isDoselapError } from "../errors.ts";
import { commonWindow } from "./comparison/window.ts";
import { dropPositions } from "../optics/drop.ts";
import { measureProbeDiameter } from "../optics/probe-diameter.ts";
import type { MeasuredDesign } from "./design/schema.ts";
import type { MeasuredSource } from "./measured-source.ts";
import { assemble, checkGroups, geometryOf, makeCells, type Setting } from "./plan-assemble.ts";
import { checkTraining } from "./plan-training.ts";
import type { PlannedView, StudyPlan } from "./plan-types.ts";

/** A view that the scan cannot give is left out with a warning, for what a user's scan holds is no fault of the design.
 * @throws Design when it can give none. */
export function planMeasured(design: MeasuredDesign, source: MeasuredSource): StudyPlan {
  const probeDiameterPx = measureProbeDiameter(source.probe, design.probeDiameter);
  const setting: Setting = {
    sizePx: source.size,
    probeModes: source.probe.modes,
    objectHeightPx: source.objectHeight,
    objectWidthPx: source.objectWidth,
    probeDiameterPx,
    pixelSizeM: source.pixelSizeM,
  };
  const views: PlannedView[] = [];
  const leftOut: string[] = [];
  for (const [view, { gridsize, overlap }] of Object.entries(design.views)) {
    try {
      const kept = keptPositions(source.positions, {
        diameterPx: probeDiameterPx,
        overlap,
        seed: design.seeds.simulation,
      });
      const geometry = geometryOf(kept, probeDiameterPx);
      const frames = { framesTrain: geometry.frames, framesTest: geometry.frames, framesDropped: 0 };
      const planned = { view, gridsize, overlapAsked: overlap, stepPx: null, ...frames, ...geometry };
      checkGroups(design, planned);
      views.push(planned);
    } catch (cause) {
      if (!isDoselapError(cause, "Range", "Design")) throw cause;
      leftOut.push(`View ${view} is left out: ${cause.message}`);
    }
  }
  if (views.length === 0) {
    throw new DoselapError("Design", `the scan can give none of the views. ${leftOut.join(". ")}`, {
      key: "views",
    });
  }
  for (const view of views) checkTraining(design, view);
  const cells = makeCells(design, views, design.doseFractions.length, ({ areaPerFramePx }, doseIndex) => {
    const dose = source.meanCounts * design.doseFractions[doseIndex]!;
    return { dose, fluence: dose / areaPerFramePx };
  });
  const windows = Array.from({ length: design.replicates }, (_, replicate) => {
    const options = { diameterPx: probeDiameterPx, seed: design.seeds.simulation + replicate };
    return commonWindow(
      views.map(({ overlapAsked }) => keptPositions(source.positions, { ...options, overlap: overlapAsked })),
    );
  });
  const plan = assemble(design, setting, views, cells, { split: null, windows });
  return { ...plan, warnings: [...leftOut, ...plan.warnings] };
}

/** The positions that thinning to this overlap keeps; all of them for null. */
function keptPositions(
  positions: Positions,
  {
    overlap,
    ...options
  }: { readonly overlap: number | null; readonly diameterPx: number; readonly seed: number },
): Positions {
  return overlap === null
    ? positions
    : takePositions(positions, dropPositions(positions, { ...options, overlap }));
}
