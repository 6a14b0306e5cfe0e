// How the jobs of a run ended, in one value: by their records, and by what an executor says of those that left none.

import type { StageContext } from "./context.ts";
import type { RunEvent } from "./events.ts";
import type { Standing } from "./executors/executor.ts";
import { standingOf } from "./executors/node.ts";
import type { JobRun } from "./run-job.ts";
import type { StageJob } from "./stage.ts";

export interface RunSummary {
  readonly root: string;
  readonly designHash: string;
  /** Jobs this call looked at, by stage; planning and the report are none of them. */
  readonly jobs: readonly JobRun[];
  readonly done: number;
  readonly reused: number;
  readonly failed: number;
  readonly skipped: number;
}

export type JobEnd = Extract<RunEvent, { kind: "job-end" }>;

/** The summary of the given jobs. `ends`: what was said of them while they ran. */
export async function summaryOf(
  context: StageContext,
  jobs: readonly StageJob[],
  {
    standing,
    ends = new Map(),
  }: {
    readonly standing?: Standing | undefined;
    readonly ends?: ReadonlyMap<string, JobEnd>;
  } = {},
): Promise<RunSummary> {
  const runs: JobRun[] = [];
  for (const job of jobs) runs.push(await outcomeOf(job, context, ends.get(job.path), standing));
  return { root: context.root, designHash: context.designHash, jobs: runs, ...tally(runs) };
}

async function outcomeOf(
  job: StageJob,
  context: StageContext,
  end: JobEnd | undefined,
  standing: Standing | undefined,
): Promise<JobRun> {
  const { state, reason, summary } = await standingOf(job, context);
  const untold = { reused: end?.reused ?? false, redone: null, notes: [], threadSeconds: null };
  const lost = standing?.reasons.get(job.path);
  if (lost !== undefined) return { ...untold, job, state: "failed", reason: lost, summary: {} };
  if (state !== "absent") return { ...untold, job, state, reason, summary };
  return { ...untold, job, state: "failed", reason: end?.reason ?? reason ?? "left no result", summary };
}

export function tally(runs: readonly JobRun[]): Pick<RunSummary, "done" | "reused" | "failed" | "skipped"> {
  const count = (test: (job: JobRun) => boolean): number => runs.filter(test).length;
  return {
    done: count(({ state }) => state === "done"),
    reused: count(({ reused }) => reused),
    failed: count(({ state }) => state === "failed"),
    skipped: count(({ state }) => state === "skipped"),
  };
}
