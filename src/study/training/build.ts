// The matrix of training jobs: cells × network arms. Reads nothing but whether files are there, and sets no parameter.

import { join } from "node:path";
import { DoselapError } from "../../errors.ts";
import { armKind } from "../arms.ts";
import { armPath, cellPath, type Cell } from "../cell.ts";
import { didYouMean } from "../design/nearest.ts";
import type { StudyDesign } from "../design/schema.ts";
import { hybridOptions } from "../methods.ts";
import { createTrainingJob, isFile, type TrainingJob, type TrainingJobFields } from "./job.ts";

/** A view that was left out, and why. */
export interface SkipEvent {
  readonly dose: number;
  readonly view: string;
  readonly reason: string;
}

/** Names of a cell's data files. */
export interface TrainingDataFiles {
  readonly train: string;
  readonly test: string;
}

/** Simulated studies have two splits. A measured study trains without truth on the scan it reconstructs. */
export function trainingDataFiles({ kind }: StudyDesign): TrainingDataFiles {
  return kind === "simulated"
    ? { train: "train.npz", test: "test.npz" }
    : { train: "scan.npz", test: "scan.npz" };
}

/** The design's arms that are trained, in its order; the network that a hybrid arm starts from is trained in any case. */
export function trainedArms({
  arms,
  methods,
}: {
  readonly arms: readonly string[];
  readonly methods: { readonly [method: string]: unknown };
}): string[] {
  const named = arms.filter((arm) => armKind(arm) === "network");
  if (!arms.includes("hybrid")) return named;
  return [...new Set([...named, hybridOptions(methods["hybrid"] ?? {}).network])];
}

export interface BuildOptions {
  readonly design: StudyDesign;
  readonly cells: readonly Cell[];
  /** Folder of `<dose>/<view>/<seed>/train.npz`. */
  readonly dataRoot: string;
  /** Folder that job folders go into. */
  readonly artifactRoot: string;
  /** Default: the design's first network arm. */
  readonly arms?: readonly string[] | undefined;
  /** Replicates by their simulation seed. Default: the first. */
  readonly seeds?: readonly number[] | undefined;
  readonly dataFiles?: TrainingDataFiles | undefined;
  /** An absent view becomes a skip event instead of an error. */
  readonly allowMissingViews?: boolean | undefined;
  /** Skip events are added at its end. */
  readonly skipEvents?: SkipEvent[] | undefined;
}

/** One job per cell and arm, in the order of the cells: 3 doses × 3 views = 9 for the `fly64` preset.
 * @throws Usage for an arm or a seed that the study does not have, File for missing data, Design for a foreign view. */
export function buildTrainingJobs({
  design,
  cells,
  dataRoot,
  artifactRoot,
  arms = trainedArms(design).slice(0, 1),
  seeds = [Math.min(...cells.map((cell) => cell.seed))],
  dataFiles = trainingDataFiles(design),
  allowMissingViews = false,
  skipEvents = [],
}: BuildOptions): TrainingJob[] {
  checkArms(arms, design);
  if (cells.length > 0) checkSeeds(seeds, cells);

  const jobs: TrainingJob[] = [];
  for (const cell of cells) {
    if (!seeds.includes(cell.seed)) continue;
    const missing = missingFiles(cell, dataFiles, dataRoot);
    if (allowMissingViews && missing.length > 0) {
      const reason = `${missing.map((file) => `${cellPath(cell)}/${file}`).join(" and ")} missing`;
      skipEvents.push({ dose: cell.dose, view: cell.view, reason });
      continue;
    }
    for (const arm of arms) {
      jobs.push(
        createTrainingJob(trainingJobFields(cell, arm, { dataRoot, artifactRoot, dataFiles }), design),
      );
    }
  }
  return jobs;
}

/** Where a job's files lie; nothing is checked. */
export function trainingJobFields(
  cell: Cell,
  arm: string,
  {
    dataRoot,
    artifactRoot,
    dataFiles,
  }: Required<Pick<BuildOptions, "dataRoot" | "artifactRoot">> & {
    readonly dataFiles: TrainingDataFiles;
  },
): TrainingJobFields {
  const artifactDir = join(artifactRoot, armPath(cell, arm));
  return {
    dose: cell.dose,
    view: cell.view,
    gridsize: cell.gridsize,
    trainDataPath: join(dataRoot, cellPath(cell), dataFiles.train),
    testDataPath: join(dataRoot, cellPath(cell), dataFiles.test),
    artifactDir,
    logPath: join(artifactDir, "train.log"),
    arm,
    seed: cell.seed,
  };
}

function missingFiles(cell: Cell, { train, test }: TrainingDataFiles, dataRoot: string): string[] {
  return [...new Set([train, test])].filter((file) => !isFile(join(dataRoot, cellPath(cell), file)));
}

function checkArms(arms: readonly string[], design: StudyDesign): void {
  const known = trainedArms(design);
  for (const arm of arms) {
    if (known.includes(arm)) continue;
    throw new DoselapError("Usage", "no such network arm in this design", {
      key: "arm",
      expected: known.length === 0 ? "none: the design has no network arm" : `one of ${known.join(", ")}`,
      got: arm,
      hint: didYouMean(arm, known),
    });
  }
}

function checkSeeds(seeds: readonly number[], cells: readonly Cell[]): void {
  const known = [...new Set(cells.map((cell) => cell.seed))];
  for (const seed of seeds) {
    if (known.includes(seed)) continue;
    throw new DoselapError("Usage", "no replicate has this seed", {
      key: "seed",
      expected: `one of ${known.join(", ")}`,
      got: String(seed),
    });
  }
}
