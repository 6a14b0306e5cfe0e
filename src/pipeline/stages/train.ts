// train: one training job per network arm and cell, run by the chosen runner. Jobs that no runner can take are skipped with a
// reason; they never become numbers.

import { join } from "node:path";
import { DoselapError } from "../../errors.ts";
import { armPath, cellPath } from "../../study/cell.ts";
import { networkArms, trainingDataFiles, trainingJobFields } from "../../study/training/build.ts";
import { createTrainingJob, type TrainingJob } from "../../study/training/job.ts";
import { trainingSummary, writeTrainingManifests, type TrainingRow } from "../../study/training/manifest.ts";
import { runTrainingJob, type DryRunSummary } from "../../study/training/run.ts";
import { runnerOf } from "../../study/training/runners/registry.ts";
import type { StageContext } from "../context.ts";
import type { JobHooks, JobInputs, JobOutcome, Stage, StageJob } from "../stage.ts";
import type { JobResult } from "../store.ts";
import { upstreamFiles } from "../upstream.ts";

export const trainStage: Stage = {
  name: "train",
  title: "train the networks",
  inMainThread: true,
  jobs: ({ plan, design }) =>
    plan.cells.flatMap((cell) =>
      networkArms(design).map((arm) => ({
        stage: "train" as const,
        path: `train/${armPath(cell, arm)}`,
        cell,
        arm,
      })),
    ),
  inputs,
  work,
  finish,
};

async function inputs({ cell, arm }: StageJob, context: StageContext): Promise<JobInputs> {
  const availability = runnerOf(context.trainer.runner).availability(arm!);
  if (!availability.available) return { kind: "skip", reason: availability.reason };
  if (arm === "supervised" && context.design.kind === "measured")
    return { kind: "skip", reason: "no labels" };
  const { train, test } = trainingDataFiles(context.design);
  const data = await upstreamFiles(context, `data/${cellPath(cell!)}`, "generate", [
    ...new Set([train, test]),
  ]);
  const views = await upstreamFiles(context, `views/${cellPath(cell!)}`, "views", ["metrics_bundle.json"]);
  return { kind: "ready", values: { cell, trainer: context.trainer, ...data, ...views } };
}

/** The job in the folder it works in; its data must be there. */
function jobIn({ cell, arm }: StageJob, { root, design }: StageContext, folder?: string): TrainingJob {
  const fields = trainingJobFields(cell!, arm!, {
    dataRoot: join(root, "data"),
    artifactRoot: join(root, "train"),
    dataFiles: trainingDataFiles(design),
  });
  const placed =
    folder === undefined ? fields : { ...fields, artifactDir: folder, logPath: join(folder, "train.log") };
  return createTrainingJob(placed, design);
}

function overlapMetrics({ cell }: StageJob, { root }: StageContext): string {
  return join(root, "views", cellPath(cell!), "metrics_bundle.json");
}

async function work(
  job: StageJob,
  context: StageContext,
  folder: string,
  { signal }: JobHooks,
): Promise<JobResult> {
  const { root, design, trainer } = context;
  const description = runnerOf(trainer.runner);
  const command = trainer.runner === "command" ? trainer.command : undefined;
  const outcome = await runTrainingJob(jobIn(job, context, folder), {
    runner: description.create({ command }),
    design,
    backend: description.backend,
    relativeTo: root,
    publishedDir: join(root, job.path),
    signal,
    overlapMetricsPath: overlapMetrics(job, context),
  });
  return { summary: trainingSummary(outcome, { relativeTo: root, publishedDir: join(root, job.path) }) };
}

/** The dry run of one training job: the planned call goes to its log, the runner is not called. */
export async function planTrainingJob(job: StageJob, context: StageContext): Promise<DryRunSummary> {
  return runTrainingJob(jobIn(job, context), {
    runner: () => Promise.reject(new DoselapError("Runner", "a dry run calls no runner")),
    design: context.design,
    backend: runnerOf(context.trainer.runner).backend,
    dryRun: true,
    relativeTo: context.root,
    overlapMetricsPath: overlapMetrics(job, context),
  });
}

async function finish(
  outcomes: readonly JobOutcome[],
  { root, design, designHash }: StageContext,
): Promise<void> {
  const rows = outcomes.map(({ job, state, reason, summary }): TrainingRow => {
    const fields = trainingJobFields(job.cell!, job.arm!, {
      dataRoot: join(root, "data"),
      artifactRoot: join(root, "train"),
      dataFiles: trainingDataFiles(design),
    });
    return { job: fields, state, reason, summary };
  });
  await writeTrainingManifests(join(root, "train"), { designHash, rows, skippedViews: [], relativeTo: root });
}
