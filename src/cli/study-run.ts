// What run and train share: finding the design, running or listing its jobs, showing progress and the result.

import { join, relative, resolve } from "node:path";
import { readDataset } from "../data/read.ts";
import { DoselapError } from "../errors.ts";
import {
  checkSameStudy,
  readStudy,
  type StageContext,
  type TrainerChoice,
  type WorkSettings,
} from "../pipeline/context.ts";
import { planTraining } from "../pipeline/stages/train.ts";
import { sourceFile } from "../pipeline/stages/plan.ts";
import { jobGraph, listJobs } from "../pipeline/executors/graph.ts";
import { executors } from "../pipeline/executors/registry.ts";
import { checkNoSubmission } from "../pipeline/executors/slurm/alive.ts";
import type { Executor } from "../pipeline/executors/executor.ts";
import { runStudy } from "../pipeline/run.ts";
import type { RunSummary } from "../pipeline/summary.ts";
import type { StageJob, StageName } from "../pipeline/stage.ts";
import { cellFields } from "../study/cell.ts";
import { loadExecution, type Execution } from "../study/design/execution.ts";
import { loadDesign } from "../study/design/load.ts";
import { designHash } from "../study/design/hash.ts";
import type { StudyDesign } from "../study/design/schema.ts";
import type { PrepareSettings } from "../prepare/settings.ts";
import { isFile } from "../study/training/job.ts";
import { measuredSource } from "../study/measured-source.ts";
import { planStudy } from "../study/plan.ts";
import { readStudyScan } from "../study/study-scan.ts";
import { printLine, printNote, type CliContext } from "./context.ts";
import { prepareSettingsOf } from "./prepare-flags.ts";
import { plainProgress } from "./progress/plain.ts";
import { terminalProgress } from "./progress/terminal.ts";
import { exitCodeOf, printSummary } from "./run-summary.ts";
import { comment, dryScripts, printScripts } from "./dry-scripts.ts";
import { slurmSettingsOf, workersOf } from "./executor-flags.ts";
import { filtersOf, scanOverrides, trainerOf, type FilterFlags, type StudyFlags } from "./study-flags.ts";

type Flags = StudyFlags & FilterFlags;

/** The design and the folder that the command line means. */
async function resolveStudy(
  { cwd }: CliContext,
  study: string | undefined,
  flags: Flags,
): Promise<{ design: StudyDesign; root: string }> {
  const given = flags.out === undefined ? undefined : resolve(cwd, flags.out);
  if (given !== undefined && flags.input === undefined) {
    const existing = await readStudy(given);
    // `run measured --out DIR` goes on with the scan that DIR was made from.
    const goesOn =
      study === undefined || (existing?.design.kind === "measured" && study === existing.design.name);
    if (existing !== undefined && goesOn) {
      checkPixelSize(existing.design, flags.pixelSize);
      checkPreparation(existing.design, prepareSettingsOf(flags, cwd));
      return { design: existing.design, root: given };
    }
  }
  const overrides = scanOverrides(flags, cwd);
  const design = await loadDesign(study ?? (flags.input === undefined ? "quick" : "measured"), {
    cwd,
    input: flags.input,
    overrides,
  });
  // Said before the folder is made: it would be tied to a study without a scan.
  if (design.kind === "measured" && design.input === null) throw needsScan(design);
  return { design, root: given ?? resolve(cwd, "runs", design.name) };
}

/** @throws Usage when a folder is continued with another pixel size than it was begun with. */
function checkPixelSize({ metrics }: StudyDesign, pixelSizeM: number | undefined): void {
  if (pixelSizeM === undefined || pixelSizeM === metrics.pixelSizeM) return;
  throw new DoselapError("Usage", "the folder's study was begun with another pixel size", {
    key: "--pixel-size",
    expected: metrics.pixelSizeM === undefined ? "none" : `${metrics.pixelSizeM} m`,
    got: `${pixelSizeM} m`,
    hint: "Choose another --out, or delete the folder.",
  });
}

/** @throws Usage when a folder is continued with other settings of the preparation than it was begun with. */
function checkPreparation(design: StudyDesign, { pixelSize: _pixelSize, ...given }: PrepareSettings): void {
  const kept: { readonly [key: string]: unknown } =
    (design.kind === "measured" ? design.prepare : undefined) ?? {};
  const other = Object.entries(given).find(([key, value]) => sourceText(kept[key]) !== sourceText(value));
  if (other === undefined) return;
  const [key, value] = other;
  throw new DoselapError("Usage", "the folder's scan was prepared otherwise", {
    key: `prepare.${key}`,
    expected: kept[key] === undefined ? "nothing stated" : sourceText(kept[key]),
    got: sourceText(value),
    hint: "Choose another --out, or delete the folder.",
  });
}

/** A file is where it lies; anything else is its JSON. */
function sourceText(value: unknown): string | undefined {
  const isFileSource = typeof value === "object" && value !== null && "path" in value;
  return isFileSource ? resolve(String(value.path)) : JSON.stringify(value);
}

function needsScan({ name }: StudyDesign): DoselapError {
  return new DoselapError("Usage", "a measured study needs a scan", {
    key: "--input",
    hint: `Name it: doselap run ${name} --input SCAN.npz`,
  });
}

/** One job as the dry run and the JSON summary list it. */
function jobRow({ stage, path, cell, arm }: StageJob): { [key: string]: unknown } {
  return {
    stage,
    ...cellFields(cell),
    arm,
    path,
  };
}

/** Lists the jobs that a run would do; nothing is written. */
export async function dryRun(
  context: CliContext,
  study: string | undefined,
  flags: Flags,
  stages: readonly StageName[],
  { quiet }: { quiet: boolean },
): Promise<unknown> {
  const planned = await planOf(context, study, flags);
  const filters = filtersOf(flags);
  const rows = listJobs(planned, stages, filters).map(jobRow);
  if (flags.executor !== "slurm") return listed(context, planned, rows, { quiet });
  const settings = slurmSettingsOf(flags, await loadExecution(study, context.cwd));
  const scripts = await dryScripts(context, jobGraph(planned, stages, filters), { planned, settings });
  if (!quiet) printScripts(context, scripts);
  return { ...listed(context, planned, rows, { quiet, asComments: true }), scripts };
}

/** Plans the training jobs: the list, and for each job whose data are there its configuration and its log. */
export async function dryRunTraining(
  context: CliContext,
  study: string | undefined,
  flags: Flags,
  { quiet }: { quiet: boolean },
): Promise<unknown> {
  const planned = await planOf(context, study, flags);
  const jobs = listJobs(planned, ["train"], filtersOf(flags));
  const summaries = await planTraining(jobs, planned);
  const rows = jobs.map((job) => {
    const { config, command } = summaries.get(job.path) ?? {};
    return { ...jobRow(job), ...(config === undefined ? {} : { config, command }) };
  });
  if (!quiet) {
    for (const { command } of summaries.values()) printLine(context, `would run: ${command}`);
  }
  return listed(context, planned, rows, { quiet });
}

async function planOf(context: CliContext, study: string | undefined, flags: Flags): Promise<StageContext> {
  const { design, root } = await resolveStudy(context, study, flags);
  // A dry run refuses what the run itself would refuse.
  await checkSameStudy(root, design);
  const trainer = await trainerOf(flags, context.cwd);
  return {
    root,
    design,
    designHash: designHash(design),
    trainer,
    ...settingsOf(flags),
    plan: await planStudy(design, await sourceOf(design, root, trainer)),
  };
}

function listed(
  context: CliContext,
  { design, designHash: hash }: StageContext,
  jobs: readonly { readonly [key: string]: unknown }[],
  { quiet, asComments = false }: { quiet: boolean; asComments?: boolean },
): { readonly [key: string]: unknown } {
  if (!quiet) {
    const print = (line: string): void => printLine(context, asComments ? comment(line) : line);
    for (const { stage, path } of jobs) print(`${String(stage).padEnd(12)} ${String(path)}`);
    print(`${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}, none was run (dry run of ${design.name})`);
  }
  return { dryRun: true, study: design.name, designHash: hash, jobs };
}

async function sourceOf(
  design: StudyDesign,
  root: string,
  trainer: TrainerChoice,
): Promise<ReturnType<typeof measuredSource> | undefined> {
  if (design.kind === "simulated") return undefined;
  // A folder that was planned once holds the scan; the user's file may have moved since.
  const stored = join(root, sourceFile);
  const { dataset } = isFile(stored)
    ? await readDataset(stored)
    : await readStudyScan(design, { trainsOutside: trainer.runner === "command" });
  return measuredSource(dataset);
}

function settingsOf({ checkpointEvery, threads }: Flags): WorkSettings {
  return { checkpointMs: 1000 * checkpointEvery, threads };
}

/** What becomes of the work of each executor when the user does not wait for it. */
const keptBy: { readonly [name in Flags["executor"]]: string } = {
  local: "finished jobs are kept",
  slurm: "finished jobs are kept, and those that were submitted go on in Slurm",
};

function executorOf(flags: Flags, execution: Execution): Executor {
  return executors[flags.executor]({
    workers: workersOf(flags),
    failFast: flags.failFast,
    silenceMs: flags.silence === undefined ? undefined : 1000 * flags.silence,
    memoryBytes: flags.memory === undefined ? undefined : flags.memory * 1_000_000,
    settings: slurmSettingsOf(flags, execution),
  });
}

/** Runs the stages with progress on stderr; prints the result table and sets the exit code. */
export async function runInTerminal(
  context: CliContext,
  study: string | undefined,
  flags: Flags,
  stages: readonly StageName[],
  { quiet }: { quiet: boolean },
): Promise<unknown> {
  const { design, root } = await resolveStudy(context, study, flags);
  // Two at work on one folder would do the same jobs twice.
  await checkNoSubmission(root);
  const shown = relative(context.cwd, root) || ".";
  const stderr = context.process.stderr;
  printNote(context, `study ${design.name} in ${shown}: ${design.question}`);
  const progress =
    stderr.isTTY === true && stderr === process.stderr
      ? terminalProgress(process.stderr, stages, context.now)
      : plainProgress((line) => printNote(context, line), context.now);
  let summary: RunSummary;
  try {
    summary = await runStudy({
      root,
      design,
      trainer: await trainerOf(flags, context.cwd),
      stages,
      filters: filtersOf(flags),
      workers: workersOf(flags),
      executor: executorOf(flags, await loadExecution(study, context.cwd)),
      ...settingsOf(flags),
      onEvent: progress.sink,
      signal: context.stopSignal(keptBy[flags.executor]),
      now: context.now,
    });
  } finally {
    await progress.close();
  }
  // Plain progress of a local run has said it already; the terminal's display has no room for reasons.
  const failuresTold = flags.executor === "local" && stderr.isTTY !== true;
  if (!quiet) await printSummary(context, summary, shown, stages, { failuresTold });
  context.process.exitCode = exitCodeOf(summary, flags.strict);
  const { done, reused, failed, skipped } = summary;
  const jobs = summary.jobs.map(({ job, state, reason }) => ({ ...jobRow(job), state, reason }));
  return {
    study: design.name,
    out: shown,
    designHash: summary.designHash,
    done,
    reused,
    failed,
    skipped,
    jobs,
  };
}
