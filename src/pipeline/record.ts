// A job's record, result.json: written last inside the job's folder, so its presence means the job is over.
// It alone decides success. No clock, no host, no absolute path: the same job leaves the same bytes.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DoselapError } from "../errors.ts";
import { errorCode, fileError } from "../io/file-error.ts";
import { filesBelow } from "../io/files-below.ts";
import { sha256File } from "../io/hash.ts";
import { parseJson } from "../io/json.ts";

export type JobState = "done" | "failed" | "skipped";

export interface JobRecord {
  readonly state: JobState;
  /** Why, when not done. */
  readonly reason: string | null;
  readonly stage: string;
  readonly designHash: string;
  /** sha256 over everything the job depends on: stage design, cell, arm, and its inputs' contents. */
  readonly inputsHash: string;
  /** Path in the folder, POSIX → sha256 of the file's bytes. */
  readonly outputs: { readonly [file: string]: string };
  /** Small facts for manifests and messages. */
  readonly summary: { readonly [key: string]: unknown };
}

export const recordFile = "result.json";

/** The record in a job folder, or undefined when the job never ended there.
 * @throws Format when the file is there and is no record. */
export async function readRecord(folder: string): Promise<JobRecord | undefined> {
  const file = join(folder, recordFile);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    // ENOTDIR: a plain file stands in the way (obstacleTo), which is no record.
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    throw fileError("cannot be read", file, error);
  }
  try {
    const record: unknown = parseJson(text);
    if (isRecord(record)) return record;
  } catch (error) {
    throw new DoselapError("Format", "is not JSON", {
      file,
      cause: error,
      hint: "Delete this job's folder and run again.",
    });
  }
  throw new DoselapError("Format", "is not a job record", {
    file,
    hint: "Delete this job's folder and run again.",
  });
}

/** Why no job can work at a path of the run folder: something that is no folder stands there, or on the way to it. */
export async function obstacleTo(root: string, path: string): Promise<string | undefined> {
  const parts = path.split("/");
  for (let i = 1; i <= parts.length; i++) {
    const there = parts.slice(0, i).join("/");
    try {
      if (!(await stat(join(root, there))).isDirectory())
        return `${there}: is a file where a folder of jobs should be; move it away and run again`;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw fileError("cannot be read", join(root, there), error);
    }
  }
  return undefined;
}

/** Paths below one folder, so that a record cannot have files outside of it looked at. */
const fileName = z.string().regex(/^(?!\/)(?!(?:.*\/)?\.\.?(?:\/|$))[^\\\0]+$/su);
const recordShape = z.object({
  state: z.enum(["done", "failed", "skipped"]),
  reason: z.string().nullable(),
  stage: z.string(),
  designHash: z.string(),
  inputsHash: z.string(),
  outputs: z.record(fileName, z.string()),
  summary: z.record(z.string(), z.unknown()),
});

function isRecord(value: unknown): value is JobRecord {
  return recordShape.safeParse(value).success;
}

/** sha256 of every file in a folder and below it, the record itself left out, by relative POSIX path, sorted. */
export async function hashOutputs(folder: string): Promise<{ [file: string]: string }> {
  const files = (await filesBelow(folder, (entry) => entry.isFile())).filter((file) => file !== recordFile);
  const outputs: { [file: string]: string } = {};
  for (const file of files) outputs[file] = await sha256File(join(folder, file));
  return outputs;
}

/** Names of recorded outputs that are gone or changed since. */
export async function changedOutputs(folder: string, record: JobRecord): Promise<string[]> {
  const changed: string[] = [];
  for (const [name, expected] of Object.entries(record.outputs)) {
    const got = await sha256File(join(folder, name)).catch(
      (error: unknown) => `unreadable: ${String(error)}`,
    );
    if (got !== expected) changed.push(name);
  }
  return changed;
}
