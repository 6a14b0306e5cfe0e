// What is in Slurm's queue is never taken for gone, whatever its commands answer.

import { mkdtemp, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkNoSubmission } from "./alive.ts";
import type { CommandResult, RunCommand } from "./commands.ts";
import { cancelJobs } from "./cancel.ts";
import { taskStates } from "./asking.ts";
import { readSubmission, writeSubmission, type SlurmSubmission } from "./tasks.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-submission-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const whole: SlurmSubmission = {
  executor: "slurm",
  jobName: "doselap-q-1",
  jobIds: { train: "7" },
  isWhole: true,
};
/** Killed after sbatch took job 9 and before its id was written. */
const torn: SlurmSubmission = { ...whole, jobIds: {}, isWhole: false };
const answer = (stdout: string): CommandResult => ({ code: 0, stdout, stderr: "" });
const wait = async (): Promise<void> => undefined;

/** A queue of one task of job 9, of which scancel makes an ended one. */
function queueOfNine(): { command: RunCommand; calls: string[] } {
  const calls: string[] = [];
  let state = "RUNNING";
  const command: RunCommand = async (program, args) => {
    calls.push([program, ...args].join(" "));
    if (program === "scancel") state = "CANCELLED";
    return answer(
      args.includes("%F|%j") ? "9|doselap-q-1-train\n8|doselap-q-10-train\n" : `9|0|${state}|None\n`,
    );
  };
  return { command, calls };
}

test.each([
  "slurm_load_jobs error: Protocol authentication error",
  "squeue: error: Munge encode failed: Failed to access socket",
  "slurm_load_jobs error: Insane message length",
  "",
])("squeue that fails with %j knows nothing", async (stderr) => {
  const command: RunCommand = async () => ({ code: 1, stdout: "", stderr });
  expect(await taskStates(whole, command)).toBeUndefined();
  await expect(cancelJobs(whole, { command, wait })).rejects.toThrow(/has not ended/u);
  await expect(cancelJobs(torn, { command, wait })).rejects.toThrow(/has not ended/u);
});

test("jobs that only their name tells are alive, are cancelled and waited for; another run's are left alone", async () => {
  await mkdir(join(folder, "slurm"), { recursive: true });
  await writeSubmission(folder, torn);
  const { command, calls } = queueOfNine();
  await expect(checkNoSubmission(folder, command)).rejects.toThrow(/at work/u);
  await cancelJobs(torn, { command, wait });
  expect(calls.filter((call) => call.startsWith("scancel"))).toEqual(["scancel 9"]);
  await expect(checkNoSubmission(folder, command)).resolves.toBeUndefined();
});

test.each(["--user=root", "7 8", "", 7])("an id %j in a damaged file never reaches scancel", async (id) => {
  await mkdir(join(folder, "slurm"), { recursive: true });
  await writeFile(join(folder, "slurm/submission.json"), JSON.stringify({ ...whole, jobIds: { train: id } }));
  await expect(readSubmission(folder)).rejects.toThrow(/not what doselap wrote/u);
});
