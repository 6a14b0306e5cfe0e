// Ending a submission.

import { setTimeout as sleep } from "node:timers/promises";
import { DoselapError } from "../../../errors.ts";
import { jobIdsOf, taskStates } from "./asking.ts";
import { slurmCommands, type RunCommand } from "./commands.ts";
import { livenessOf } from "./states.ts";
import type { SlurmSubmission } from "./tasks.ts";

/** Ends all of the submission's jobs, those that only their name tells included. @throws Runner when they do not end. */
export async function cancelJobs(
  submission: SlurmSubmission,
  {
    command = slurmCommands(),
    wait = sleep,
  }: { readonly command?: RunCommand; readonly wait?: (ms: number) => Promise<unknown> } = {},
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
