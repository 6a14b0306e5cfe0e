// The run folder as a store of jobs. A job works in a hidden folder beside its own and is renamed into place when it
// is over, so it is done or absent: killing the process at any point and running again gives the same bytes.
// Two processes at one job (a requeued task while the old one lives) never mix: each works in a folder of its own, the first
// to end gives the job its folder, and the other finds it and takes it. Both would have written the same bytes.

import { randomUUID } from "node:crypto";
import { readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";
import { writeJson } from "../io/atomic.ts";
import { errorCode, fileError } from "../io/file-error.ts";
import { makeFolder } from "../io/make-folder.ts";
import type { StateKeeper } from "../io/kept-state.ts";
import { fileCheckpoint, type CheckpointRule } from "./checkpoint.ts";
import { isGone, thisProcess, type Owner } from "./owner.ts";
import { changedOutputs, hashOutputs, obstacleTo, readRecord, recordFile, type JobRecord } from "./record.ts";

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
  /** The job whose files these are copies of. No part of the record: it depends on what was over when this one began. */
  readonly copiedFrom?: string | undefined;
}

export interface StoredJob {
  readonly record: JobRecord;
  /** True when a finished job was found and nothing of it was done here. */
  readonly reused: boolean;
  /** Set when a finished job was found but could not be used: why it was done again. */
  readonly redone: string | null;
  /** What else the user should know: a checkpoint that was discarded. */
  readonly notes: readonly string[];
  /** The job whose files were copied. */
  readonly copiedFrom?: string | undefined;
  /** What the work threw just now. */
  readonly error?: unknown;
}

/** The finished record of a job, if it is there, of the same inputs, and its files are as they were written. */
async function reusable(folder: string, key: JobKey): Promise<{ record?: JobRecord; stale: string | null }> {
  let record: JobRecord | undefined;
  try {
    record = await readRecord(folder);
  } catch (error) {
    if (!isDoselapError(error, "Format")) throw error;
    return { stale: `its ${recordFile} is damaged` };
  }
  if (record === undefined) return { stale: null };
  if (record.inputsHash !== key.inputsHash) return { stale: "its inputs changed" };
  if (record.state !== "done") return { stale: `it had ${record.state}` };
  const changed = await changedOutputs(folder, record);
  if (changed.length > 0) return { stale: `${changed.join(", ")} changed after it was written` };
  return { record, stale: null };
}

/** Runs a job unless its folder holds it finished. A throwing job leaves its folder, with its logs and a record that says
 * `failed`, for inspection. An interruption leaves the last checkpoint and nothing else, and is rethrown.
 * @throws Job when a file stands where the folder should be; File when the folder cannot be written, a full disk included; nothing is left under the job's name then. */
export async function storeJob(
  root: string,
  key: JobKey,
  work: (folder: string, checkpoint: StateKeeper) => Promise<JobResult>,
  checkpoints: CheckpointRule = { everyMs: Infinity, now: () => 0 },
): Promise<StoredJob> {
  const folder = join(root, key.path);
  const obstacle = await obstacleTo(root, key.path);
  if (obstacle !== undefined) throw new DoselapError("Job", obstacle);
  const found = await reusable(folder, key);
  if (found.record !== undefined) return { record: found.record, reused: true, redone: null, notes: [] };

  const partial = partialFolder(folder);
  const own = join(partial, placeOf(thisProcess()));
  const notes: string[] = [];
  let left: Left = "checkpoint";
  try {
    await removeAbandoned(partial);
    await makeFolder(own);
    const checkpoint = fileCheckpoint(
      { file: join(partial, checkpointFile), draft: `${own}.checkpoint` },
      key.inputsHash,
      checkpoints,
      (text) => notes.push(text),
    );
    const { outcome, copiedFrom, error } = await outcomeOf(() => work(own, checkpoint), {
      own,
      path: key.path,
      root,
    });
    const other = await reusable(folder, key);
    if (other.record !== undefined) {
      left = "nothing";
      return { record: other.record, reused: true, redone: null, notes };
    }
    const record: JobRecord = {
      ...outcome,
      stage: key.stage,
      designHash: key.designHash,
      inputsHash: key.inputsHash,
      outputs: await hashOutputs(own),
    };
    await writeJson(join(own, recordFile), record);
    await publish(own, folder);
    // A work that found no room, or a file gone, can go on from where it was once that is mended.
    if (!isDoselapError(error, "File")) left = record.state === "done" ? "nothing" : "others";
    return { record, reused: false, redone: found.stale, notes, copiedFrom, error };
  } catch (error) {
    throw isDoselapError(error) ? error : fileError("cannot be written", folder, error);
  } finally {
    await clear(partial, own, left);
  }
}

type Outcome = Pick<JobRecord, "state" | "reason" | "summary">;

async function outcomeOf(
  work: () => Promise<JobResult>,
  { own, path, root }: { own: string; path: string; root: string },
): Promise<{ outcome: Outcome; copiedFrom?: string | undefined; error?: unknown }> {
  try {
    const { summary, copiedFrom } = await work();
    return { outcome: { state: "done", reason: null, summary }, copiedFrom };
  } catch (error) {
    if (isDoselapError(error, "Interrupted")) throw error;
    const reason = messageOf(error).replaceAll(own, path).replaceAll(`${root}/`, "");
    return { outcome: { state: "failed", reason, summary: {} }, error };
  }
}

/** Gives the job its folder. What was there before is moved aside first, in one step: readers see one of them, whole. */
async function publish(own: string, folder: string): Promise<void> {
  try {
    await rename(folder, `${own}.old`);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
  await rename(own, folder);
}

/** Where the processes at a job work before it is over: hidden, beside its folder, with the checkpoint. */
export function partialFolder(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.partial`);
}

const checkpointFile = "checkpoint";

/** A name that says whose it is, and is nobody else's; what is moved aside or drafted there has it with an ending. */
function placeOf({ host, pid, started }: Owner): string {
  return `${randomUUID().slice(0, 8)}.${pid}.${started ?? ""}.${host}`;
}

function ownerOfPlace(name: string): Owner | undefined {
  const [, pid, started, host] =
    /^\.?[0-9a-f]{8}\.(\d+)\.([^.]*)\.(.+?)(?:\.old|\.checkpoint.*)?$/u.exec(name) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid), started: started || null };
}

export function isPartialFolder(name: string): boolean {
  return /^\..+\.partial$/u.test(name);
}

/** Removes what processes that are gone left of their work at this job; the checkpoint stays. */
export async function removeAbandoned(partial: string): Promise<void> {
  for (const name of await namesIn(partial)) {
    const owner = ownerOfPlace(name);
    const isAbandoned = owner === undefined ? name !== checkpointFile : isGone(owner);
    if (isAbandoned) await rm(join(partial, name), { recursive: true, force: true });
  }
}

/** What stays of the hidden folder: the checkpoint and other processes' work, that work alone, or nothing, once the job is done. */
type Left = "checkpoint" | "others" | "nothing";

/** Others may be writing there still: what cannot be removed for that, they remove when they end. */
async function clear(partial: string, own: string, left: Left): Promise<void> {
  const mine = [
    own,
    `${own}.old`,
    `${own}.checkpoint`,
    ...(left === "others" ? [join(partial, checkpointFile)] : []),
  ];
  const gone = left === "nothing" ? [partial] : mine;
  await Promise.all(gone.map((path) => rm(path, { recursive: true, force: true })))
    .then(() => rmdir(partial))
    .catch(() => undefined);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
