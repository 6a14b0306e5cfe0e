// Writes report.html into a run folder, whole or not at all.

import { join } from "node:path";
import { writeFileAtomic } from "../io/atomic.ts";
import { renderReport } from "./html.ts";
import { readRun, type RunData } from "./run-data.ts";

/** Builds the report of a run folder and writes it to `file` (report.html in the folder). @returns the file's path. */
export async function writeReport(
  runDir: string,
  { file = join(runDir, "report.html") }: { file?: string } = {},
): Promise<string> {
  await writeReportOf(await readRun(runDir), file);
  return file;
}

/** Writes the report of a run that has been read. @returns its size in bytes. @throws File when it cannot be written. */
export async function writeReportOf(data: RunData, file: string): Promise<number> {
  const report = Buffer.from(renderReport(data), "utf8");
  await writeFileAtomic(file, report);
  return report.byteLength;
}
