// The parts of a plan that both kinds of study share: cells, geometry of a view, groups that can be made, the job matrix.

import type { Positions } from "../array/scan.ts";
import { DoselapError, messageOf } from "../errors.ts";
import { nearestNeighborOverlap } from "../optics/overlap.ts";
import { cellPath, type Cell } from "./cell.ts";
import { designHash } from "./design/hash.ts";
import type { StudyDesign } from "./design/schema.ts";
import { cellJobs, engineVisits, estimateNotes, studyJob, totalOf } from "./plan-estimates.ts";
import { areaPerFrame } from "./plan-scan.ts";
import type { PlannedView, StudyPlan } from "./plan-types.ts";
import { planWarnings } from "./plan-warnings.ts";
import { checkGrouping } from "./views/grouping.ts";
import { boundingBox, packingBound } from "./views/overlap-metrics.ts";

/** Geometry that both kinds of study have. */
export interface Setting {
  readonly sizePx: number;
  readonly probeModes: number;
  readonly objectHeightPx: number;
  readonly objectWidthPx: number;
  readonly probeDiameterPx: number;
  readonly pixelSizeM: number | null;
}

export function geometryOf(
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

export function makeCells(
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

export function assemble(
  design: StudyDesign,
  setting: Setting,
  views: readonly PlannedView[],
  cells: readonly Cell[],
  { split, windows }: Pick<StudyPlan, "split" | "windows">,
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
  const visitsOf = engineVisits();
  const isTwin = twinsOf(design);
  const matrix = [
    studyJob("plan", 500 * cells.length),
    ...cells.flatMap((cell) => {
      const view = views.find((planned) => planned.view === cell.view)!;
      const { frames, framesTrain, framesTest, areaPerFramePx } = view;
      const { sizePx, probeDiameterPx } = setting;
      const size = {
        sizePx,
        probeModes,
        probeDiameterPx,
        objectPixels,
        areaPerFramePx,
        frames,
        framesTrain,
        framesTest,
        isTwin: isTwin(cell),
      };
      return cellJobs(cell, design, size, visitsOf);
    }),
    studyJob("report", 200_000 * cells.length),
  ];
  const notes = [...estimateNotes];
  if (design.replicates === 1)
    notes.push("With 1 replicate no spread between seeds can be given; 3 or more give one to rely on.");
  if (design.replicates === 2)
    notes.push(
      "With 2 replicates the spread between seeds is that of two numbers; 3 or more give one to rely on.",
    );
  return {
    designHash: designHash(design),
    name: design.name,
    kind: design.kind,
    cells,
    ...geometry,
    probeDiameterDefinition: design.probeDiameter,
    views,
    split,
    windows,
    photonsPerPx,
    matrix,
    totals: totalOf(matrix),
    notes,
    warnings: planWarnings(design, views, { photonsPerPx, split }),
  };
}

/** Tells of cells, in their order, which one has the frames of an earlier one: simulated views of one overlap differ in
 * grouping alone. */
function twinsOf({ kind }: StudyDesign): (cell: Cell) => boolean {
  const seen = new Set<string>();
  return ({ dose, replicate, overlap }) => {
    if (kind !== "simulated") return false;
    const key = [dose, replicate, overlap].join(" ");
    const before = seen.size;
    return seen.add(key).size === before;
  };
}

/** Grouping would fail in these ways later; all of them are known now. */
export function checkGroups(
  { training, neighborCount, enableOversampling }: StudyDesign,
  planned: PlannedView,
): void {
  const { view, gridsize, framesTrain, framesTest } = planned;
  for (const [split, frames] of [
    ["train", framesTrain],
    ["test", framesTest],
  ] as const) {
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
