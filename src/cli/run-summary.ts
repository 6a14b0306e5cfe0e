// How a run ended, as a person and an exit code are told.

import { join } from "node:path";
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
): Promise<void> {
  // Plain progress has said it already; the terminal's display has no room for reasons.
  if (context.process.stderr.isTTY === true) {
    for (const { job, reason } of summary.jobs.filter(({ state }) => state === "failed")) {
      printNote(context, `failed: ${job.path}: ${reason ?? ""}`);
    }
  }
  if (stages.includes("compare"))
    for (const line of await resultTable(summary.root)) printLine(context, line);
  const { done, reused, failed, skipped } = summary;
  printLine(
    context,
    `${done} ${done === 1 ? "job" : "jobs"} done (${reused} found finished), ${skipped} skipped, ${failed} failed`,
  );
  if (stages.includes("report")) printLine(context, `report: ${join(shown, "report.html")}`);
}

export function exitCodeOf({ failed, skipped }: RunSummary, strict: boolean): number {
  if (failed > 0) return exitCodes.failed;
  return strict && skipped > 0 ? exitCodes.skipped : exitCodes.ok;
}
