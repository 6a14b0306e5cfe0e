// A training job: one network arm on one cell's data. Plain frozen data; whoever runs it never changes it.
// Rules: the view belongs to the design, baseline solves single frames and every overlap view groups of four
// (OVERSAMPLING-001), and both data files are there.

import { statSync } from "node:fs";
import { DoselapError } from "../../errors.ts";
import { didYouMean } from "../design/nearest.ts";
import type { StudyDesign } from "../design/schema.ts";

export interface TrainingJob {
  /** Photons per frame. */
  readonly dose: number;
  readonly view: string;
  /** g: a group is g² frames. */
  readonly gridsize: 1 | 2;
  readonly trainDataPath: string;
  readonly testDataPath: string;
  /** The job's own folder: nothing is written outside it, except the log where `logPath` says so. */
  readonly artifactDir: string;
  readonly logPath: string;
  /** Name of a network arm. */
  readonly arm: string;
  /** Simulation (or thinning) seed of the job's replicate. */
  readonly seed: number;
}

/** A job's fields before they are checked. */
export type TrainingJobFields = Omit<TrainingJob, "gridsize"> & { readonly gridsize: number };

/** Checks the fields and freezes them.
 * @throws Range for a dose that is no positive number, Design for a view or gridsize that the design does not have,
 * File naming the data file that is missing. */
export function createTrainingJob(fields: TrainingJobFields, design: StudyDesign): TrainingJob {
  const { dose, view, trainDataPath, testDataPath, artifactDir, logPath, arm, seed } = fields;
  if (!(dose > 0 && Number.isFinite(dose))) {
    throw new DoselapError("Range", "a dose is a number of photons per frame", {
      key: "dose",
      expected: "a positive finite number",
      got: String(dose),
    });
  }
  const gridsize = checkView(view, fields.gridsize, design);
  checkFile(trainDataPath, "train", fields);
  checkFile(testDataPath, "test", fields);
  return Object.freeze({
    dose,
    view,
    gridsize,
    trainDataPath,
    testDataPath,
    artifactDir,
    logPath,
    arm,
    seed,
  });
}

function checkView(view: string, gridsize: number, design: StudyDesign): 1 | 2 {
  const views = Object.keys(design.views);
  if (!Object.hasOwn(design.views, view)) {
    throw new DoselapError("Design", "the view does not belong to the design", {
      key: `views.${view}`,
      expected: `one of ${views.join(", ")}`,
      got: view,
      hint: didYouMean(view, views),
    });
  }
  const expected = view === "baseline" ? 1 : 2;
  if (gridsize !== expected) {
    const rule =
      view === "baseline"
        ? "the baseline view solves single frames"
        : "an overlap view solves groups of four frames";
    throw new DoselapError("Design", rule, {
      key: `views.${view}.gridsize`,
      expected: `gridsize ${expected}`,
      got: `gridsize ${gridsize}`,
      finding: "OVERSAMPLING-001",
    });
  }
  return expected;
}

function checkFile(path: string, split: "train" | "test", { dose, view }: TrainingJobFields): void {
  if (isFile(path)) return;
  throw new DoselapError("File", `the ${split} data of dose ${dose}, view ${view} are missing`, {
    file: path,
    hint: "Run the generate stage first.",
  });
}

/** True when the path is a file that can be looked at. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
