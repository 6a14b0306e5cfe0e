// train: one training job per network arm and cell, run by the chosen runner. Jobs that no runner can take are skipped with a
// reason; they never become numbers.

import { join } from "node:path";
import { DoselapError } from "../../errors.ts";
import type { NodeProvider } from "../../nn/runtime/node.ts";
import { armPath, cellPath } from "../../study/cell.ts";
import { trainedArms, trainingDataFiles, trainingJobFields } from "../../study/training/build.ts";
import { createTrainingJob, isFile, type TrainingJobFields } from "../../study/training/job.ts";
import {
  trainingManifestFile,
  trainingSummary,
  writeTrainingManifests,
  type TrainingRow,
} from "../../study/training/manifest.ts";
import { runTrainingJob, type DryRunSummary } from "../../study/training/run.ts";
import { runnerOf } from "../../study/training/runners/registry.ts";
import type { StageContext } from "../context.ts";
import { readRecord } from "../record.ts";
import type { JobInputs, JobOutcome, Stage, StageJob, WorkHooks } from "../stage.ts";
import type { JobResult } from "../store.ts";
import { upstreamFiles } from "../upstream.ts";
import { trainingSkip } from "./networks.ts";

export const trainStage: Stage = {
  name: "train",
  title: "train the networks",
  inMainThread: ({ trainer }) => runnerOf(trainer.runner).inMainThread,
  jobs: ({ plan, design }) =>
    plan.cells.flatMap((cell) =>
      trainedArms(design).map((arm) => ({
        stage: "train" as const,
        path: `train/${armPath(cell, arm)}`,
        cell,
        arm,
      })),
    ),
  needs: ({ cell }) => [`data/${cellPath(cell!)}`, `views/${cellPath(cell!)}`],
  inputs,
  work,
  finish,
};

async function inputs({ cell, arm }: StageJob, context: StageContext): Promise<JobInputs> {
  const reason = await trainingSkip(arm!, cell!, context);
  if (reason !== undefined) return { kind: "skip", reason };
  const { train, test } = trainingDataFiles(context.design);
  const data = await upstreamFiles(context, `data/${cellPath(cell!)}`, "generate", [
    ...new Set([train, test]),
  ]);
  const views = await upstreamFiles(context, `views/${cellPath(cell!)}`, "views", ["metrics_bundle.json"]);
  return { kind: "ready", values: { cell, trainer: context.trainer, ...data, ...views } };
}

function fieldsOf({ cell, arm }: StageJob, { root, design }: StageContext): TrainingJobFields {
  return trainingJobFields(cell!, arm!, {
    dataRoot: join(root, "data"),
    artifactRoot: join(root, "train"),
    dataFiles: trainingDataFiles(design),
  });
}

function providerOf({ trainer }: StageContext): NodeProvider | undefined {
  return trainer.runner === "builtin" ? trainer.provider : undefined;
}

function overlapMetrics({ cell }: StageJob, { root }: StageContext): string {
  return join(root, "views", cellPath(cell!), "metrics_bundle.json");
}

async function work(
  job: StageJob,
  context: StageContext,
  folder: string,
  { signal, progress, checkpoint }: WorkHooks,
): Promise<JobResult> {
  const { root, design, trainer } = context;
  const description = runnerOf(trainer.runner);
  const placed = createTrainingJob(
    { ...fieldsOf(job, context), artifactDir: folder, logPath: join(folder, "train.log") },
    design,
  );
  const command = trainer.runner === "command" ? trainer.command : undefined;
  const provider = providerOf(context);
  const outcome = await runTrainingJob(placed, {
    // As many jobs run at a time as there are workers, so each takes one thread.
    runner: description.create({ command, provider, execution: { threads: 1 } }),
    design,
    backend: description.backend,
    provider,
    relativeTo: root,
    publishedDir: join(root, job.path),
    signal,
    progress,
    keeper: checkpoint,
    overlapMetricsPath: overlapMetrics(job, context),
  });
  return { summary: trainingSummary(outcome, { relativeTo: root, publishedDir: join(root, job.path) }) };
}

/** The dry run of training jobs: no runner is called. The planned call of each job whose data and views are there goes to
 * its train.log, unless the job has ended already; the manifest lists all of them.
 * @returns summaries by job path, for the jobs that could be planned. */
export async function planTraining(
  jobs: readonly StageJob[],
  context: StageContext,
): Promise<ReadonlyMap<string, DryRunSummary>> {
  const { root, design, trainer } = context;
  const planned = new Map<string, DryRunSummary>();
  const rows: TrainingRow[] = [];
  for (const job of jobs) {
    const record = await readRecord(join(root, job.path));
    const overlapMetricsPath = overlapMetrics(job, context);
    const fields = fieldsOf(job, context);
    const ready = [fields.trainDataPath, fields.testDataPath, overlapMetricsPath].every(isFile);
    if (record === undefined && ready) {
      const summary = await runTrainingJob(createTrainingJob(fields, design), {
        runner: () => Promise.reject(new DoselapError("Runner", "a dry run calls no runner")),
        design,
        backend: runnerOf(trainer.runner).backend,
        provider: providerOf(context),
        dryRun: true,
        relativeTo: root,
        overlapMetricsPath,
      });
      planned.set(job.path, summary);
      rows.push({
        job: fields,
        state: "planned",
        reason: null,
        summary: trainingSummary(summary, { relativeTo: root }),
      });
    } else {
      const waiting = { state: "planned", reason: "its data are not there yet", summary: {} } as const;
      const { state, reason, summary } = record ?? waiting;
      rows.push({ job: fields, state, reason, summary });
    }
  }
  const { designHash } = context;
  const folder = join(root, "train");
  // The manifest of a real run is not replaced by a plan.
  if (!isFile(join(folder, trainingManifestFile))) {
    await writeTrainingManifests(folder, {
      designHash,
      rows,
      skippedViews: [],
      dryRun: true,
      relativeTo: root,
    });
  }
  return planned;
}

async function finish(outcomes: readonly JobOutcome[], context: StageContext): Promise<void> {
  const rows = outcomes.map(({ job, state, reason, summary }): TrainingRow => ({
    job: fieldsOf(job, context),
    state,
    reason,
    summary,
  }));
  const { root, designHash } = context;
  await writeTrainingManifests(join(root, "train"), { designHash, rows, skippedViews: [], relativeTo: root });
}
