// The report: one HTML file with everything in it. No script, no network, no external font; a content security
// policy in the page itself forbids them. A pure function of the run folder: same folder, same bytes.

import { html, raw } from "./markup.ts";
import { createReportContext } from "./report-context.ts";
import { readRun, type RunData } from "./run-data.ts";
import { doseCurves } from "./sections/curves.ts";
import { designSection } from "./sections/design.ts";
import { frcCurves } from "./sections/frc.ts";
import { gallery } from "./sections/gallery.ts";
import { opening } from "./sections/opening.ts";
import { overviewTable } from "./sections/overview-table.ts";
import { provenance } from "./sections/provenance.ts";
import { resultsTable } from "./sections/results-table.ts";
import { scanSection } from "./sections/scan.ts";
import { styleSheet } from "./style.ts";

/** Builds the report of a run folder that has been compared. @throws File, Format, Hash or Shape naming the file. */
export async function buildReport(runDir: string): Promise<string> {
  return renderReport(await readRun(runDir));
}

/** The report of what was read. Pure. */
export function renderReport(data: RunData): string {
  const context = createReportContext(data);
  try {
    const { design, designHash, doselapVersion } = data.result;
    const title = `${typeof design["name"] === "string" ? design["name"] : "study"} · doselap report`;
    return html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta
            http-equiv="Content-Security-Policy"
            content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
          />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="generator" content="doselap ${doselapVersion}" />
          <title>${title}</title>
          <link rel="icon" href="data:," />
          <style>
            ${raw(styleSheet)}
          </style>
        </head>
        <body>
          <main>
            ${opening(context)} ${doseCurves(context)} ${overviewTable(context)} ${resultsTable(context)}
            ${gallery(context)} ${frcCurves(context)} ${scanSection(context)} ${designSection(context)}
            ${provenance(context)}
            <footer>doselap ${doselapVersion} · design ${designHash.slice(0, 12)}</footer>
          </main>
        </body>
      </html> `.markup;
  } finally {
    context.maker.close();
  }
}
