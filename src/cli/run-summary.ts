// How a run ended, as a person and an exit code are told.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDoselapError } from "../errors.ts";
import type { StageName } from "../pipeline/stage.ts";
import type { RunSummary } from "../pipeline/summary.ts";
import { exitCodes, printLine, printNote, type CliContext } from "./context.ts";
import { resultTable } from "./result-table.ts";

/** The failed jobs, the table of results, the counts, and where the report is. */
export async function printSummary(
  context: CliContext,
  summary: RunSummary,
  shown: string,
  stages: readonly StageName[],
  { failuresTold }: { readonly failuresTold: boolean },
): Promise<void> {
  if (!failuresTold) {
    for (const { job, reason } of summary.jobs.filter(({ state }) => state === "failed")) {
      printNote(context, `failed: ${job.path}: ${reason ?? ""}`);
    }
  }
  if (stages.includes("compare")) for (const line of await resultLines(summary)) printLine(context, line);
  const { done, reused, failed, skipped } = summary;
  if (stages.every((name) => name === "plan")) {
    printLine(context, "the study is planned");
    return;
  }
  printLine(
    context,
    `${done} ${done === 1 ? "job" : "jobs"} done (${reused} found finished), ${skipped} skipped, ${failed} failed`,
  );
  // A run that was cut off, or is not collected yet, has none.
  if (stages.includes("report") && existsSync(join(summary.root, "report.html")))
    printLine(context, `report: ${join(shown, "report.html")}`);
}

/** The table, or why there is none: a run that was cut off may have no comparison. */
async function resultLines({ root, failed }: RunSummary): Promise<readonly string[]> {
  try {
    return await resultTable(root);
  } catch (error) {
    if (failed === 0 || !isDoselapError(error, "File")) throw error;
    return ["no table: the jobs were not compared; run the same command again to go on"];
  }
}

export function exitCodeOf({ failed, skipped }: RunSummary, strict: boolean): number {
  if (failed > 0) return exitCodes.failed;
  return strict && skipped > 0 ? exitCodes.skipped : exitCodes.ok;
}
