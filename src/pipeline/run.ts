// Runs a study in a folder: stage after stage, each job once. Interrupted or killed, the same call goes on where it was.

import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { DoselapError } from "../errors.ts";
import type { StudyDesign } from "../study/design/schema.ts";
import { networkOf } from "../study/network-of.ts";
import { doselapVersion } from "../version.ts";
import {
  openRun,
  tieRun,
  withPlan,
  type RunContext,
  type StageContext,
  type TrainerChoice,
} from "./context.ts";
import type { EventSink, RunEvent } from "./events.ts";
import { createExecutor, type Executor } from "./executor.ts";
import { filterJobs, passes, type JobFilters } from "./filters.ts";
import { lockRun } from "./lock.ts";
import { thisMachine } from "./machine.ts";
import { readRecord } from "./record.ts";
import { makesReference } from "./reference.ts";
import { runStageJob, type JobRun } from "./run-job.ts";
import { stageNames, type JobOutcome, type Stage, type StageJob, type StageName } from "./stage.ts";
import { planStage } from "./stages/plan.ts";
import { stages } from "./stages/registry.ts";
import { watchTrainingSpeed } from "./training-speed.ts";

export interface RunOptions {
  /** The run folder, absolute; made when absent. */
  readonly root: string;
  readonly design: StudyDesign;
  readonly trainer?: TrainerChoice | undefined;
  /** All when absent. */
  readonly stages?: readonly StageName[] | undefined;
  readonly filters?: JobFilters | undefined;
  /** Worker threads for jobs. */
  readonly workers?: number | undefined;
  readonly onEvent?: EventSink | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Clock for events.jsonl, milliseconds since 1970; no result depends on it. */
  readonly now: () => number;
}

export interface RunSummary {
  readonly root: string;
  readonly designHash: string;
  /** Jobs this call looked at, by stage. */
  readonly jobs: readonly JobRun[];
  readonly done: number;
  readonly reused: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs the wanted stages. Failed jobs do not stop the others; the summary counts them.
 * @throws Usage when a filter matches nothing, Hash when the folder holds another study, Interrupted on abort. */
export async function runStudy({
  root,
  design,
  trainer = { runner: "builtin" },
  stages: wanted = stageNames,
  filters = {},
  workers = 1,
  onEvent,
  signal,
  now,
}: RunOptions): Promise<RunSummary> {
  const run = await openRun(root, design, trainer);
  const release = await lockRun(root);
  const emit = journal(root, now, onEvent);
  const executor = createExecutor({ workers, onEvent: emit, signal, now });
  const runs: JobRun[] = [];
  try {
    emit({ kind: "run-start", doselapVersion, workers, machine: thisMachine() });
    runs.push(await makePlan(run, emit));
    await tieRun(run);
    const context = await withPlan(run);
    checkFilters(context, wanted, filters);
    for (const name of stageNames) {
      if (name === "plan" || !wanted.includes(name)) continue;
      runs.push(...(await runStage(stages[name], context, filters, executor, emit)));
    }
  } finally {
    await executor.close();
    await release();
  }
  return { root, designHash: run.designHash, jobs: runs, ...tally(runs) };
}

function tally(runs: readonly JobRun[]): Pick<RunSummary, "done" | "reused" | "failed" | "skipped"> {
  const count = (test: (job: JobRun) => boolean): number => runs.filter(test).length;
  return {
    done: count(({ state }) => state === "done"),
    reused: count(({ reused }) => reused),
    failed: count(({ state }) => state === "failed"),
    skipped: count(({ state }) => state === "skipped"),
  };
}

/** Every job of the wanted stages that passes the filters, without running any.
 * @throws Usage when the filters match nothing. */
export function listJobs(
  context: StageContext,
  wanted: readonly StageName[],
  filters: JobFilters,
): StageJob[] {
  checkFilters(context, wanted, filters);
  return stageNames.flatMap((name) =>
    name === "plan" || !wanted.includes(name) ? [] : wantedJobs(stages[name], context, filters),
  );
}

function wantedJobs(stage: Stage, context: StageContext, filters: JobFilters): StageJob[] {
  const { design } = context;
  // An arm that starts from a network has it trained, whether the network's own arm is wanted or not.
  const needed = filters.arms?.flatMap((arm) => [arm, networkOf(arm, design) ?? arm]);
  const own = stage.name === "train" ? { ...filters, arms: needed } : filters;
  return stage.jobs(context).filter((job) => passes(job, own) || makesReference(job, context));
}

function checkFilters(context: StageContext, wanted: readonly StageName[], filters: JobFilters): void {
  // All wanted stages together: an arm filter may well leave one stage without jobs, but not all of them.
  const jobs = wanted.flatMap((name) => (name === "plan" ? [] : stages[name].jobs(context)));
  const withArm = jobs.filter(({ arm }) => arm !== null);
  filterJobs(
    filters.arms !== undefined && filters.arms.length > 0 && withArm.length > 0 ? withArm : jobs,
    filters,
  );
}

async function makePlan(context: RunContext, emit: EventSink): Promise<JobRun> {
  const [job] = planStage.jobs(context);
  emit({ kind: "stage-start", stage: "plan", title: planStage.title, jobs: 1 });
  const planned = await runStageJob(planStage, job!, context, { progress() {} });
  if (planned.state !== "done") {
    throw new DoselapError("Job", `planning failed: ${planned.reason ?? "no reason given"}`, {
      file: "plan",
    });
  }
  for (const key of ["notes", "warnings"]) {
    for (const text of textsOf(planned.summary[key])) emit({ kind: "note", text });
  }
  emit({ kind: "stage-end", stage: "plan", ...tally([planned]) });
  return planned;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
}

async function runStage(
  stage: Stage,
  context: StageContext,
  filters: JobFilters,
  executor: Executor,
  emit: EventSink,
): Promise<JobRun[]> {
  const all = stage.jobs(context);
  const jobs = wantedJobs(stage, context, filters);
  emit({ kind: "stage-start", stage: stage.name, title: stage.title, jobs: jobs.length });
  const runs = await executor.run(stage, jobs, context);
  const byPath = new Map(runs.map((run) => [run.job.path, run]));
  const outcomes = await Promise.all(all.map(async (job) => byPath.get(job.path) ?? standing(job, context)));
  await stage.finish(outcomes, context);
  emit({ kind: "stage-end", stage: stage.name, ...tally(runs) });
  return runs;
}

/** How a job stands that this call did not touch. */
async function standing(job: StageJob, { root, designHash }: StageContext): Promise<JobOutcome> {
  const record = await readRecord(join(root, job.path));
  if (record === undefined || record.designHash !== designHash) {
    return { job, state: "absent", reason: null, summary: {} };
  }
  return { job, state: record.state, reason: record.reason, summary: record.summary };
}

/** events.jsonl: every event with its time; of progress, the speed of training alone. The one file that is not the same from
 * run to run. */
function journal(root: string, now: () => number, onEvent: EventSink | undefined): EventSink {
  const file = join(root, "events.jsonl");
  const speedAt = watchTrainingSpeed();
  return (event: RunEvent) => {
    const time = now();
    const kept = [event.kind === "job-progress" ? undefined : event, speedAt(event, time)];
    for (const each of kept) {
      if (each !== undefined) appendFileSync(file, `${JSON.stringify({ time, ...each })}\n`);
    }
    onEvent?.(event);
  };
}
