// The Slurm executor: one job array per stage, each after the one before it ended in whatever way (afterany), and a last job that
// collects and writes the report, so that nothing depends on the session that submitted. Jobs find their inputs in the shared
// run folder; how each ended, its result.json says.

import { randomUUID } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DoselapError } from "../../../errors.ts";
import { readRecord } from "../../record.ts";
import { standingOf } from "../node.ts";
import type { Executor, ExecutorRun, Liveness, Standing, Submission } from "../executor.ts";
import type { GraphNode, JobGraph } from "../graph.ts";
import { slurmCommands, type RunCommand } from "./commands.ts";
import { packTasks } from "./pack.ts";
import {
  parseJobId,
  parseMaxArraySize,
  parseSacct,
  parseSqueue,
  sacctFields,
  squeueFormat,
  type TaskState,
} from "./parse.ts";
import { batchScript, type Script, type SlurmSettings } from "./script.ts";
import { endText, livenessOf } from "./states.ts";
import { readTasks, writeSubmission, writeTasks, type SlurmSubmission, type SlurmTasks } from "./tasks.ts";

export interface SlurmOptions {
  readonly settings: SlurmSettings;
  readonly command?: RunCommand | undefined;
  /** Waits; tests give one that does not. */
  readonly wait?: ((ms: number) => Promise<unknown>) | undefined;
}

/** Slurm's default where it does not say. */
const usualArraySize = 1001;
const usualTaskSeconds = 60;
/** Node itself, and room for an estimate that is too low. */
const memoryRoomMb = 400;
/** How long a shared file system may show a finished job's files late: NFS caches attributes for a minute at most. */
const lateMs = [0, 1000, 2000, 4000, 8000, 15_000, 30_000] as const;
const pollMs = 5000;

export function slurmExecutor({ settings, command = slurmCommands(), wait = sleep }: SlurmOptions): Executor {
  const context = new Map<Submission, { run: ExecutorRun; tasks: SlurmTasks }>();
  return {
    name: "slurm",
    pollMs,
    async submit(graph, run) {
      const { root } = run.context;
      const planned = await planScripts(graph, run, { settings, command });
      await mkdir(join(root, "slurm", "logs"), { recursive: true });
      await mkdir(join(root, "slurm", "events"), { recursive: true });
      await writeTasks(root, planned.tasks);
      const submission = await submitAll(root, planned, command);
      context.set(submission, { run, tasks: planned.tasks });
      return submission;
    },
    async poll(submission) {
      const known = context.get(submission);
      if (known === undefined) throw new TypeError("poll what was submitted or attached here");
      return standing(submission as SlurmSubmission, known.tasks, { run: known.run, command, wait });
    },
    async cancel(submission) {
      await cancelJobs(submission as SlurmSubmission, { command, wait });
    },
    async close() {
      // Nothing of Slurm's lives in this process.
    },
  };
}

/** An executor for what another session submitted. */
export async function attachSlurm(
  submission: SlurmSubmission,
  run: ExecutorRun,
  { command = slurmCommands(), wait = sleep }: Partial<SlurmOptions> = {},
): Promise<Executor> {
  const tasks = await readTasks(run.context.root);
  return {
    name: "slurm",
    pollMs,
    submit: () => Promise.reject(new TypeError("it is submitted already")),
    poll: () => standing(submission, tasks, { run, command, wait }),
    cancel: () => cancelJobs(submission, { command, wait }),
    close: async () => undefined,
  };
}

interface Planned {
  readonly jobName: string;
  readonly tasks: SlurmTasks;
  readonly scripts: readonly Script[];
}

/** The exact scripts, in the order of submission. Nothing is written. @throws Usage for settings that are none. */
export async function planScripts(
  { nodes }: JobGraph,
  { context }: Pick<ExecutorRun, "context">,
  { settings, command = slurmCommands() }: Pick<SlurmOptions, "settings" | "command">,
): Promise<Planned> {
  const { root, design, trainer } = context;
  const config = await command("scontrol", ["show", "config"]);
  const maxTasks = parseMaxArraySize(config.stdout) ?? usualArraySize;
  const jobName = `doselap-${design.name.replaceAll(/[^\w-]/gu, "").slice(0, 20)}-${randomUUID().slice(0, 8)}`;
  const stagesIn = [...new Set(nodes.map(({ stage }) => stage))];
  const arrays = stagesIn.flatMap((stage) => {
    const jobs = nodes.filter((node) => node.stage === stage && node.kind === "job");
    if (jobs.length === 0) return [];
    const tasks = packTasks(jobs, {
      taskSeconds: settings.taskSeconds ?? usualTaskSeconds,
      maxTasks: maxTasks - 1,
    });
    return [{ stage, tasks, memoryMb: memoryOf(jobs) }];
  });
  const main = fileURLToPath(new URL("../../../../dist/cli/main.js", import.meta.url));
  const shared = { jobName, root, settings, command: [process.execPath, main] };
  return {
    jobName,
    tasks: { trainer, arrays: arrays.map(({ stage, tasks }) => ({ stage, tasks })), collect: stagesIn },
    scripts: [
      ...arrays.map(({ stage, tasks, memoryMb }) =>
        batchScript({ ...shared, name: stage, tasks: tasks.length, memoryMb }),
      ),
      batchScript({ ...shared, name: "collect", tasks: 0, memoryMb: 2000 }),
    ],
  };
}

function memoryOf(jobs: readonly GraphNode[]): number {
  const most = jobs.reduce((bytes, { estimate }) => Math.max(bytes, estimate.memoryBytes), 0);
  return Math.ceil((1.5 * most) / 2 ** 20) + memoryRoomMb;
}

async function submitAll(
  root: string,
  { jobName, scripts }: Planned,
  command: RunCommand,
): Promise<SlurmSubmission> {
  const jobIds: Record<string, string> = {};
  const submission: SlurmSubmission = { executor: "slurm", jobName, jobIds, isWhole: false };
  // Written before the first sbatch: whatever happens from here on, the name finds the jobs.
  await writeSubmission(root, submission);
  for (const { name, text } of scripts) {
    const file = join(root, "slurm", `${name}.sh`);
    await writeFile(file, text);
    const earlier = Object.values(jobIds);
    const after = earlier.length === 0 ? [] : [`--dependency=afterany:${earlier.join(":")}`];
    const result = await command("sbatch", ["--parsable", ...after, file]);
    const id = parseJobId(result.stdout);
    if (result.code !== 0 || id === undefined) {
      // Half a study is of no use: what was taken is given back, also a job whose answer was lost on the way.
      const taken = await jobIdsOf({ ...submission, jobIds }, command);
      const isClean =
        taken !== undefined && (taken.size === 0 || (await command("scancel", [...taken])).code === 0);
      throw new DoselapError("Runner", "Slurm did not take the jobs", {
        file,
        got: result.stderr.trim().split("\n").at(-1) ?? `exit code ${result.code}`,
        hint: isClean
          ? "Its other jobs were cancelled. See --slurm-partition, --slurm-account, --slurm-time, --slurm-mem."
          : "Some of its jobs may be in the queue: end them with doselap cancel.",
      });
    }
    jobIds[name] = id;
    await writeSubmission(root, { ...submission, jobIds: { ...jobIds } });
  }
  const whole = { ...submission, jobIds: { ...jobIds }, isWhole: true };
  await writeSubmission(root, whole);
  return whole;
}

/** Slurm's ids of the submission. Those that a crash or a silent controller kept from being written down are found by their name;
 * undefined when they cannot be asked for now. */
async function jobIdsOf(
  { jobName, jobIds, isWhole }: SlurmSubmission,
  command: RunCommand,
): Promise<ReadonlySet<string> | undefined> {
  const known = Object.values(jobIds);
  if (isWhole) return new Set(known);
  const queue = await command("squeue", ["-h", "-t", "all", "--me", "-o", "%F|%j"]);
  if (queue.code !== 0) return undefined;
  const named = queue.stdout.split("\n").flatMap((line) => {
    const [id = "", name = ""] = line.trim().split("|");
    return /^\d+$/u.test(id) && name.startsWith(`${jobName}-`) ? [id] : [];
  });
  return new Set([...known, ...named]);
}

/** What Slurm knows of the submission's tasks, or undefined when it cannot be asked now. */
export async function taskStates(
  submission: SlurmSubmission,
  command: RunCommand,
): Promise<ReadonlyMap<string, TaskState> | undefined> {
  const ids = await jobIdsOf(submission, command);
  if (ids === undefined) return undefined;
  // All of the user's, sorted out here: an id that was purged would make squeue -j fail as a whole.
  const queue = await command("squeue", ["-h", "-r", "-t", "all", "--me", "-o", squeueFormat]);
  // No id is asked for, so whatever went wrong says nothing of the jobs: munge, the network, the configuration (SLURM-002).
  if (queue.code !== 0) return undefined;
  const states = new Map<string, TaskState>();
  for (const state of parseSqueue(queue.stdout)) if (ids.has(state.jobId)) states.set(keyOf(state), state);
  const purged = [...ids].filter((id) => ![...states.values()].some(({ jobId }) => jobId === id));
  if (purged.length > 0) {
    // Accounting remembers longer, where a site has it.
    const past = await command("sacct", [
      "-n",
      "-P",
      "-X",
      "-j",
      purged.join(","),
      `--format=${sacctFields}`,
    ]);
    for (const state of parseSacct(past.stdout)) if (ids.has(state.jobId)) states.set(keyOf(state), state);
  }
  return states;
}

function keyOf({ jobId, task }: Pick<TaskState, "jobId" | "task">): string {
  return task === null ? jobId : `${jobId}_${task}`;
}

interface Asking {
  readonly run: ExecutorRun;
  readonly command: RunCommand;
  readonly wait: (ms: number) => Promise<unknown>;
}

async function standing(submission: SlurmSubmission, tasks: SlurmTasks, asking: Asking): Promise<Standing> {
  const { run, command } = asking;
  if (run.signal?.aborted === true) {
    throw new DoselapError("Interrupted", "no longer waiting; the jobs go on in Slurm", {
      hint: "Wait again with doselap attach, or end them with doselap cancel.",
    });
  }
  const states = await taskStates(submission, command);
  const nodes = new Map<string, Liveness>();
  const place = (jobId: string | undefined, task: number | null): Liveness => {
    if (states === undefined) return "unknown";
    if (jobId === undefined) return "ended";
    const state = states.get(keyOf({ jobId, task }));
    return state === undefined ? "ended" : livenessOf(state.state);
  };
  const states_: [string, TaskState | undefined][] = [];
  for (const { stage, tasks: packed } of tasks.arrays) {
    const jobId = submission.jobIds[stage];
    for (const [index, ids] of packed.entries()) {
      const alive = place(jobId, index);
      for (const id of ids) {
        nodes.set(id, alive);
        states_.push([id, jobId === undefined ? undefined : states?.get(keyOf({ jobId, task: index }))]);
      }
    }
  }
  const collector = place(submission.jobIds["collect"], null);
  for (const stage of tasks.collect) nodes.set(`${stage}/collect`, collector);
  const isOver = [...nodes.values()].every((alive) => alive === "ended");
  const reasons = isOver ? await lostReasons(states_, asking) : new Map<string, string>();
  return { nodes, isOver, reasons };
}

/** Of jobs that left no record: why. Files may come late, so they are looked for again and again before a job is given up. */
async function lostReasons(
  jobs: readonly [string, TaskState | undefined][],
  { run, wait }: Asking,
): Promise<ReadonlyMap<string, string>> {
  const { context } = run;
  let missing = jobs.map(([id]) => id);
  for (const pause of lateMs) {
    if (missing.length === 0) break;
    if (pause > 0) await wait(pause);
    missing = await without(missing, async (id) => {
      // Listing the parent makes a network file system look again.
      await readdir(dirname(join(context.root, id))).catch(() => []);
      return (await readRecord(join(context.root, id))) !== undefined || (await isSkippedOrRefused(id, run));
    });
  }
  const ended = new Map(jobs);
  return new Map(missing.map((id) => [id, endText(ended.get(id)?.state, ended.get(id)?.reason ?? "")]));
}

/** A skipped job, or one whose inputs do not serve, leaves no record and never will. */
async function isSkippedOrRefused(id: string, { context }: ExecutorRun): Promise<boolean> {
  const { stages } = await import("../../stages/registry.ts");
  for (const stage of Object.values(stages)) {
    const job = stage.jobs(context).find(({ path }) => path === id);
    if (job !== undefined) return (await standingOf(job, context)).state !== "absent";
  }
  return false;
}

async function without(ids: readonly string[], isThere: (id: string) => Promise<boolean>): Promise<string[]> {
  const left: string[] = [];
  for (const id of ids) if (!(await isThere(id))) left.push(id);
  return left;
}

/** Ends all of the submission's jobs, those that only their name tells included. @throws Runner when they do not end. */
export async function cancelJobs(
  submission: SlurmSubmission,
  { command = slurmCommands(), wait = sleep }: Partial<SlurmOptions> = {},
): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt++) {
    const ids = await jobIdsOf(submission, command);
    if (ids !== undefined && ids.size > 0) await command("scancel", [...ids]);
    const states = ids && (await taskStates(submission, command));
    if (states !== undefined && [...states.values()].every(({ state }) => livenessOf(state) === "ended"))
      return;
    await wait(1000);
  }
  throw new DoselapError("Runner", "Slurm has not ended the jobs after a minute", {
    got: submission.jobName,
    hint: "Ask again with doselap status, or the site's administrators.",
  });
}
