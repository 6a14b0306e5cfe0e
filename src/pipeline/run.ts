// Runs a study in a folder: stage after stage, each job once. Interrupted or killed, the same call goes on where it was.

import { DoselapError, isDoselapError } from "../errors.ts";
import type { StudyDesign } from "../study/design/schema.ts";
import { doselapVersion } from "../version.ts";
import {
  openRun,
  tieRun,
  withPlan,
  type RunContext,
  type TrainerChoice,
  type WorkSettings,
} from "./context.ts";
import type { EventSink } from "./events.ts";
import type { Executor } from "./executors/executor.ts";
import { jobGraph } from "./executors/graph.ts";
import { endSubmission } from "./executors/slurm/alive.ts";
import { localExecutor } from "./executors/local.ts";
import { untilOver } from "./executors/until-over.ts";
import type { JobFilters } from "./filters.ts";
import { openJournal } from "./journal.ts";
import { lockRun } from "./lock.ts";
import { thisMachine } from "./machine.ts";
import { runStageJob } from "./run-job.ts";
import { stageNames, type StageName } from "./stage.ts";
import { planStage } from "./stages/plan.ts";
import { sweep } from "./sweep.ts";
import { summaryOf, tally, type JobEnd, type RunSummary } from "./summary.ts";

export interface RunOptions extends WorkSettings {
  /** The run folder, absolute; made when absent. */
  readonly root: string;
  readonly design: StudyDesign;
  readonly trainer?: TrainerChoice | undefined;
  /** All when absent. */
  readonly stages?: readonly StageName[] | undefined;
  readonly filters?: JobFilters | undefined;
  /** Worker threads for jobs, when no executor is given. */
  readonly workers?: number | undefined;
  /** Where the jobs run; closed at the end. Default: here, with `workers`. */
  readonly executor?: Executor | undefined;
  readonly onEvent?: EventSink | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Clock for events.jsonl, milliseconds since 1970; no result depends on it. */
  readonly now: () => number;
}

/** Runs the wanted stages. Failed jobs do not stop the others; the summary counts them.
 * @throws Usage when a filter matches nothing, Hash when the folder holds another study, Job when
 * somebody is at work in it, Interrupted on abort. */
export async function runStudy({
  root,
  design,
  trainer = { runner: "builtin" },
  stages: wanted = stageNames,
  filters = {},
  workers = 1,
  executor = localExecutor({ workers }),
  checkpointMs,
  threads,
  onEvent,
  signal,
  now,
}: RunOptions): Promise<RunSummary> {
  const run = { ...(await openRun(root, design, trainer)), checkpointMs, threads };
  const release = await lockRun(root);
  try {
    await endSubmission(root);
    await sweep(root);
    const ends = new Map<string, JobEnd>();
    const emit = openJournal(root, now, (event) => {
      if (event.kind === "job-end") ends.set(event.path, event);
      onEvent?.(event);
    });
    emit({ kind: "run-start", doselapVersion, workers, machine: thisMachine() });
    await makePlan(run, emit, signal);
    await tieRun(run);
    const context = await withPlan(run);
    const graph = jobGraph(context, wanted, filters);
    const submission = await executor.submit(graph, { context, onEvent: emit, signal, now });
    const standing = await untilOver(executor, submission, signal);
    const jobs = graph.nodes.flatMap(({ job }) => (job === null ? [] : [job]));
    return await summaryOf(context, jobs, { standing, ends });
  } finally {
    await executor.close();
    await release();
  }
}

async function makePlan(
  context: RunContext,
  emit: EventSink,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [job] = planStage.jobs(context);
  emit({ kind: "stage-start", stage: "plan", title: planStage.title, jobs: 1 });
  let error: unknown;
  const failed = (cause: unknown): void => void (error = cause);
  const planned = await runStageJob(planStage, job!, context, { progress() {}, signal, failed });
  if (planned.state !== "done") {
    // What is wrong with the user's files keeps its tag and place.
    if (isDoselapError(error) && error._tag !== "File") throw error;
    throw new DoselapError("Job", `planning failed: ${planned.reason ?? "no reason given"}`, {
      file: "plan",
    });
  }
  for (const key of ["notes", "warnings"]) {
    for (const text of textsOf(planned.summary[key])) emit({ kind: "note", text });
  }
  emit({ kind: "stage-end", stage: "plan", ...tally([planned]) });
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
}
