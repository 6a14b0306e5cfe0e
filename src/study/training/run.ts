// Runs one training job: folders and log, configuration, bridge (CONFIG-001), runner, result. The order is a contract:
// the bridge is called once, before the runner, on a dictionary made for this call; the log holds a failure before the
// caller sees it; the job is never changed.

import { dirname } from "node:path";
import { DoselapError, messageOf } from "../../errors.ts";
import { fileError } from "../../io/file-error.ts";
import { sha256File } from "../../io/hash.ts";
import type { StateKeeper } from "../../io/kept-state.ts";
import { makeFolder } from "../../io/make-folder.ts";
import type { Progress } from "../../nn/training/progress.ts";
import type { StudyDesign } from "../design/schema.ts";
import { freshParams, updateLegacyDict as bridge, type LegacyParams } from "./bridge.ts";
import { buildTrainingConfig, type TrainingBackend, type TrainingConfig } from "./config.ts";
import type { NodeProvider } from "../../nn/runtime/node.ts";
import { readDatasetFacts } from "./dataset-facts.ts";
import type { TrainingJob } from "./job.ts";
import { openTrainingLog, type TrainingLog } from "./log.ts";
import { pathNamer, type PathNamer } from "./paths.ts";
import type { RunnerResult, TrainingRunner } from "./runners/runner.ts";
import { nonFinitePath, toPlainJson } from "./serialise.ts";

export interface RunTrainingOptions {
  readonly runner: TrainingRunner;
  readonly design: StudyDesign;
  /** Plan only: the runner is not called. */
  readonly dryRun?: boolean | undefined;
  /** Makes the parameter dictionary of this call. */
  readonly params?: (() => LegacyParams) | undefined;
  readonly updateLegacyDict?: ((cfg: Record<string, unknown>, config: TrainingConfig) => void) | undefined;
  readonly backend?: TrainingBackend | undefined;
  /** What our own trainer computes on, for the config; the processor when absent. */
  readonly provider?: NodeProvider | undefined;
  /** Paths in the log are written relative to this folder. */
  readonly relativeTo?: string | undefined;
  /** Where the job's folder will be renamed to; the log names files by it. */
  readonly publishedDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Is told the share of the job that is done, and a word about it. */
  readonly progress?: Progress | undefined;
  /** Where the runner may keep its state while it trains. */
  readonly keeper?: StateKeeper | undefined;
  /** Measured overlap of the job's cell, for the log and the runner. */
  readonly overlapMetricsPath?: string | undefined;
  /** The command that runs this job, for the log and the dry run. */
  readonly command?: string | undefined;
}

export interface TrainingOutcome extends TrainingJob {
  readonly dryRun: false;
  readonly config: TrainingConfig;
  readonly result: RunnerResult;
}

export interface DryRunSummary {
  readonly dryRun: true;
  readonly dose: number;
  readonly view: string;
  readonly gridsize: 1 | 2;
  readonly arm: string;
  readonly seed: number;
  readonly paths: Pick<TrainingJob, "trainDataPath" | "testDataPath" | "artifactDir" | "logPath"> & {
    readonly overlapMetricsPath: string | null;
  };
  readonly config: TrainingConfig;
  readonly command: string;
}

/** Runs the job and returns the runner's result with the job's metadata; with `dryRun`, the plan of it.
 * @throws whatever the runner throws, the same object, after the log holds it; File when folders or data cannot be used;
 * Design when job and design do not fit; Runner for a result that is not finite; Interrupted. */
export function runTrainingJob(
  job: TrainingJob,
  options: RunTrainingOptions & { readonly dryRun: true },
): Promise<DryRunSummary>;
export function runTrainingJob(
  job: TrainingJob,
  options: RunTrainingOptions & { readonly dryRun?: false | undefined },
): Promise<TrainingOutcome>;
export function runTrainingJob(
  job: TrainingJob,
  options: RunTrainingOptions,
): Promise<TrainingOutcome | DryRunSummary>;
export async function runTrainingJob(
  job: TrainingJob,
  options: RunTrainingOptions,
): Promise<TrainingOutcome | DryRunSummary> {
  await makeJobFolder(job.artifactDir);
  await makeJobFolder(dirname(job.logPath));
  const names = pathNamer({ artifactDir: job.artifactDir, ...options });
  const log = openTrainingLog(job.logPath, { rewrite: names.text });
  try {
    const config = await prepare(job, options, log, names);
    return options.dryRun === true ? plan(job, config, options, log) : await train(job, config, options, log);
  } catch (error) {
    logFailure(error, log);
    log.flush();
    throw error;
  } finally {
    log.close();
  }
}

async function makeJobFolder(path: string): Promise<void> {
  await makeFolder(path).catch((cause: unknown) => {
    throw fileError("the training job's folder cannot be made", path, cause);
  });
}

async function prepare(
  job: TrainingJob,
  { design, backend, provider, overlapMetricsPath }: RunTrainingOptions,
  log: TrainingLog,
  names: PathNamer,
): Promise<TrainingConfig> {
  const { dose, view, gridsize, arm, seed } = job;
  log.line(`job: dose=${dose} view=${view} gridsize=${gridsize} arm=${arm} seed=${seed}`);
  log.line(`folder: ${names.path(job.artifactDir)}`);
  log.line(`train data: ${names.path(job.trainDataPath)} sha256=${await sha256File(job.trainDataPath)}`);
  log.line(`test data: ${names.path(job.testDataPath)} sha256=${await sha256File(job.testDataPath)}`);
  log.line(
    overlapMetricsPath === undefined
      ? "overlap metrics: none given"
      : `overlap metrics: ${names.path(overlapMetricsPath)} sha256=${await sha256File(overlapMetricsPath)}`,
  );
  const train = await readDatasetFacts(job.trainDataPath);
  const test = await readDatasetFacts(job.testDataPath);
  if (train.sizePx !== test.sizePx) {
    throw new DoselapError("Contract", "train and test frames differ in size", {
      file: job.testDataPath,
      key: "diffraction",
      expected: `N = ${train.sizePx} as in ${job.trainDataPath}`,
      got: `N = ${test.sizePx}`,
      finding: "DATA-001",
    });
  }
  const config = buildTrainingConfig(job, design, { ...train, backend, provider });
  logConfig(config, log, names);
  return config;
}

function plan(
  job: TrainingJob,
  config: TrainingConfig,
  { design, overlapMetricsPath, command = trainCommand(job, design) }: RunTrainingOptions,
  log: TrainingLog,
): DryRunSummary {
  const { dose, view, gridsize, arm, seed, trainDataPath, testDataPath, artifactDir, logPath } = job;
  log.line("DRY RUN: the runner is not called and no parameter is set");
  log.line(`DRY RUN: command: ${command}`);
  return {
    dryRun: true,
    dose,
    view,
    gridsize,
    arm,
    seed,
    paths: {
      trainDataPath,
      testDataPath,
      artifactDir,
      logPath,
      overlapMetricsPath: overlapMetricsPath ?? null,
    },
    config,
    command,
  };
}

async function train(
  job: TrainingJob,
  config: TrainingConfig,
  options: RunTrainingOptions,
  log: TrainingLog,
): Promise<TrainingOutcome> {
  const { runner, params: makeParams = freshParams, updateLegacyDict = bridge, signal, design } = options;
  const params = makeParams();
  updateLegacyDict(params.cfg, config);
  log.line(`bridge: ${Object.keys(params.cfg).length} legacy parameters set from the config`);
  if (signal?.aborted === true) throw new DoselapError("Interrupted", "stopped before the runner was called");
  log.line(`runner: ${options.command ?? trainCommand(job, design)}`);
  const result = await runner({
    job,
    config,
    params,
    logPath: job.logPath,
    log,
    overlapMetricsPath: options.overlapMetricsPath,
    signal,
    progress: options.progress,
    keeper: options.keeper,
  });
  const broken = nonFinitePath(result);
  if (broken !== undefined) {
    throw new DoselapError("Runner", "the result holds a number that is not finite", { key: broken });
  }
  log.line(`result: done ${JSON.stringify(toPlainJson(result))}`);
  return { ...job, dryRun: false, config, result };
}

/** One line per field: model.N=64, nphotons=1000, … */
function logConfig({ model, method, ...training }: TrainingConfig, log: TrainingLog, names: PathNamer): void {
  const { trainDataFile, testDataFile, outputDir } = training;
  const files = {
    trainDataFile: names.path(trainDataFile),
    testDataFile: names.path(testDataFile),
    outputDir: names.path(outputDir),
  };
  for (const [field, value] of Object.entries(model)) log.line(`config: model.${field}=${value}`);
  for (const [option, value] of Object.entries(method)) {
    log.line(`config: method.${option}=${JSON.stringify(value)}`);
  }
  for (const [field, value] of Object.entries({ ...training, ...files }))
    log.line(`config: ${field}=${value}`);
}

function trainCommand({ dose, view, gridsize, arm, seed }: TrainingJob, { name }: StudyDesign): string {
  return `doselap train ${name} --dose ${dose} --view ${view} --gridsize ${gridsize} --arm ${arm} --seed ${seed}`;
}

function logFailure(error: unknown, log: TrainingLog): void {
  const name = error instanceof Error ? error.name : "thrown";
  log.line(`result: failed ${name}: ${messageOf(error)}`);
  let cause = error instanceof Error ? error.cause : undefined;
  // A cause chain has no cycle in practice; ten links tell enough.
  for (let depth = 0; cause !== undefined && depth < 10; depth++) {
    log.line(`cause: ${messageOf(cause)}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
}
