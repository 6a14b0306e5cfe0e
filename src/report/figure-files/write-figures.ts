// Writes a report's figures into a folder: NAME.svg, NAME.png and NAME.csv each, and figures.csv, which lists them. A figure
// that cannot be drawn has its numbers all the same; the list says why it has no picture.

import { join } from "node:path";
import { isDoselapError, messageOf } from "../../errors.ts";
import { writeFileAtomic } from "../../io/atomic.ts";
import type { ReportContext } from "../report-context.ts";
import { costSheet } from "./cost-sheet.ts";
import { openRaster } from "./raster.ts";
import { csvText, type FigureSheet } from "./sheet.ts";
import { figureSheets } from "./sheets.ts";
import { standaloneSvg } from "./standalone.ts";

/** 183 mm at 300 dots per inch. */
const pngWidthPx = 2161;

export interface FigureFiles {
  /** false: no PNG, which takes longest. */
  readonly png?: boolean | undefined;
  /** true: the figure of processor times, too. */
  readonly cost?: boolean | undefined;
}

/** Writes all figures. @returns what could not be drawn, each with its reason. @throws File when a file cannot be written. */
export async function writeFigures(
  context: ReportContext,
  folder: string,
  { png = true, cost = false }: FigureFiles = {},
): Promise<string[]> {
  const sheets = figureSheets(context);
  const raster = png ? await openRaster() : null;
  const problems = new Map<FigureSheet, string>();
  for (const sheet of [...sheets, ...(cost ? costSheet(context) : [])]) {
    await writeFileAtomic(join(folder, `${sheet.name}.csv`), csvText(sheet.table));
    try {
      const { svg } = standaloneSvg(sheet);
      const pixels = raster?.png(svg, pngWidthPx);
      await writeFileAtomic(join(folder, `${sheet.name}.svg`), svg);
      if (pixels !== undefined) await writeFileAtomic(join(folder, `${sheet.name}.png`), pixels);
    } catch (problem) {
      if (isDoselapError(problem, "File")) throw problem;
      problems.set(sheet, messageOf(problem));
    }
  }
  const rows = sheets.map((sheet) => [sheet.name, sheet.title, problems.get(sheet) ?? null]);
  await writeFileAtomic(
    join(folder, "figures.csv"),
    csvText({ head: ["name", "title", "why it has no picture"], rows }),
  );
  return [...problems].map(([{ name }, reason]) => `${name}: ${reason}`);
}
