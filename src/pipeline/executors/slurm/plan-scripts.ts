// What a graph becomes in Slurm: the tasks of each array, and the batch scripts with what each waits for. Nothing is asked or written.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { threadsIn } from "../../stage.ts";
import type { ExecutorRun } from "../executor.ts";
import type { GraphNode, JobGraph } from "../graph.ts";
import { packTasks } from "./pack.ts";
import { batchScript, type Script, type SlurmSettings } from "./script.ts";
import type { SlurmTasks } from "./tasks.ts";

const usualTaskSeconds = 60;
/** Node itself, and room for an estimate that is too low. */
const memoryRoomMb = 400;

/** A script and how it is submitted. */
export interface PlannedScript extends Script {
  /** Where it is written, absolute. */
  readonly file: string;
  /** Names of the scripts that must be over before, however they ended. */
  readonly after: readonly string[];
}

export interface PlannedSubmission {
  readonly jobName: string;
  readonly tasks: SlurmTasks;
  /** In the order of submission. */
  readonly scripts: readonly PlannedScript[];
  /** What the user set, for sbatch's command line: there it wins over SBATCH_PARTITION and its like, in a script it does not. */
  readonly chosen: readonly string[];
}

/** @throws Usage for settings that are none. */
export function planScripts(
  { nodes }: JobGraph,
  { context }: Pick<ExecutorRun, "context">,
  { settings, maxArraySize }: { readonly settings: SlurmSettings; readonly maxArraySize: number },
): PlannedSubmission {
  const { root, design, trainer, checkpointMs, threads } = context;
  const jobName = `doselap-${design.name.replaceAll(/[^\w-]/gu, "").slice(0, 20)}-${randomUUID().slice(0, 8)}`;
  const stagesIn = [...new Set(nodes.map(({ stage }) => stage))];
  const arrays = stagesIn.flatMap((stage) => {
    const jobs = nodes.filter((node) => node.stage === stage && node.kind === "job");
    if (jobs.length === 0) return [];
    const tasks = packTasks(jobs, {
      taskSeconds: settings.taskSeconds ?? usualTaskSeconds,
      maxTasks: maxArraySize - 1,
    });
    return [{ stage, tasks, memoryMb: memoryOf(jobs), cores: threadsIn(stage, context) }];
  });
  const main = fileURLToPath(new URL("../../../../dist/cli/main.js", import.meta.url));
  const shared = { jobName, root, settings, command: [process.execPath, main] };
  const scripts = [
    ...arrays.map(({ stage, tasks, memoryMb, cores }) =>
      batchScript({ ...shared, name: stage, tasks: tasks.length, memoryMb, cores }),
    ),
    batchScript({ ...shared, name: "collect", tasks: 0, memoryMb: 2000, cores: 1 }),
  ];
  const { partition, account, qos, constraint } = settings;
  return {
    jobName,
    tasks: {
      trainer,
      checkpointMs,
      threads,
      arrays: arrays.map(({ stage, tasks }) => ({ stage, tasks })),
      collect: stagesIn,
    },
    scripts: scripts.map((script, index) => ({
      ...script,
      file: join(root, "slurm", `${script.name}.sh`),
      after: scripts.slice(0, index).map(({ name }) => name),
    })),
    chosen: Object.entries({ partition, account, qos, constraint }).flatMap(([key, value]) =>
      value === undefined ? [] : [`--${key}=${value}`],
    ),
  };
}

/** Arguments of sbatch for a script; `idOf` gives Slurm's id of an earlier one. */
export function sbatchArguments(
  { file, after }: Pick<PlannedScript, "file" | "after">,
  chosen: readonly string[],
  idOf: (name: string) => string,
): string[] {
  const dependency = after.length === 0 ? [] : [`--dependency=afterany:${after.map(idOf).join(":")}`];
  return ["--parsable", ...chosen, ...dependency, file];
}

function memoryOf(jobs: readonly GraphNode[]): number {
  const most = jobs.reduce((bytes, { estimate }) => Math.max(bytes, estimate.memoryBytes), 0);
  return Math.ceil((1.5 * most) / 2 ** 20) + memoryRoomMb;
}
