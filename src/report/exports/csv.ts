// The tidy rows as comma-separated values: one heading line, an empty field for what does not exist.

import { csvField } from "../../io/csv.ts";
import type { StudyResult } from "../../study/results.ts";
import { tidyRows, type TidyRow } from "./tidy-rows.ts";

const columns = [
  "dose",
  "fluence",
  "view",
  "gridsize",
  "overlap",
  "frames",
  "seed",
  "arm",
  "trainer",
  "comparison",
  "part",
  "metric",
  "value",
  "crossing",
  "unit",
  "better",
  "n",
  "isReference",
  "isDistinguishableFromNull",
  "state",
  "reason",
] as const satisfies readonly (keyof TidyRow)[];

export function csvExport(result: StudyResult): string {
  const lines = tidyRows(result).map((row) => columns.map((name) => csvField(row[name])).join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}
