// The tidy rows as comma-separated values (RFC 4180): one heading line, an empty field for what does not exist. A text that a
// spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers.
// https://owasp.org/www-community/attacks/CSV_Injection

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

function csvField(value: TidyRow[keyof TidyRow]): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
