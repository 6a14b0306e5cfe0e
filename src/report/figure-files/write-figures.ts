// Writes a report's figures into a folder: NAME.svg, NAME.png and NAME.csv each, and figures.csv, which lists them. A figure
// that cannot be drawn has its numbers all the same; the list says why it has no picture.

import { join } from "node:path";
import { messageOf } from "../../errors.ts";
import { writeFileAtomic } from "../../io/atomic.ts";
import type { ReportContext } from "../report-context.ts";
import { openRaster } from "./raster.ts";
import { csvText, type FigureSheet } from "./sheet.ts";
import { figureSheets } from "./sheets.ts";
import { standaloneSvg } from "./standalone.ts";

/** 183 mm at 300 dots per inch. */
const pngWidthPx = 2161;

/** Writes all figures. @returns what could not be drawn, each with its reason. @throws File when a file cannot be written. */
export async function writeFigures(context: ReportContext, folder: string): Promise<string[]> {
  const sheets = figureSheets(context);
  const raster = await openRaster();
  const problems = new Map<FigureSheet, string>();
  for (const sheet of sheets) {
    await writeFileAtomic(join(folder, `${sheet.name}.csv`), csvText(sheet.table));
    let svg: string;
    let png: Uint8Array;
    try {
      ({ svg } = standaloneSvg(sheet));
      png = raster.png(svg, pngWidthPx);
    } catch (problem) {
      problems.set(sheet, messageOf(problem));
      continue;
    }
    await writeFileAtomic(join(folder, `${sheet.name}.svg`), svg);
    await writeFileAtomic(join(folder, `${sheet.name}.png`), png);
  }
  const rows = sheets.map((sheet) => [sheet.name, sheet.title, problems.get(sheet) ?? null]);
  await writeFileAtomic(
    join(folder, "figures.csv"),
    csvText({ head: ["name", "title", "why it has no picture"], rows }),
  );
  return [...problems].map(([{ name }, reason]) => `${name}: ${reason}`);
}
