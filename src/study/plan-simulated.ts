// The plan of a simulated study: each view's scan is made here once, to count its frames and measure its overlap.

import { DoselapError } from "../errors.ts";
import { commonWindow } from "./comparison/window.ts";
import { stepForOverlap } from "../optics/overlap.ts";
import { measureProbeDiameter } from "../optics/probe-diameter.ts";
import type { SimulatedDesign } from "./design/schema.ts";
import { loadObject, loadProbe } from "./design/sources.ts";
import { assemble, checkGroups, geometryOf, makeCells, type Setting } from "./plan-assemble.ts";
import { checkTraining } from "./plan-training.ts";
import { guardOf, scanOf, type PlannedScan } from "./plan-scan.ts";
import type { PlannedView, StudyPlan } from "./plan-types.ts";

/** @throws Design when a half has too few frames for a group, or the object no room for the guard band. */
export async function planSimulated(design: SimulatedDesign): Promise<StudyPlan> {
  const probe = await loadProbe(design);
  const { height, width } = await objectFrame(design);
  const setting: Setting = {
    sizePx: design.sizePx,
    probeModes: probe.modes,
    objectHeightPx: height,
    objectWidthPx: width,
    probeDiameterPx: measureProbeDiameter(probe, design.probeDiameter),
    pixelSizeM: null,
  };
  checkRoom(design, setting);
  const scans: PlannedScan[] = [];
  const views = Object.entries(design.views).map(([view, { gridsize, overlap }]): PlannedView => {
    const stepPx = stepForOverlap(overlap, setting.probeDiameterPx);
    const scan = scanOf(design, { ...setting, stepPx }, 0);
    scans.push(scan);
    const planned = {
      view,
      gridsize,
      overlapAsked: overlap,
      stepPx,
      framesTrain: scan.split.train.length,
      framesTest: scan.split.test.length,
      framesDropped: scan.split.dropped,
      ...geometryOf(scan.all, setting.probeDiameterPx),
    };
    checkGroups(design, planned);
    checkTraining(design, planned);
    return planned;
  });
  const levels = design.doses ?? design.fluences ?? [];
  const cells = makeCells(design, views, levels.length, ({ areaPerFramePx }, doseIndex) => {
    const level = levels[doseIndex]!;
    return design.doses === null
      ? { dose: level * areaPerFramePx, fluence: level }
      : { dose: level, fluence: level / areaPerFramePx };
  });
  const split = {
    axis: design.split.axis,
    fraction: design.split.fraction,
    linePx: scans[0]!.split.linePx,
    guardPx: guardOf(design),
    leakage: Math.max(...scans.map((scan) => scan.split.leakage)),
  };
  // What is scored is the test half, so the views are compared where all of their test scans have been.
  const windows = Array.from({ length: design.replicates }, (_, replicate) =>
    commonWindow(views.map(({ stepPx }) => scanOf(design, { ...setting, stepPx: stepPx! }, replicate).test)),
  );
  return assemble(design, setting, views, cells, { split, windows });
}

async function objectFrame(design: SimulatedDesign): Promise<{ height: number; width: number }> {
  const { object } = design;
  return object.kind === "phantom" ? { height: object.heightPx, width: object.widthPx } : loadObject(design);
}

/** An object from a file is measured here; a phantom's size was checked with the design. */
function checkRoom(design: SimulatedDesign, { sizePx, objectHeightPx, objectWidthPx }: Setting): void {
  const guardPx = guardOf(design);
  for (const [axis, side] of [
    ["y", objectHeightPx],
    ["x", objectWidthPx],
  ] as const) {
    const least = sizePx + 1 + (axis === design.split.axis ? guardPx : 0);
    if (side >= least) continue;
    throw new DoselapError("Design", "the object is too small for the frames and the guard band", {
      key: "object",
      expected: `at least ${least} px along ${axis}`,
      got: `${side} px`,
    });
  }
}
