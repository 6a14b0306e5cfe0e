// training_manifest.json and skip_summary.json: every job with its effective configuration, and everything that was left out with
// its reason. Pure functions of their arguments: no clock, relative POSIX paths, so that rerunning gives the same bytes.

import { join } from "node:path";
import { writeJson } from "../../io/atomic.ts";
import { makeFolder } from "../../io/make-folder.ts";
import type { SkipEvent } from "./build.ts";
import type { TrainingConfig } from "./config.ts";
import type { TrainingJobFields } from "./job.ts";
import { pathNamer, type PathNamer } from "./paths.ts";
import type { DryRunSummary, TrainingOutcome } from "./run.ts";
import { toPlainJson } from "./serialise.ts";

export const trainingManifestFile = "training_manifest.json";
const skipSummaryFile = "skip_summary.json";

/** How one job stands. */
export interface TrainingRow {
  readonly job: TrainingJobFields;
  readonly state: "done" | "failed" | "skipped" | "planned" | "absent";
  /** Why, when not done. */
  readonly reason: string | null;
  /** {@link trainingSummary} of a job that was run or planned. */
  readonly summary?: { readonly [key: string]: unknown } | undefined;
}

export interface TrainingFilters {
  readonly dose?: readonly number[] | undefined;
  readonly view?: readonly string[] | undefined;
  readonly gridsize?: readonly number[] | undefined;
  readonly arm?: readonly string[] | undefined;
  readonly seed?: readonly number[] | undefined;
}

export interface TrainingManifestInput {
  readonly designHash: string;
  readonly rows: readonly TrainingRow[];
  readonly skippedViews: readonly SkipEvent[];
  readonly filters?: TrainingFilters | undefined;
  readonly dryRun?: boolean | undefined;
  /** Paths are written relative to this folder. */
  readonly relativeTo: string;
}

interface Json {
  readonly [key: string]: unknown;
}

/** The part of an outcome that is kept: the effective configuration and the result, without paths of this machine. */
export function trainingSummary(
  outcome: TrainingOutcome | DryRunSummary,
  { relativeTo, publishedDir }: { relativeTo: string; publishedDir?: string | undefined },
): Json {
  const { artifactDir } = outcome.dryRun ? outcome.paths : outcome;
  const names = pathNamer({ artifactDir, publishedDir, relativeTo });
  return {
    config: namedConfig(outcome.config, names),
    ...(outcome.dryRun ? { command: outcome.command } : { result: toPlainJson(outcome.result) }),
  };
}

function namedConfig(config: TrainingConfig, names: PathNamer): Json {
  return {
    ...config,
    trainDataFile: names.path(config.trainDataFile),
    testDataFile: names.path(config.testDataFile),
    outputDir: names.path(config.outputDir),
  };
}

/** Contents of training_manifest.json. */
export function trainingManifest({
  designHash,
  rows,
  skippedViews,
  filters = {},
  dryRun = false,
  relativeTo,
}: TrainingManifestInput): Json {
  return {
    schemaVersion: 1,
    designHash,
    dryRun,
    filters: Object.fromEntries(Object.entries(filters).filter(([, values]) => values !== undefined)),
    jobs: rows.map((row) => manifestRow(row, relativeTo)),
    skippedViews,
    skippedCount: skippedViews.length,
    skipSummaryPath: skipSummaryFile,
  };
}

function manifestRow({ job, state, reason, summary = {} }: TrainingRow, relativeTo: string): Json {
  const { dose, view, gridsize, arm, seed, trainDataPath, testDataPath, artifactDir, logPath } = job;
  const names = pathNamer({ artifactDir, relativeTo });
  return {
    dose,
    view,
    gridsize,
    arm,
    seed,
    trainDataPath: names.path(trainDataPath),
    testDataPath: names.path(testDataPath),
    artifactDir: names.path(artifactDir),
    logPath: names.path(logPath),
    state,
    reason,
    ...summary,
  };
}

/** Contents of skip_summary.json: absent views, and jobs that no runner could take. */
export function skipSummary({ designHash, rows, skippedViews }: TrainingManifestInput): Json {
  const skippedJobs = rows
    .filter(({ state }) => state === "skipped")
    .map(({ job: { dose, view, gridsize, arm, seed }, reason }) => ({
      dose,
      view,
      gridsize,
      arm,
      seed,
      reason,
    }));
  return {
    schemaVersion: 1,
    designHash,
    skippedViews,
    skippedCount: skippedViews.length,
    skippedJobs,
    skippedJobCount: skippedJobs.length,
  };
}

/** Writes both files into the folder, which is made when absent. */
export async function writeTrainingManifests(dir: string, input: TrainingManifestInput): Promise<void> {
  await makeFolder(dir);
  await writeJson(join(dir, skipSummaryFile), skipSummary(input));
  await writeJson(join(dir, trainingManifestFile), trainingManifest(input));
}
