// Waiting for a run that another session began: Slurm's until its last job is over, a local one until its process is gone.

import { setTimeout as sleep } from "node:timers/promises";
import { DoselapError } from "../errors.ts";
import { openStageContext, type StageContext } from "./context.ts";
import type { EventSink } from "./events.ts";
import { attachSlurm } from "./executors/slurm/slurm.ts";
import { readSubmission, readTasks } from "./executors/slurm/tasks.ts";
import { untilOver } from "./executors/until-over.ts";
import { lockOwner } from "./lock.ts";
import type { StageJob } from "./stage.ts";
import { stages } from "./stages/registry.ts";
import { runStanding } from "./standing.ts";
import { summaryOf, type RunSummary } from "./summary.ts";

export interface AttachOptions {
  readonly root: string;
  readonly onEvent: EventSink;
  readonly signal?: AbortSignal | undefined;
  readonly now: () => number;
}

const localPollMs = 500;

/** Returns when the run is over, at once when it was. @throws Job when jobs are open and nobody is at work, Interrupted. */
export async function attachRun({ root, onEvent, signal, now }: AttachOptions): Promise<RunSummary> {
  const context = await openStageContext(root, { runner: "builtin" });
  const submission = await readSubmission(root);
  if (submission !== undefined) {
    const executor = await attachSlurm(submission, { context, onEvent, signal, now });
    const standing = await untilOver(executor, submission, signal);
    return summaryOf(context, await submittedJobs(root, context), { standing });
  }
  const owner = await lockOwner(root);
  if (owner?.isAlive === true) await waitForProcess(root, owner.pid, signal);
  else if (owner !== undefined && owner.isAlive === undefined) {
    throw new DoselapError("Job", "the run is at work on another host, which cannot be asked from here", {
      file: root,
      got: `process ${owner.pid} on ${owner.host}`,
      hint: "doselap status tells how far it is.",
    });
  } else if (!(await runStanding(root)).isFinished) {
    throw new DoselapError("Job", "nobody is at work in this folder", {
      file: root,
      hint: "Go on with it: doselap run --out and this folder.",
    });
  }
  return summaryOf(
    context,
    Object.values(stages).flatMap((stage) => stage.jobs(context)),
  );
}

async function waitForProcess(root: string, pid: number, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    const holder = await lockOwner(root);
    if (holder?.pid !== pid || holder.isAlive !== true) return;
    if (signal?.aborted === true) {
      throw new DoselapError("Interrupted", "no longer waiting; the run goes on", {
        hint: "Wait again with doselap attach, or end it with doselap cancel.",
      });
    }
    await sleep(localPollMs);
  }
}

/** The jobs that were given to Slurm. */
async function submittedJobs(root: string, context: StageContext): Promise<StageJob[]> {
  const { arrays } = await readTasks(root);
  return arrays.flatMap(({ stage, tasks }) => {
    const wanted = new Set(tasks.flat());
    return stages[stage].jobs(context).filter(({ path }) => wanted.has(path));
  });
}
