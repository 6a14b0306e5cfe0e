// How a run folder stands, asked from outside: what every job's record says, and whether anybody is at work in it.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { openStageContext } from "./context.ts";
import { slurmCommands, type RunCommand } from "./executors/slurm/commands.ts";
import { statesOrSilence, taskKey, type Silence, type TaskStates } from "./executors/slurm/asking.ts";
import { isRecorded } from "./executors/slurm/over.ts";
import { livenessOf, livingTasks } from "./executors/slurm/states.ts";
import { isCollected, readSubmission, readTasks, type SlurmSubmission } from "./executors/slurm/tasks.ts";
import { standingOf } from "./executors/node.ts";
import { lockOwner } from "./lock.ts";
import { stageNames, type StageName } from "./stage.ts";
import { stages } from "./stages/registry.ts";

export interface StageStanding {
  readonly stage: StageName;
  readonly jobs: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Not ended yet. */
  readonly absent: number;
  /** Of the absent: those that a Slurm task works at now, its whole pack counted. */
  readonly running: number;
}

export interface RunStanding {
  readonly study: string;
  readonly stages: readonly StageStanding[];
  /** The process that holds the folder; null when none does. */
  readonly local: { readonly pid: number; readonly host: string; readonly isAlive: boolean | null } | null;
  /** What Slurm was given; null when nothing was. */
  readonly slurm: {
    readonly jobName: string;
    readonly jobIds: { readonly [name: string]: string };
    /** Tasks that wait and run; null when Slurm cannot be asked here and now. */
    readonly waiting: number | null;
    readonly running: number | null;
    /** Why it cannot be asked; null when it was, or need not be: the run was collected. */
    readonly silence: Silence | null;
  } | null;
  /** No job is open, and the report is written. */
  readonly isFinished: boolean;
  /** Somebody is at work, or may be. */
  readonly isAlive: boolean;
  /** Failed jobs with their reasons. */
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
}

/** Slurm's word; that of a collected run is not asked for. */
async function statesIn(
  root: string,
  submission: SlurmSubmission,
  command: RunCommand,
): Promise<TaskStates | Silence> {
  return (await isCollected(root, submission)) ? new Map() : statesOrSilence(submission, command);
}

/** @throws Job when the folder holds no planned study. */
export async function runStanding(
  root: string,
  { command = slurmCommands() }: { readonly command?: RunCommand } = {},
): Promise<RunStanding> {
  const context = await openStageContext(root, { runner: "builtin" });
  const owner = await lockOwner(root);
  const submission = await readSubmission(root);
  const said = submission && (await statesIn(root, submission, command));
  const states = typeof said === "string" ? undefined : said;
  const living = states && livingTasks(states);
  const running = submission === undefined || states === undefined ? new Set<string>() : await runningJobs();
  const failures: { path: string; reason: string }[] = [];
  const rows: StageStanding[] = [];
  const open = new Set<string>();
  for (const name of stageNames) {
    if (name === "plan") continue;
    const row = { stage: name, jobs: 0, done: 0, failed: 0, skipped: 0, absent: 0, running: 0 };
    for (const job of stages[name].jobs(context)) {
      const found = await standingOf(job, context);
      const { reason } = found;
      // What waits for a job that is still open is open itself, though it would be skipped without it.
      const isEarly =
        found.state === "skipped" && stages[name].needs(job, context).some((path) => open.has(path));
      const state = isEarly ? "absent" : found.state;
      if (state === "absent") open.add(job.path);
      row.jobs++;
      row[state]++;
      if (state === "absent" && running.has(job.path)) row.running++;
      if (state === "failed") failures.push({ path: job.path, reason: reason ?? "no reason given" });
    }
    rows.push(row);
  }
  const isLocal = owner !== undefined && owner.isAlive !== false;
  const isFinished = rows.every(({ absent }) => absent === 0) && existsSync(join(root, "report.html"));
  // A controller that says nothing may have jobs of ours, unless there is nothing left to do.
  const mayLive = submission !== undefined && !(await isRecorded(submission, context));
  return {
    study: context.design.name,
    stages: rows,
    local: owner === undefined ? null : { pid: owner.pid, host: owner.host, isAlive: owner.isAlive ?? null },
    slurm:
      submission === undefined
        ? null
        : {
            jobName: submission.jobName,
            jobIds: submission.jobIds,
            waiting: living?.waiting ?? null,
            running: living?.running ?? null,
            silence: typeof said === "string" ? said : null,
          },
    isFinished,
    isAlive: isLocal || (living === undefined ? mayLive : living.waiting + living.running > 0),
    failures,
  };

  /** Jobs of the tasks that run. */
  async function runningJobs(): Promise<Set<string>> {
    const { arrays } = await readTasks(root);
    return new Set(
      arrays.flatMap(({ stage, tasks }) =>
        tasks.flatMap((ids, task) => {
          const jobId = submission?.jobIds[stage];
          const state = jobId === undefined ? undefined : states?.get(taskKey({ jobId, task }))?.state;
          return state !== undefined && livenessOf(state) === "running" ? ids : [];
        }),
      ),
    );
  }
}
