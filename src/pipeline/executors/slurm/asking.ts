// What Slurm knows of a submission, asked so that no answer is mistaken for another.

import { isDoselapError } from "../../../errors.ts";
import type { RunCommand } from "./commands.ts";
import { parseSacct, parseSqueue, sacctFields, squeueFormat, type TaskState } from "./parse.ts";
import type { SlurmSubmission, SlurmTasks } from "./tasks.ts";

/** States by {@link taskKey}. */
export type TaskStates = ReadonlyMap<string, TaskState>;

export function taskKey({ jobId, task }: Pick<TaskState, "jobId" | "task">): string {
  return task === null ? jobId : `${jobId}_${task}`;
}

/** Slurm's ids of the submission. Those that a crash or a silent controller kept from being written down are found by their name;
 * undefined when they cannot be asked for now. */
export async function jobIdsOf(
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
  tasks?: SlurmTasks,
): Promise<TaskStates | undefined> {
  const ids = await jobIdsOf(submission, command);
  if (ids === undefined) return undefined;
  // All of the user's, sorted out here: an id that was purged would make squeue -j fail as a whole.
  const queue = await command("squeue", ["-h", "-r", "-t", "all", "--me", "-o", squeueFormat]);
  // No id is asked for, so whatever went wrong says nothing of the jobs: munge, the network, the configuration (SLURM-002).
  if (queue.code !== 0) return undefined;
  const states = new Map<string, TaskState>();
  for (const state of parseSqueue(queue.stdout)) if (ids.has(state.jobId)) states.set(taskKey(state), state);
  const purged = [...ids].filter((id) => isPurged(id, submission, tasks, states));
  if (purged.length > 0) {
    // Accounting remembers longer, where a site has it; where it has none, the answer is empty.
    const list = purged.join(",");
    const past = await command("sacct", ["-n", "-P", "-X", "-j", list, `--format=${sacctFields}`]);
    for (const state of parseSacct(past.stdout)) {
      if (ids.has(state.jobId) && !states.has(taskKey(state))) states.set(taskKey(state), state);
    }
  }
  return states;
}

/** Why Slurm says nothing. */
export type Silence = "its commands are not on this machine" | "its controller does not answer";

/** What Slurm knows of the submission's tasks, or why it cannot be asked here and now. */
export async function statesOrSilence(
  submission: SlurmSubmission,
  command: RunCommand,
): Promise<TaskStates | Silence> {
  try {
    return (await taskStates(submission, command)) ?? "its controller does not answer";
  } catch (error) {
    if (!isDoselapError(error, "Runner")) throw error;
    // Without an id there is no sign that sbatch ever took anything.
    const isNothing = !submission.isWhole && Object.keys(submission.jobIds).length === 0;
    return isNothing ? new Map() : "its commands are not on this machine";
  }
}

/** True when a task of the job, or the job as a whole, is no longer in the queue's memory. */
function isPurged(
  id: string,
  { jobIds }: SlurmSubmission,
  tasks: SlurmTasks | undefined,
  states: TaskStates,
): boolean {
  const array = tasks?.arrays.find(({ stage }) => jobIds[stage] === id);
  if (array === undefined) return ![...states.values()].some(({ jobId }) => jobId === id);
  return array.tasks.some((_ids, task) => !states.has(taskKey({ jobId: id, task })));
}
