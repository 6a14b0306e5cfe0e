// The Slurm executor: one job array per stage, each after the one before it ended in whatever way (afterany), and a last job that
// collects and writes the report, so that nothing depends on the session that submitted. Jobs find their inputs in the shared
// run folder; how each ended, its result.json says.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DoselapError } from "../../../errors.ts";
import { makeFolder } from "../../../io/make-folder.ts";
import type { StageContext } from "../../context.ts";
import { stages } from "../../stages/registry.ts";
import { standingOf } from "../node.ts";
import type { Executor, ExecutorRun, Liveness, Standing, Submission } from "../executor.ts";
import { cancelJobs } from "./cancel.ts";
import { slurmCommands, type RunCommand } from "./commands.ts";
import type { TaskState } from "./parse.ts";
import { taskKey, taskStates } from "./asking.ts";
import { missingRecords } from "./late.ts";
import { planScripts } from "./plan-scripts.ts";
import type { SlurmSettings } from "./script.ts";
import { endText, livenessOf } from "./states.ts";
import { maxArraySize, submitAll } from "./submit.ts";
import { isCollected, readTasks, writeTasks, type SlurmSubmission, type SlurmTasks } from "./tasks.ts";

export interface SlurmOptions {
  readonly settings: SlurmSettings;
  readonly command?: RunCommand | undefined;
  /** Waits; tests give one that does not. */
  readonly wait?: ((ms: number) => Promise<unknown>) | undefined;
}

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
      const planned = planScripts(graph, run, { settings, maxArraySize: await maxArraySize(command) });
      await makeFolder(join(root, "slurm", "logs"));
      await makeFolder(join(root, "slurm", "events"));
      await writeTasks(root, planned.tasks);
      const submission = await submitAll(root, planned, { command, wait });
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
  // A controller that is gone for good is not waited for by a run that was collected.
  const isSilent = states === undefined && !(await isCollected(run.context.root, submission));
  const nodes = new Map<string, Liveness>();
  const ended = new Map<string, TaskState | undefined>();
  const stateOf = (name: string, task: number | null): TaskState | undefined => {
    const jobId = submission.jobIds[name];
    return jobId === undefined ? undefined : states?.get(taskKey({ jobId, task }));
  };
  const livenessFor = (state: TaskState | undefined): Liveness =>
    isSilent ? "unknown" : state === undefined ? "ended" : livenessOf(state.state);
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
