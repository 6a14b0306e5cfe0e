// The plan of a study: its cells, the scan of each view, photons, the job matrix with estimates, and warnings. It refuses only
// what cannot be done at all; what is merely unwise is a warning. Same design, same plan.

import { takePositions, type Positions } from "../array/scan.ts";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";
import { dropPositions } from "../optics/drop.ts";
import { nearestNeighborOverlap, stepForOverlap } from "../optics/overlap.ts";
import { measureProbeDiameter } from "../optics/probe-diameter.ts";
import { cellPath, type Cell } from "./cell.ts";
import { designHash } from "./design/hash.ts";
import type { MeasuredDesign, SimulatedDesign, StudyDesign } from "./design/schema.ts";
import { loadObject, loadProbe } from "./design/sources.ts";
import type { MeasuredSource } from "./measured-source.ts";
import { cellJobs, estimateNotes, studyJob, totalOf, type Estimate, type PlannedJob } from "./plan-estimates.ts";
import { areaPerFrame, guardOf, scanOf, type PlannedScan } from "./plan-scan.ts";
import { planWarnings } from "./plan-warnings.ts";
import { checkGrouping } from "./views/grouping.ts";
import { boundingBox, packingBound } from "./views/overlap-metrics.ts";

export interface PlannedView {
  readonly view: string;
  readonly gridsize: 1 | 2;
  /** null: every measured position is kept. */
  readonly overlapAsked: number | null;
  /** null when the scan is measured. */
  readonly stepPx: number | null;
  /** At nearest-neighbour distance, over the positions of the first replicate. */
  readonly predictedOverlap: number;
  readonly frames: number;
  /** Frames each split holds; both are all frames when the scan is measured. */
  readonly framesTrain: number;
  readonly framesTest: number;
  /** Frames inside the guard band. */
  readonly framesDropped: number;
  /** Share of the frames that would be left if no two probe discs were allowed to meet. */
  readonly packingBound: number;
  /** Bounding box of the positions, px². */
  readonly areaPx: number;
  /** Object area per frame, px²: dose over fluence. */
  readonly areaPerFramePx: number;
}

export interface PlannedSplit {
  readonly axis: "x" | "y";
  readonly fraction: number;
  readonly linePx: number;
  readonly guardPx: number;
  /** Largest over the views: fraction of test frames that see a pixel of the train half. */
  readonly leakage: number;
}

export interface PhotonDensity {
  /** Photons per frame. */
  readonly dose: number;
  readonly view: string;
  readonly perDetectorPx: number;
  /** The fluence. */
  readonly perObjectPx: number;
}

export interface StudyPlan {
  readonly designHash: string;
  readonly name: string;
  readonly kind: StudyDesign["kind"];
  /** By dose, then view, then replicate. */
  readonly cells: readonly Cell[];
  /** N. */
  readonly sizePx: number;
  readonly objectHeightPx: number;
  readonly objectWidthPx: number;
  readonly probeDiameterPx: number;
  readonly probeDiameterDefinition: StudyDesign["probeDiameter"];
  readonly pixelSizeM: number | null;
  readonly views: readonly PlannedView[];
  /** null when the scan is measured. */
  readonly split: PlannedSplit | null;
  readonly photonsPerPx: readonly PhotonDensity[];
  readonly matrix: readonly PlannedJob[];
  readonly totals: Estimate & { readonly jobs: number };
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** Geometry that both kinds of study have. */
interface Setting {
  readonly sizePx: number;
  readonly probeModes: number;
  readonly objectHeightPx: number;
  readonly objectWidthPx: number;
  readonly probeDiameterPx: number;
  readonly pixelSizeM: number | null;
}

/** Plans the study. A measured one needs its scan; a simulated one reads the files its design names.
 * @throws Design for what cannot be done: a split without enough frames for a group, two doses in one folder, …. */
export async function planStudy(design: StudyDesign, source?: MeasuredSource): Promise<StudyPlan> {
  if (design.kind === "simulated") return planSimulated(design);
  if (source === undefined) {
    throw new DoselapError("Design", "a measured study cannot be planned without its scan", {
      key: "input",
      hint: "Name it with --input, or as `input` in the study file.",
    });
  }
  return planMeasured(design, source);
}

/** The positions of one view and replicate of a planned study.
 * @throws Range for a view that the plan does not have. */
export function plannedScan(design: SimulatedDesign, plan: StudyPlan, view: string, replicate: number): PlannedScan {
  const stepPx = plan.views.find((planned) => planned.view === view)?.stepPx;
  if (stepPx === undefined || stepPx === null) {
    throw new DoselapError("Range", `the plan has no scan for view "${view}"`, {
      key: "view",
      expected: plan.views.map((planned) => planned.view).join(", "),
      got: view,
    });
  }
  return scanOf(design, { objectHeightPx: plan.objectHeightPx, objectWidthPx: plan.objectWidthPx, stepPx }, replicate);
}

async function planSimulated(design: SimulatedDesign): Promise<StudyPlan> {
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
  return assemble(design, setting, views, cells, split);
}

function planMeasured(design: MeasuredDesign, source: MeasuredSource): StudyPlan {
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
      const kept = keptPositions(source.positions, { diameterPx: probeDiameterPx, overlap, seed: design.seeds.simulation });
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
    throw new DoselapError("Design", `the scan can give none of the views. ${leftOut.join(". ")}`, { key: "views" });
  }
  const cells = makeCells(design, views, design.doseFractions.length, ({ areaPerFramePx }, doseIndex) => {
    const dose = source.meanCounts * design.doseFractions[doseIndex]!;
    return { dose, fluence: dose / areaPerFramePx };
  });
  const plan = assemble(design, setting, views, cells, null);
  return { ...plan, warnings: [...leftOut, ...plan.warnings] };
}

/** The positions that thinning to this overlap keeps; all of them for null. */
function keptPositions(
  positions: Positions,
  { overlap, ...options }: { readonly overlap: number | null; readonly diameterPx: number; readonly seed: number },
): Positions {
  return overlap === null ? positions : takePositions(positions, dropPositions(positions, { ...options, overlap }));
}

async function objectFrame(design: SimulatedDesign): Promise<{ height: number; width: number }> {
  const { object } = design;
  return object.kind === "phantom" ? { height: object.heightPx, width: object.widthPx } : loadObject(design);
}

/** An object from a file is measured here; a phantom's size was checked with the design. */
function checkRoom(design: SimulatedDesign, { sizePx, objectHeightPx, objectWidthPx }: Setting): void {
  const guardPx = guardOf(design);
  for (const [axis, side] of [["y", objectHeightPx], ["x", objectWidthPx]] as const) {
    const least = sizePx + 1 + (axis === design.split.axis ? guardPx : 0);
    if (side >= least) continue;
    throw new DoselapError("Design", "the object is too small for the frames and the guard band", {
      key: "object",
      expected: `at least ${least} px along ${axis}`,
      got: `${side} px`,
    });
  }
}

function geometryOf(
  positions: Positions,
  probeDiameterPx: number,
): Pick<PlannedView, "frames" | "predictedOverlap" | "packingBound" | "areaPx" | "areaPerFramePx"> {
  const { width, height } = boundingBox(positions);
  return {
    frames: positions.x.length,
    predictedOverlap: nearestNeighborOverlap(positions, probeDiameterPx),
    packingBound: packingBound(positions, probeDiameterPx),
    areaPx: width * height,
    areaPerFramePx: areaPerFrame(positions, probeDiameterPx ** 2),
  };
}

function makeCells(
  design: StudyDesign,
  views: readonly PlannedView[],
  doseCount: number,
  photons: (view: PlannedView, doseIndex: number) => { dose: number; fluence: number },
): Cell[] {
  const cells: Cell[] = [];
  for (let doseIndex = 0; doseIndex < doseCount; doseIndex++) {
    for (const planned of views) {
      for (let replicate = 0; replicate < design.replicates; replicate++) {
        const { view, gridsize, overlapAsked, stepPx } = planned;
        cells.push({
          ...photons(planned, doseIndex),
          doseIndex,
          view,
          gridsize,
          overlap: overlapAsked,
          stepPx,
          replicate,
          seed: design.seeds.simulation + replicate,
        });
      }
    }
  }
  const folders = new Map<string, Cell>();
  for (const cell of cells) {
    const twin = folders.get(cellPath(cell));
    if (twin !== undefined) {
      throw new DoselapError("Design", "two doses differ by less than their folders' names tell", {
        key: design.kind === "measured" ? "doseFractions" : "doses",
        expected: "doses that differ when rounded to whole photons",
        got: `${twin.dose} and ${cell.dose} photons per frame in ${cellPath(cell)}`,
      });
    }
    folders.set(cellPath(cell), cell);
  }
  return cells;
}

function assemble(
  design: StudyDesign,
  setting: Setting,
  views: readonly PlannedView[],
  cells: readonly Cell[],
  split: PlannedSplit | null,
): StudyPlan {
  const { probeModes, ...geometry } = setting;
  const photonsPerPx = cells
    .filter(({ replicate }) => replicate === 0)
    .map(({ dose, view, fluence }) => ({
      dose,
      view,
      perDetectorPx: dose / setting.sizePx ** 2,
      perObjectPx: fluence,
    }));
  const objectPixels = setting.objectHeightPx * setting.objectWidthPx;
  const matrix = [
    studyJob("plan", 500 * cells.length),
    ...cells.flatMap((cell) => {
      const { frames, framesTrain, framesTest } = views.find(({ view }) => view === cell.view)!;
      const size = { sizePx: setting.sizePx, probeModes, objectPixels, frames, framesTrain, framesTest };
      return cellJobs(cell, design, size);
    }),
    studyJob("report", 200_000 * cells.length),
  ];
  const notes = [...estimateNotes];
  if (design.replicates < 3) {
    notes.push(`With ${design.replicates} replicate(s) no spread between seeds can be given; 3 or more give one.`);
  }
  return {
    designHash: designHash(design),
    name: design.name,
    kind: design.kind,
    cells,
    ...geometry,
    probeDiameterDefinition: design.probeDiameter,
    views,
    split,
    photonsPerPx,
    matrix,
    totals: totalOf(matrix),
    notes,
    warnings: planWarnings(design, views, photonsPerPx),
  };
}

/** Grouping would fail in these ways later; all of them are known now. */
function checkGroups({ training, neighborCount, enableOversampling }: StudyDesign, planned: PlannedView): void {
  const { view, gridsize, framesTrain, framesTest } = planned;
  for (const [split, frames] of [["train", framesTrain], ["test", framesTest]] as const) {
    const kept = training.subsampleCount ?? frames;
    try {
      if (kept > frames) {
        throw new DoselapError("Range", "cannot keep more frames than there are", {
          key: "training.subsampleCount",
          expected: `at most ${frames}`,
          got: String(kept),
        });
      }
      checkGrouping(kept, training.groupCount ?? kept, { gridsize, neighborCount, enableOversampling });
    } catch (cause) {
      const text = `no groups can be made in the ${split} split: ${messageOf(cause)}`;
      throw new DoselapError("Design", text, { key: `views.${view}`, cause });
    }
  }
}
