// One job of one stage: what it depends on, its hash, and its place in the store. The same call runs in the main thread,
// in a worker and in tests.

import { isDoselapError, messageOf } from "../errors.ts";
import { canonicalJson, sha256Hex } from "../study/design/canonical.ts";
import { stageHash } from "../study/design/hash.ts";
import { doselapVersion } from "../version.ts";
import { defaultCheckpointSeconds } from "./checkpoint.ts";
import type { RunContext } from "./context.ts";
import { threadSeconds } from "./job-cost.ts";
import type { JobHooks, JobInputs, JobOutcome, Stage, StageJob } from "./stage.ts";
import { storeJob, type StoredJob } from "./store.ts";

export interface JobRun extends JobOutcome {
  readonly state: "done" | "failed" | "skipped";
  readonly reused: boolean;
  /** Why a finished job was done again; null otherwise. */
  readonly redone: string | null;
  /** The job whose files it copied instead of working. */
  readonly copiedFrom?: string | undefined;
  /** What else the user should know. */
  readonly notes: readonly string[];
  /** Processor time of the thread that did the work, seconds; null when nothing was done or it is not known. */
  readonly threadSeconds: number | null;
}

/** Runs the job, or finds it finished. A job whose inputs are missing is failed; the others go on.
 * @throws Hash when an input belongs to another design; Interrupted. */
export async function runStageJob<Context extends RunContext>(
  stage: Stage<Context>,
  job: StageJob,
  context: Context,
  hooks: JobHooks,
): Promise<JobRun> {
  const begun = threadSeconds();
  const ended = { job, summary: {}, reused: false, redone: null, notes: [], threadSeconds: null };
  let inputs: JobInputs;
  try {
    inputs = await stage.inputs(job, context);
  } catch (error) {
    if (!isDoselapError(error, "Job", "File")) throw error;
    return { ...ended, state: "failed", reason: messageOf(error) };
  }
  if (inputs.kind === "skip") return { ...ended, state: "skipped", reason: inputs.reason };

  const inputsHash = inputsHashOf(job, inputs.values, context);
  const key = { stage: stage.name, path: job.path, designHash: context.designHash, inputsHash };
  const { now } = hooks;
  const everyMs = now === undefined ? Infinity : (context.checkpointMs ?? defaultCheckpointSeconds * 1000);
  let stored: StoredJob;
  try {
    stored = await storeJob(
      context.root,
      key,
      (folder, checkpoint) => stage.work(job, context, folder, { ...hooks, checkpoint }),
      { everyMs, now: now ?? (() => 0) },
    );
  } catch (error) {
    if (!isDoselapError(error, "Job")) throw error;
    return { ...ended, state: "failed", reason: messageOf(error) };
  }
  const { record, reused, redone, copiedFrom, notes, error } = stored;
  if (error !== undefined) hooks.failed?.(error);
  return {
    job,
    state: record.state,
    reason: record.reason,
    summary: record.summary,
    reused,
    redone,
    copiedFrom,
    notes,
    threadSeconds: reused || begun === null ? null : (threadSeconds() ?? begun) - begun,
  };
}

/** The hash over everything the job depends on: the version, its stage's part of the design, its arm, its inputs' contents. */
export function inputsHashOf(
  { stage, arm }: StageJob,
  values: { readonly [key: string]: unknown },
  { design }: RunContext,
): string {
  return sha256Hex(
    canonicalJson({ version: doselapVersion, stage, design: stageHash(design, stage), arm, values }),
  );
}
