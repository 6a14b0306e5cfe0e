// A folder whose Slurm jobs are alive is not run a second time.

import { DoselapError } from "../../../errors.ts";
import { slurmCommands, type RunCommand } from "./commands.ts";
import { taskStates } from "./asking.ts";
import { livingTasks } from "./states.ts";
import { readSubmission } from "./tasks.ts";

/** @throws Job when jobs that were submitted from this folder are alive, or may be. */
export async function checkNoSubmission(root: string, command: RunCommand = slurmCommands()): Promise<void> {
  const submission = await readSubmission(root);
  if (submission === undefined) return;
  const states = await taskStates(submission, command);
  const living = states && livingTasks(states);
  if (living?.waiting === 0 && living.running === 0) return;
  throw new DoselapError("Job", "Slurm is at work in this folder", {
    file: root,
    got:
      living === undefined
        ? `${submission.jobName}, and the controller cannot be asked now`
        : `${living.waiting + living.running} tasks of ${submission.jobName} that run or wait`,
    hint: "Wait for them with doselap attach, or end them with doselap cancel.",
  });
}
