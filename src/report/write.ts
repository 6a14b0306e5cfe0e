// Writes report.html into a run folder, whole or not at all, and its figures as files beside it.

import { basename, dirname, extname, join } from "node:path";
import { writeFileAtomic } from "../io/atomic.ts";
import { type FigureFiles, writeFigures } from "./figure-files/write-figures.ts";
import { renderPage } from "./html.ts";
import { createReportContext } from "./report-context.ts";
import { readRun, type RunData } from "./run-data.ts";

/** Builds the report of a run folder and writes it to `file` (report.html in the folder). @returns the file's path. */
export async function writeReport(
  runDir: string,
  { file = join(runDir, "report.html") }: { file?: string } = {},
): Promise<string> {
  await writeReportOf(await readRun(runDir), file);
  return file;
}

/** Writes the report of a run that has been read, and its figures into the folder that `figuresFolder` names.
 * @returns the page's size in bytes. @throws File when something cannot be written. */
export async function writeReportOf(data: RunData, file: string, figures: FigureFiles = {}): Promise<number> {
  const context = createReportContext(data);
  try {
    // First, so that the page can say what is missing among them.
    for (const problem of await writeFigures(context, figuresFolder(file), figures))
      context.regret(`The figure file ${problem}`);
    const report = Buffer.from(renderPage(context), "utf8");
    await writeFileAtomic(file, report);
    return report.byteLength;
  } finally {
    context.maker.close();
  }
}

/** `figures` beside report.html, NAME-figures beside NAME.html: two reports in one folder keep theirs apart. */
export function figuresFolder(file: string): string {
  const name = basename(file, extname(file));
  return join(dirname(file), name === "report" ? "figures" : `${name}-figures`);
}
