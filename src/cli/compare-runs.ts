// `doselap compare RUN_A RUN_B …`: reads the runs, prints what changed, and writes the page.

import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "../io/atomic.ts";
import { doseText } from "../report/format.ts";
import { compareRuns, type RunPair, type RunsComparison } from "../report/run-comparison/compare-runs.ts";
import {
  byCondition,
  columnsOf,
  differenceText,
  mainColumns,
  noteLegend,
  rowOf,
  verdictCounts,
  type DifferenceColumn,
} from "../report/run-comparison/difference-text.ts";
import { runComparisonPage } from "../report/run-comparison/page.ts";
import { readRunResult } from "../report/run-data.ts";
import { directionSign, metricName } from "../report/wording.ts";
import type { StudyResult } from "../study/results.ts";
import { studyResultFile } from "../study/results-file.ts";
import { printJson, printLine, printNote, type CliContext } from "./context.ts";
import { keepApart, prepareOutput, runFiles } from "./output-file.ts";
import { textTable } from "./text-table.ts";

export interface RunsOptions {
  /** The HTML file; none when absent. */
  readonly out: string | undefined;
  /** Every metric in the printed table. */
  readonly all: boolean;
  readonly json: boolean;
}

export async function compareRunFolders(
  context: CliContext,
  names: readonly string[],
  { out, all, json }: RunsOptions,
): Promise<void> {
  await keepApart(
    context.cwd,
    [["--out", out]],
    names.flatMap((name) => runFiles("RUN", name)),
  );
  const file = out === undefined ? undefined : resolve(context.cwd, out);
  if (file !== undefined) await prepareOutput(file);
  const runs: { name: string; result: Awaited<ReturnType<typeof readRunResult>> }[] = [];
  // One after the other: of two broken folders the first is the one to name.
  for (const name of names) {
    const folder = resolve(context.cwd, name);
    const result = await readRunResult(folder);
    runs.push({ name, result });
    await noteGone(context, { name, folder, cells: result.cells });
  }
  const comparison = compareRuns(runs);
  if (file !== undefined) await writeFileAtomic(file, runComparisonPage(comparison));
  if (json) {
    printJson(context, { ...comparison, ...(file === undefined ? {} : { page: file }) });
    return;
  }
  printChanges(context, comparison);
  for (const pair of comparison.pairs) printPair(context, pair, { first: names[0]!, all });
  if (file !== undefined) printLine(context, file);
}

/** The study's numbers stand in one file; a run folder that has lost cells must not pass for a whole one. */
async function noteGone(
  context: CliContext,
  {
    name,
    folder,
    cells,
  }: { readonly name: string; readonly folder: string; readonly cells: StudyResult["cells"] },
): Promise<void> {
  const gone: string[] = [];
  for (const { path } of cells) {
    const at = join(folder, path.startsWith("compare/") ? "" : "compare", path, "metrics.json");
    if (!(await stat(at).catch(() => undefined))?.isFile()) gone.push(path);
  }
  if (gone.length === 0) return;
  const some =
    gone.length > 3 ? `${gone.slice(0, 3).join(", ")} and ${gone.length - 3} more` : gone.join(", ");
  printNote(
    context,
    `note: ${name} no longer holds ${gone.length} of its ${cells.length} comparisons (${some}); their numbers are those that ${studyResultFile} kept, which \`doselap report ${name} --verify\` checks`,
  );
}

function printChanges(context: CliContext, { runs, changes }: RunsComparison): void {
  if (changes.length === 0) {
    printLine(context, "The designs are the same.");
    return;
  }
  const rows = changes.map(({ field, values }) => [field, ...values.map((value) => value ?? "absent")]);
  for (const line of textTable(["design", ...runs.map(({ name }) => name)], rows)) printLine(context, line);
}

function printPair(
  context: CliContext,
  { second, rows, cautions }: RunPair,
  { first, all }: { readonly first: string; readonly all: boolean },
): void {
  for (const caution of cautions) printNote(context, `note: ${caution}`);
  const columns = all ? columnsOf(rows) : mainColumns(rows);
  const lines = textTable(
    ["dose", "view", "arm", ...columns.map(headOf), "seeds"],
    byCondition(rows).map((group) => {
      const { dose, view, arm } = group[0]!;
      const cells = columns.map((column) => {
        const row = rowOf(group, column);
        return row === undefined ? "·" : differenceText(row);
      });
      return [doseText(dose), view, arm, ...cells, String(Math.max(...group.map(({ pairs }) => pairs)))];
    }),
  );
  printLine(context);
  for (const line of lines) printLine(context, line);
  if (rows.some(({ note, difference }) => note !== "" && difference === null)) printLine(context, noteLegend);
  printLine(
    context,
    `${second} minus ${first}: mean of the paired differences ± half of its 95 % interval (paired t)`,
  );
  printLine(context, `of ${rows.length} paired metrics: ${verdictCounts(rows)}`);
}

function headOf({ part, metric, better, comparison }: DifferenceColumn): string {
  const what = part === "complex" ? comparison : part;
  return `${what} ${metricName(metric, comparison)} ${directionSign(better)}`.trimEnd();
}
