// The run folder as a store of jobs. A job works in a hidden folder beside its own and is renamed into place when it
// is over, so it is done or absent: killing the process at any point and running again gives the same bytes.

import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isDoselapError, messageOf } from "../errors.ts";
import { writeJson } from "../io/atomic.ts";
import { changedOutputs, hashOutputs, readRecord, recordFile, type JobRecord } from "./record.ts";

export interface JobKey {
  readonly stage: string;
  /** Folder relative to the run folder, POSIX. */
  readonly path: string;
  readonly designHash: string;
  readonly inputsHash: string;
}

/** What a job's work reports. Skips are decided before any work and never come here. */
export interface JobResult {
  readonly summary: { readonly [key: string]: unknown };
}

export interface StoredJob {
  readonly record: JobRecord;
  /** True when a finished job was found and nothing was done. */
  readonly reused: boolean;
  /** Set when a finished job was found but could not be used: why it was done again. */
  readonly redone: string | null;
}

/** The finished record of a job, if it is there, of the same inputs, and its files are as they were written. */
async function reusable(folder: string, key: JobKey): Promise<{ record?: JobRecord; stale: string | null }> {
  const record = await readRecord(folder);
  if (record === undefined) return { stale: null };
  if (record.inputsHash !== key.inputsHash) return { stale: "its inputs changed" };
  if (record.state !== "done") return { stale: `it had ${record.state}` };
  const changed = await changedOutputs(folder, record);
  if (changed.length > 0) return { stale: `${changed.join(", ")} changed after it was written` };
  return { record, stale: null };
}

/** Runs a job unless its folder holds it finished. A throwing job leaves its folder, with its logs and a record that says
 * `failed`, for inspection. Only an interruption leaves nothing and is rethrown. */
export async function storeJob(
  root: string,
  key: JobKey,
  work: (folder: string) => Promise<JobResult>,
): Promise<StoredJob> {
  const folder = join(root, key.path);
  const { record: existing, stale } = await reusable(folder, key);
  if (existing !== undefined) return { record: existing, reused: true, redone: null };

  const partial = partialFolder(folder);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });

  let outcome: Pick<JobRecord, "state" | "reason" | "summary">;
  try {
    outcome = { state: "done", reason: null, ...(await work(partial)) };
  } catch (error) {
    if (isDoselapError(error, "Interrupted")) {
      await rm(partial, { recursive: true, force: true });
      throw error;
    }
    outcome = {
      state: "failed",
      reason: messageOf(error).replaceAll(partial, key.path),
      summary: {},
    };
  }
  const record: JobRecord = {
    ...outcome,
    stage: key.stage,
    designHash: key.designHash,
    inputsHash: key.inputsHash,
    outputs: await hashOutputs(partial),
  };
  await writeJson(join(partial, recordFile), record);
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  return { record, reused: false, redone: stale };
}

/** Where a job works before it is over: hidden, beside its folder, one per job. */
export function partialFolder(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.partial`);
}
