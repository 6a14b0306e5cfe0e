// Whether a submission is over, by what its folder holds: for when Slurm is gone, or on another machine.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StageContext } from "../../context.ts";
import type { StageJob } from "../../stage.ts";
import { stages } from "../../stages/registry.ts";
import { standingOf } from "../node.ts";
import { isCollected, readTasks, type SlurmSubmission } from "./tasks.ts";

/** True when every job that was submitted has ended by its record, and the report is there: there is nothing to wait for,
 * whatever Slurm says. A failed job may be one of an earlier submission, at work again: it has ended when this one was collected. */
export async function isRecorded(submission: SlurmSubmission, context: StageContext): Promise<boolean> {
  const { root } = context;
  if (!existsSync(join(root, "report.html"))) return false;
  const mayHaveFailed = await isCollected(root, submission);
  for (const job of await submittedJobs(context)) {
    const { state } = await standingOf(job, context);
    if (state === "absent" || (state === "failed" && !mayHaveFailed)) return false;
  }
  return true;
}

/** The jobs that were given to Slurm. */
export async function submittedJobs(context: StageContext): Promise<StageJob[]> {
  const { arrays } = await readTasks(context.root);
  return arrays.flatMap(({ stage, tasks }) => {
    const wanted = new Set(tasks.flat());
    return stages[stage].jobs(context).filter(({ path }) => wanted.has(path));
  });
}
