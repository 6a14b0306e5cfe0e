// What a run folder says of itself, checked without computing anything: every recorded file has its recorded sha256, and every
// job was done from the files that are there now. A file changed together with its record breaks the hash of the jobs after it.

import { join } from "node:path";
import { isDoselapError, messageOf } from "../../errors.ts";
import { sha256File } from "../../io/hash.ts";
import type { StageContext } from "../context.ts";
import { readRecord, recordFile, type JobRecord } from "../record.ts";
import { inputsHashOf } from "../run-job.ts";
import type { Stage, StageJob } from "../stage.ts";
import type { Difference } from "./difference.ts";

/** The record of a job, or undefined when there is none or it cannot be read, which is a difference. */
export async function recordOf(
  { path }: Pick<StageJob, "path">,
  { root }: { readonly root: string },
  found: (difference: Difference) => void,
): Promise<JobRecord | undefined> {
  try {
    return await readRecord(join(root, path));
  } catch (error) {
    found({ file: `${path}/${recordFile}`, key: "", stored: messageOf(error), recomputed: "a job record" });
    return undefined;
  }
}

/** Compares the recorded files of a job with their hashes. @returns the number of files. */
export async function checkOutputs(
  { path }: Pick<StageJob, "path">,
  { outputs }: JobRecord,
  { root }: { readonly root: string },
  found: (difference: Difference) => void,
): Promise<number> {
  for (const [name, expected] of Object.entries(outputs)) {
    const got = await sha256File(join(root, path, name)).catch((error: unknown) =>
      isDoselapError(error) ? (error.context.got ?? error.message) : messageOf(error),
    );
    if (got !== expected)
      found({ file: `${path}/${name}`, key: "sha256", stored: got, recomputed: `${expected} (its record)` });
  }
  return Object.keys(outputs).length;
}

/** Compares the hash of a job's inputs with that of the inputs which are there now. */
export async function checkInputs(
  stage: Stage,
  job: StageJob,
  record: JobRecord,
  context: StageContext,
  found: (difference: Difference) => void,
): Promise<void> {
  const file = `${job.path}/${recordFile}`;
  const inputs = await stage.inputs(job, context).catch((error: unknown) => messageOf(error));
  if (typeof inputs === "string" || inputs.kind === "skip") {
    const why = typeof inputs === "string" ? inputs : inputs.reason;
    found({ file, key: "inputsHash", stored: record.inputsHash, recomputed: why });
    return;
  }
  const hash = inputsHashOf(job, inputs.values, context);
  if (hash !== record.inputsHash)
    found({
      file,
      key: "inputsHash",
      stored: record.inputsHash,
      recomputed: `${hash} (of the files there now)`,
    });
}
