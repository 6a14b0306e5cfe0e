// Giving a study to Slurm: all of its scripts, or none. A submission that was refused leaves no trace but its scripts.

import { DoselapError, isDoselapError } from "../../../errors.ts";
import { writeFileAtomic } from "../../../io/atomic.ts";
import { jobIdsOf } from "./asking.ts";
import { cancelJobs } from "./cancel.ts";
import { slurmCommands, type RunCommand } from "./commands.ts";
import { parseJobId, parseMaxArraySize } from "./parse.ts";
import { sbatchArguments, type PlannedSubmission } from "./plan-scripts.ts";
import { dropSubmission, writeSubmission, type SlurmSubmission } from "./tasks.ts";

/** Slurm's default where it does not say. */
export const usualArraySize = 1001;

/** Most tasks of an array and one. @throws Runner where Slurm's commands are missing. */
export async function maxArraySize(command: RunCommand = slurmCommands()): Promise<number> {
  const { stdout } = await command("scontrol", ["show", "config"]);
  return parseMaxArraySize(stdout) ?? usualArraySize;
}

interface Asking {
  readonly command: RunCommand;
  readonly wait: (ms: number) => Promise<unknown>;
}

/** @throws Runner when Slurm does not take them all, once those that it took have ended, if it can be told. */
export async function submitAll(
  root: string,
  { jobName, scripts, chosen }: PlannedSubmission,
  asking: Asking,
): Promise<SlurmSubmission> {
  const jobIds: Record<string, string> = {};
  const soFar = (): SlurmSubmission => ({
    executor: "slurm",
    jobName,
    jobIds: { ...jobIds },
    isWhole: Object.keys(jobIds).length === scripts.length,
  });
  // Written before the first sbatch: whatever happens from here on, the name finds the jobs.
  await writeSubmission(root, soFar());
  for (const script of scripts) {
    await writeFileAtomic(script.file, script.text);
    jobIds[script.name] = await submitOne(
      sbatchArguments(script, chosen, (name) => jobIds[name]!),
      root,
      soFar(),
      asking,
    );
    await writeSubmission(root, soFar());
  }
  return soFar();
}

/** Its id. */
async function submitOne(
  given: readonly string[],
  root: string,
  submission: SlurmSubmission,
  asking: Asking,
): Promise<string> {
  let got: string | undefined;
  try {
    const { code, stdout, stderr } = await asking.command("sbatch", given);
    const id = parseJobId(stdout);
    if (code === 0 && id !== undefined) return id;
    got = stderr.trim().split("\n").at(-1) || `exit code ${code}`;
  } catch (error) {
    // There is no sbatch, so this script was not taken; earlier ones may have been.
    const isClean = Object.keys(submission.jobIds).length === 0 || (await takenBack(submission, asking));
    if (isClean) await dropSubmission(root);
    throw error;
  }
  // Half a study is of no use: what was taken is given back, also a job whose answer was lost on the way.
  const isClean = await takenBack(submission, asking);
  if (isClean) await dropSubmission(root);
  throw new DoselapError("Runner", "Slurm did not take the jobs", {
    file: given.at(-1),
    got,
    hint: isClean
      ? "Nothing of it is left in the queue. See --slurm-partition, --slurm-account, --slurm-time, --slurm-mem."
      : "Some of its jobs may be in the queue: end them with doselap cancel.",
  });
}

/** True when none of the submission's jobs is alive any more. */
async function takenBack(submission: SlurmSubmission, asking: Asking): Promise<boolean> {
  try {
    const taken = await jobIdsOf(submission, asking.command);
    if (taken === undefined) return false;
    if (taken.size > 0) await cancelJobs(submission, asking);
    return true;
  } catch (error) {
    if (isDoselapError(error, "Runner")) return false;
    throw error;
  }
}
