// An engine's job whose frames another view of the scan has too: views of one overlap differ in grouping alone, which no engine
// looks at. When that view's job is over its files are copied: the same bytes as the work would have made, for no time.

import { constants } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDoselapError } from "../../errors.ts";
import { makeFolder } from "../../io/make-folder.ts";
import { armPath, cellPath } from "../../study/cell.ts";
import { canonicalJson } from "../../study/design/canonical.ts";
import type { StageContext } from "../context.ts";
import { changedOutputs, readRecord, type JobRecord } from "../record.ts";
import { inputsHashOf } from "../run-job.ts";
import type { JobInputs, StageJob } from "../stage.ts";
import type { JobResult } from "../store.ts";

export type InputsOf = (job: StageJob, context: StageContext) => Promise<JobInputs>;

/** Copies a finished job of the same arm on the same frames of another view into `folder`; undefined when there is none.
 * Whether there is one depends on what is over already, so the record does not tell. */
export async function copyOfTwin(
  job: StageJob,
  context: StageContext,
  folder: string,
  inputsOf: InputsOf,
): Promise<JobResult | undefined> {
  const { cell, arm } = job;
  const own = framesOf(job, await inputsOf(job, context));
  for (const other of context.plan.cells) {
    const { dose, replicate, view } = other;
    if (dose !== cell!.dose || replicate !== cell!.replicate || view === cell!.view) continue;
    const twin = { ...job, cell: other, path: `reconstruct/${armPath(other, arm!)}` };
    const record = await finishedRecord(twin, context, { inputsOf, frames: own });
    if (record === undefined || !(await copied(record, join(context.root, twin.path), folder))) continue;
    return { summary: record.summary, copiedFrom: twin.path };
  }
  return undefined;
}

/** The record of a job of these frames that ended well, with the inputs that stand there now. */
async function finishedRecord(
  twin: StageJob,
  context: StageContext,
  { inputsOf, frames }: { readonly inputsOf: InputsOf; readonly frames: string | undefined },
): Promise<JobRecord | undefined> {
  try {
    const record = await readRecord(join(context.root, twin.path));
    if (record?.state !== "done") return undefined;
    const inputs = await inputsOf(twin, context);
    if (inputs.kind !== "ready" || framesOf(twin, inputs) !== frames) return undefined;
    return record.inputsHash === inputsHashOf(twin, inputs.values, context) ? record : undefined;
  } catch (error) {
    // What cannot be read is not copied: the job does its own work.
    if (isDoselapError(error, "Job", "File", "Format", "Hash")) return undefined;
    throw error;
  }
}

/** All that an engine's job reads, its cell's name apart; undefined when it is skipped. */
function framesOf(job: StageJob, inputs: JobInputs): string | undefined {
  if (inputs.kind !== "ready") return undefined;
  const { cell: _, ...files } = inputs.values;
  const below = `data/${cellPath(job.cell!)}/`;
  const named: Record<string, unknown> = {};
  for (const [path, hash] of Object.entries(files)) named[path.replace(below, "")] = hash;
  return canonicalJson({ files: named, seed: job.cell!.seed });
}

/** False, and nothing left, when a copy is not what the record says. */
async function copied(record: JobRecord, from: string, folder: string): Promise<boolean> {
  const names = Object.keys(record.outputs);
  try {
    for (const name of names) {
      await makeFolder(dirname(join(folder, name)));
      await copyFile(join(from, name), join(folder, name), constants.COPYFILE_FICLONE);
    }
    if ((await changedOutputs(folder, record)).length === 0) return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
  for (const name of names) await rm(join(folder, name), { force: true });
  return false;
}
