// Reading what an earlier stage left: its record must be there, done, of the same design, and is named by content.

import { join } from "node:path";
import { DoselapError } from "../errors.ts";
import type { RunContext } from "./context.ts";
import { readRecord, type JobRecord } from "./record.ts";
import type { StageName } from "./stage.ts";

/** The record of an earlier job. @throws Job when that stage has not run, Hash when it ran for another design. */
async function upstreamRecord(
  { root, designHash }: RunContext,
  path: string,
  stage: StageName,
): Promise<JobRecord> {
  const record = await readRecord(join(root, path));
  if (record === undefined) {
    throw new DoselapError("Job", "is not there yet", {
      file: path,
      hint: `Run \`doselap run … --stage ${stage}\` first, with the same filters.`,
    });
  }
  if (record.designHash !== designHash) {
    throw new DoselapError("Hash", "was made for another design", {
      file: path,
      expected: designHash.slice(0, 12),
      got: record.designHash.slice(0, 12),
      hint: "Delete it, or use a new --out.",
    });
  }
  return record;
}

/** Content hashes of an earlier job's files. @throws Job also when the job did not end well. */
export async function upstreamFiles(
  context: RunContext,
  path: string,
  stage: StageName,
  files: readonly string[],
): Promise<{ [file: string]: string }> {
  const record = await upstreamRecord(context, path, stage);
  if (record.state !== "done") {
    throw new DoselapError("Job", `had ${record.state}: ${record.reason ?? "no reason given"}`, {
      file: path,
    });
  }
  return Object.fromEntries(
    files.map((file) => {
      const hash = record.outputs[file];
      if (hash === undefined) {
        throw new DoselapError("Job", "was not written by its job", { file: `${path}/${file}` });
      }
      return [`${path}/${file}`, hash];
    }),
  );
}
