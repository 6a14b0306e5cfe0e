// Waiting for a run that another session began: Slurm's until its last job is over, a local one until its process is gone.

import { setTimeout as sleep } from "node:timers/promises";
import { DoselapError } from "../errors.ts";
import { openStageContext, type StageContext } from "./context.ts";
import type { EventSink } from "./events.ts";
import { statesOrSilence } from "./executors/slurm/asking.ts";
import { slurmCommands, type RunCommand } from "./executors/slurm/commands.ts";
import { isRecorded, submittedJobs } from "./executors/slurm/over.ts";
import { attachSlurm } from "./executors/slurm/slurm.ts";
import { livingTasks } from "./executors/slurm/states.ts";
import { readSubmission, type SlurmSubmission } from "./executors/slurm/tasks.ts";
import { untilOver } from "./executors/until-over.ts";
import { lockOwner } from "./lock.ts";
import { stages } from "./stages/registry.ts";
import { runStanding } from "./standing.ts";
import { summaryOf, type RunSummary } from "./summary.ts";

export interface AttachOptions {
  readonly root: string;
  readonly onEvent: EventSink;
  readonly signal?: AbortSignal | undefined;
  readonly now: () => number;
  readonly command?: RunCommand | undefined;
}

const localPollMs = 500;

/** Returns when the run is over, at once when it was. @throws Job when jobs are open and nobody is at work, Interrupted. */
export async function attachRun(options: AttachOptions): Promise<RunSummary> {
  const { root, signal, command = slurmCommands() } = options;
  const hasWaited = await waitForProcess(root, command, signal);
  const context = await openStageContext(root, { runner: "builtin" });
  const submission = await readSubmission(root);
  if (submission !== undefined) return attachSubmission(submission, context, { ...options, command });
  if (!hasWaited) await checkHere(root);
  return summaryOf(
    context,
    Object.values(stages).flatMap((stage) => stage.jobs(context)),
  );
}

/** Waits for the process that holds the folder, unless Slurm's jobs are what it waits for itself. Returns whether it waited. */
async function waitForProcess(
  root: string,
  command: RunCommand,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for (let hasWaited = false; ; hasWaited = true) {
    const owner = await lockOwner(root);
    if (owner?.isAlive !== true) return hasWaited;
    // One that is over, or is being submitted, is not what the process is at.
    const submission = await readSubmission(root);
    if (submission?.isWhole === true) {
      const states = await statesOrSilence(submission, command);
      if (typeof states === "string" || isLiving(states)) return hasWaited;
    }
    if (signal?.aborted === true) {
      throw new DoselapError("Interrupted", "no longer waiting; the run goes on", {
        hint: "Wait again with doselap attach, or end it with doselap cancel.",
      });
    }
    await sleep(localPollMs);
  }
}

function isLiving(states: Parameters<typeof livingTasks>[0]): boolean {
  const { waiting, running } = livingTasks(states);
  return waiting + running > 0;
}

async function attachSubmission(
  submission: SlurmSubmission,
  context: StageContext,
  { onEvent, signal, now, command }: AttachOptions & { readonly command: RunCommand },
): Promise<RunSummary> {
  const jobs = await submittedJobs(context);
  if (await isRecorded(submission, context)) return summaryOf(context, jobs);
  if (!submission.isWhole) {
    const states = await statesOrSilence(submission, command);
    // Refused, or cut off before Slurm had it: there is nothing that could end.
    if (typeof states !== "string" && !isLiving(states)) throw nobody(context.root);
  }
  const executor = await attachSlurm(submission, { context, onEvent, signal, now }, { command });
  return summaryOf(context, jobs, { standing: await untilOver(executor, submission, signal) });
}

/** @throws Job when the run is not over, and nobody here is at work. */
async function checkHere(root: string): Promise<void> {
  const owner = await lockOwner(root);
  if (owner !== undefined && owner.isAlive === undefined) {
    throw new DoselapError("Job", "the run is at work on another host, which cannot be asked from here", {
      file: root,
      got: `process ${owner.pid} on ${owner.host}`,
      hint: "doselap status tells how far it is.",
    });
  }
  if (!(await runStanding(root)).isFinished) throw nobody(root);
}

function nobody(root: string): DoselapError {
  return new DoselapError("Job", "nobody is at work in this folder", {
    file: root,
    hint: "Go on with it: doselap run --out and this folder.",
  });
}
