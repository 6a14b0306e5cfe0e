// A folder whose Slurm jobs are alive is not run a second time.

import { DoselapError } from "../../../errors.ts";
import { openStageContext } from "../../context.ts";
import { slurmCommands, type RunCommand } from "./commands.ts";
import { statesOrSilence } from "./asking.ts";
import { isRecorded } from "./over.ts";
import { livingTasks } from "./states.ts";
import { dropSubmission, isCollected, readSubmission } from "./tasks.ts";

/** @throws Job when jobs that were submitted from this folder are alive, or may be. */
export async function checkNoSubmission(root: string, command: RunCommand = slurmCommands()): Promise<void> {
  const submission = await readSubmission(root);
  if (submission === undefined || (await isCollected(root, submission))) return;
  const states = await statesOrSilence(submission, command);
  if (typeof states === "string") {
    if (await isRecorded(submission, await openStageContext(root, { runner: "builtin" }))) return;
    throw new DoselapError("Job", "Slurm may be at work in this folder, and cannot be asked here", {
      file: root,
      key: submission.jobName,
      got: states,
      hint: `Where Slurm answers, wait with doselap attach or end them with doselap cancel. If its jobs are gone for good: doselap cancel --forget and this folder.`,
    });
  }
  const { waiting, running } = livingTasks(states);
  if (waiting + running === 0) return;
  throw new DoselapError("Job", "Slurm is at work in this folder", {
    file: root,
    got: `${waiting + running} tasks of ${submission.jobName} that run or wait`,
    hint: "Wait for them with doselap attach, or end them with doselap cancel.",
  });
}

/** Makes the folder this process's: a submission that is over is dropped, so that nobody takes it for the run that goes on.
 * To be called by the holder of the folder's lock. @throws as {@link checkNoSubmission}. */
export async function endSubmission(root: string, command?: RunCommand): Promise<void> {
  await checkNoSubmission(root, command);
  await dropSubmission(root);
}
