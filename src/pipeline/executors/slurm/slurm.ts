// The Slurm executor: one job array per stage, each after the one before it ended in whatever way (afterany), and a last job that
// collects and writes the report, so that nothing depends on the session that submitted. Jobs find their inputs in the shared
// run folder; how each ended, its result.json says.

import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DoselapError } from "../../../errors.ts";
import { writeFileAtomic } from "../../../io/atomic.ts";
import type { StageContext } from "../../context.ts";
import { threadsIn } from "../../stage.ts";
import { stages } from "../../stages/registry.ts";
import { standingOf } from "../node.ts";
import type { Executor, ExecutorRun, Liveness, Standing, Submission } from "../executor.ts";
import type { GraphNode, JobGraph } from "../graph.ts";
import { slurmCommands, type RunCommand } from "./commands.ts";
import { packTasks } from "./pack.ts";
import { parseJobId, parseMaxArraySize, type TaskState } from "./parse.ts";
import { jobIdsOf, taskKey, taskStates } from "./asking.ts";
import { missingRecords } from "./late.ts";
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
const pollMs = 5000;

export function slurmExecutor(options: SlurmOptions): Executor {
  return executorOf(new Map(), options);
}

/** An executor for what another session submitted. */
export async function attachSlurm(
  submission: SlurmSubmission,
  run: ExecutorRun,
  options: Omit<SlurmOptions, "settings"> = {},
): Promise<Executor> {
  const tasks = await readTasks(run.context.root);
  return executorOf(new Map([[submission, { run, tasks, told: [] }]]), { ...options, settings: {} });
}

/** What is asked about a submission. */
interface Watched {
  readonly run: ExecutorRun;
  readonly tasks: SlurmTasks;
  /** What was said last of each stage. */
  readonly told: string[];
}

function executorOf(
  watched: Map<Submission, Watched>,
  { settings, command = slurmCommands(), wait = sleep }: SlurmOptions,
): Executor {
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
      watched.set(submission, { run, tasks: planned.tasks, told: [] });
      return submission;
    },
    async poll(submission) {
      const known = watched.get(submission);
      if (known === undefined) throw new TypeError("poll what was submitted or attached here");
      return standing(submission as SlurmSubmission, { ...known, command, wait });
    },
    async cancel(submission) {
      await cancelJobs(submission as SlurmSubmission, { command, wait });
    },
    async close() {
      // Nothing of Slurm's lives in this process.
    },
  };
}

interface Planned {
  readonly jobName: string;
  readonly tasks: SlurmTasks;
  readonly scripts: readonly Script[];
  /** What the user set, for sbatch's command line: there it wins over SBATCH_PARTITION and its like, in a script it does not. */
  readonly chosen: readonly string[];
}

/** The exact scripts, in the order of submission. Nothing is written. @throws Usage for settings that are none. */
export async function planScripts(
  { nodes }: JobGraph,
  { context }: Pick<ExecutorRun, "context">,
  { settings, command = slurmCommands() }: Pick<SlurmOptions, "settings" | "command">,
): Promise<Planned> {
  const { root, design, trainer, checkpointMs, threads } = context;
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
    return [{ stage, tasks, memoryMb: memoryOf(jobs), cores: threadsIn(stage, context) }];
  });
  const main = fileURLToPath(new URL("../../../../dist/cli/main.js", import.meta.url));
  const shared = { jobName, root, settings, command: [process.execPath, main] };
  const { partition, account, qos, constraint } = settings;
  const chosen = Object.entries({ partition, account, qos, constraint }).flatMap(([key, value]) =>
    value === undefined ? [] : [`--${key}=${value}`],
  );
  return {
    jobName,
    chosen,
    tasks: {
      trainer,
      checkpointMs,
      threads,
      arrays: arrays.map(({ stage, tasks }) => ({ stage, tasks })),
      collect: stagesIn,
    },
    scripts: [
      ...arrays.map(({ stage, tasks, memoryMb, cores }) =>
        batchScript({ ...shared, name: stage, tasks: tasks.length, memoryMb, cores }),
      ),
      batchScript({ ...shared, name: "collect", tasks: 0, memoryMb: 2000, cores: 1 }),
    ],
  };
}

function memoryOf(jobs: readonly GraphNode[]): number {
  const most = jobs.reduce((bytes, { estimate }) => Math.max(bytes, estimate.memoryBytes), 0);
  return Math.ceil((1.5 * most) / 2 ** 20) + memoryRoomMb;
}

async function submitAll(
  root: string,
  { jobName, scripts, chosen }: Planned,
  command: RunCommand,
): Promise<SlurmSubmission> {
  const jobIds: Record<string, string> = {};
  const submission: SlurmSubmission = { executor: "slurm", jobName, jobIds, isWhole: false };
  // Written before the first sbatch: whatever happens from here on, the name finds the jobs.
  await writeSubmission(root, submission);
  for (const { name, text } of scripts) {
    const file = join(root, "slurm", `${name}.sh`);
    await writeFileAtomic(file, text);
    const earlier = Object.values(jobIds);
    const after = earlier.length === 0 ? [] : [`--dependency=afterany:${earlier.join(":")}`];
    const result = await command("sbatch", ["--parsable", ...chosen, ...after, file]);
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

interface Asking extends Watched {
  readonly command: RunCommand;
  readonly wait: (ms: number) => Promise<unknown>;
}

async function standing(submission: SlurmSubmission, asking: Asking): Promise<Standing> {
  const { run, tasks, command } = asking;
  if (run.signal?.aborted === true) {
    throw new DoselapError("Interrupted", "no longer waiting; the jobs go on in Slurm", {
      hint: "Wait again with doselap attach, or end them with doselap cancel.",
    });
  }
  const states = await taskStates(submission, command, tasks);
  const nodes = new Map<string, Liveness>();
  const ended = new Map<string, TaskState | undefined>();
  const stateOf = (name: string, task: number | null): TaskState | undefined => {
    const jobId = submission.jobIds[name];
    return jobId === undefined ? undefined : states?.get(taskKey({ jobId, task }));
  };
  const livenessFor = (state: TaskState | undefined): Liveness =>
    states === undefined ? "unknown" : state === undefined ? "ended" : livenessOf(state.state);
  for (const { stage, tasks: packed } of tasks.arrays) {
    for (const [task, ids] of packed.entries()) {
      const state = stateOf(stage, task);
      for (const id of ids) {
        nodes.set(id, livenessFor(state));
        ended.set(id, state);
      }
    }
  }
  const collector = livenessFor(stateOf("collect", null));
  for (const stage of tasks.collect) nodes.set(`${stage}/collect`, collector);
  const isOver = [...nodes.values()].every((alive) => alive === "ended");
  tellProgress(nodes, asking);
  if (!isOver) return { nodes, isOver, reasons: new Map() };
  const missing = await missingRecords(run.context.root, [...ended.keys()], {
    wait: asking.wait,
    isExcused: excusesIn(run.context),
  });
  const reasons = missing.map((id): [string, string] => {
    const state = ended.get(id);
    return [id, endText(state?.state, state?.reason ?? "")];
  });
  return { nodes, isOver, reasons: new Map(reasons) };
}

/** A line when something changed: "train: 3 run, 6 wait, 27 over". */
function tellProgress(nodes: ReadonlyMap<string, Liveness>, { run, tasks, told }: Watched): void {
  const lines = tasks.arrays.map(({ stage, tasks: packed }) => {
    const states = packed.flat().map((id) => nodes.get(id));
    const count = (what: Liveness): number => states.filter((state) => state === what).length;
    const unknown = count("unknown") > 0 ? ", Slurm does not answer" : "";
    return `${stage}: ${count("running")} in running tasks, ${count("waiting")} wait, ${count("ended")} over${unknown}`;
  });
  for (const [index, text] of lines.entries()) {
    if (told[index] === text) continue;
    told[index] = text;
    run.onEvent({ kind: "note", text });
  }
}

/** A skipped job, or one whose inputs do not serve, leaves no record and never will. */
export function excusesIn(context: StageContext): (path: string) => Promise<boolean> {
  const jobs = new Map(
    Object.values(stages).flatMap((stage) => stage.jobs(context).map((job) => [job.path, job] as const)),
  );
  return async (path) => {
    const job = jobs.get(path);
    return job !== undefined && (await standingOf(job, context)).state !== "absent";
  };
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
