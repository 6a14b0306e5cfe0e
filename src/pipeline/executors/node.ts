// One node of the graph in this process: a job through the store, or the collection of a stage from how its jobs stand.

import { join } from "node:path";
import { isDoselapError, messageOf } from "../../errors.ts";
import type { StageContext } from "../context.ts";
import { obstacleTo, readRecord } from "../record.ts";
import { runStageJob, type JobRun } from "../run-job.ts";
import type { JobHooks, JobOutcome, StageJob } from "../stage.ts";
import { stages } from "../stages/registry.ts";
import type { GraphNode } from "./graph.ts";

/** Runs a job; a collection gives undefined. @throws as runStageJob and a stage's finish do. */
export async function runNode(
  { stage, job }: GraphNode,
  context: StageContext,
  hooks: JobHooks,
): Promise<JobRun | undefined> {
  if (job !== null) return runStageJob(stages[stage], job, context, hooks);
  await collectStage(stage, context);
  return undefined;
}

/** Writes a stage's manifests from how all of its jobs stand in the folder, those of earlier runs included. */
export async function collectStage(stage: GraphNode["stage"], context: StageContext): Promise<void> {
  const outcomes: JobOutcome[] = [];
  for (const job of stages[stage].jobs(context)) {
    const outcome = await standingOf(job, context);
    // What nobody asked for yet has no reason to be absent.
    outcomes.push(outcome.state === "absent" ? { ...outcome, reason: null } : outcome);
  }
  await stages[stage].finish(outcomes, context);
}

/** How a job stands, by its record alone. Without one it was skipped, if it must be, or never ended. */
export async function standingOf(job: StageJob, context: StageContext): Promise<JobOutcome> {
  const record = await readRecord(join(context.root, job.path));
  if (record !== undefined && record.designHash === context.designHash) {
    return { job, state: record.state, reason: record.reason, summary: record.summary };
  }
  const absent = { job, state: "absent", reason: null, summary: {} } as const;
  const obstacle = await obstacleTo(context.root, job.path);
  if (obstacle !== undefined) return { ...absent, state: "failed", reason: obstacle };
  try {
    const inputs = await stages[job.stage as GraphNode["stage"]].inputs(job, context);
    return inputs.kind === "skip" ? { ...absent, state: "skipped", reason: inputs.reason } : absent;
  } catch (error) {
    if (!isDoselapError(error, "Job", "File", "Hash")) throw error;
    // Something it needs is not there: it had no chance yet. All of it is there and does not serve: it fails.
    const needed = stages[job.stage as GraphNode["stage"]].needs(job, context);
    const records = await Promise.all(needed.map((path) => readRecord(join(context.root, path))));
    const isEarly = records.includes(undefined);
    return { ...absent, state: isEarly ? "absent" : "failed", reason: messageOf(error) };
  }
}
