// Writes a report in the forms that are asked for. The Markdown links to figure files, which are written with it.

import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { writeFileAtomic } from "../../io/atomic.ts";
import { figureSheets } from "../figure-files/sheets.ts";
import { type FigureFiles, writeFigures } from "../figure-files/write-figures.ts";
import { createReportContext, type ReportContext } from "../report-context.ts";
import type { RunData } from "../run-data.ts";
import { figuresFolder, writeReportOf } from "../write.ts";
import { csvExport } from "./csv.ts";
import type { ReportFormat } from "./formats.ts";
import { jsonExport } from "./json.ts";
import { type FigureLink, markdownExport } from "./markdown.ts";

export interface WrittenReport {
  readonly format: ReportFormat;
  readonly file: string;
  readonly bytes: number;
}

/** Writes each format to its file. @throws File when one cannot be written. */
export async function writeFormats(
  data: RunData,
  files: readonly { readonly format: ReportFormat; readonly file: string }[],
  figures: FigureFiles = {},
): Promise<WrittenReport[]> {
  const written: WrittenReport[] = [];
  const withFigures = new Set<string>();
  const context = createReportContext(data);
  try {
    // The page first: it writes the figures that the Markdown links to.
    for (const { format, file } of files.toSorted(
      (a, b) => Number(b.format === "html") - Number(a.format === "html"),
    )) {
      if (format === "html") {
        withFigures.add(figuresFolder(file));
        written.push({ format, file, bytes: await writeReportOf(data, file, figures) });
        continue;
      }
      if (format === "markdown" && !withFigures.has(figuresFolder(file)))
        await writeFigures(context, figuresFolder(file), figures);
      const content = Buffer.from(await textOf(context, format, file), "utf8");
      await writeFileAtomic(file, content);
      written.push({ format, file, bytes: content.byteLength });
    }
  } finally {
    context.maker.close();
  }
  return written;
}

async function textOf(
  context: ReportContext,
  format: Exclude<ReportFormat, "html">,
  file: string,
): Promise<string> {
  switch (format) {
    case "markdown":
      return markdownExport(context, await figureLinks(context, figuresFolder(file)));
    case "json":
      return jsonExport(context);
    case "csv":
      return csvExport(context.result);
    default:
      throw format satisfies never;
  }
}

/** Figures that could be drawn. */
async function figureLinks(context: ReportContext, folder: string): Promise<FigureLink[]> {
  const links = await Promise.all(
    figureSheets(context).map(async ({ name, title }): Promise<FigureLink[]> => {
      const isThere = await stat(join(folder, `${name}.svg`)).then(
        () => true,
        // The list of figures says why.
        () => false,
      );
      return isThere ? [{ title, path: `${basename(folder)}/${name}.svg` }] : [];
    }),
  );
  return links.flat();
}
