// A stage's manifest: how each of its jobs stands, with relative paths and effective values, and no clock.

import { join } from "node:path";
import { writeJson } from "../io/atomic.ts";
import { cellFields } from "../study/cell.ts";
import type { RunContext } from "./context.ts";
import type { JobOutcome } from "./stage.ts";

/** Writes the manifest at a path relative to the run folder. */
export async function writeManifest(
  path: string,
  outcomes: readonly JobOutcome[],
  { root, designHash }: RunContext,
): Promise<void> {
  await writeJson(join(root, path), {
    schemaVersion: 1,
    designHash,
    jobs: outcomes.map(manifestRow),
  });
}

function manifestRow({ job, state, reason, summary }: JobOutcome): { [key: string]: unknown } {
  return {
    path: job.path,
    ...cellFields(job.cell),
    ...(job.arm === null ? {} : { arm: job.arm }),
    state,
    reason,
    ...summary,
  };
}
