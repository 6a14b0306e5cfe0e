// The report: one HTML file with everything in it. No network, no external font, and no script but the viewer's; a content
// security policy in the page itself forbids them. A pure function of the run folder: same folder, same bytes.

import { html, type Markup } from "./markup.ts";
import { page } from "./page.ts";
import { createReportContext, type ReportContext } from "./report-context.ts";
import { readRun, type RunData } from "./run-data.ts";
import { costSection } from "./sections/cost.ts";
import { breakPoints } from "./sections/break-points.ts";
import { doseCurves } from "./sections/curves.ts";
import { designSection } from "./sections/design.ts";
import { frcCurves } from "./sections/frc.ts";
import { gallery, galleryIds } from "./sections/gallery.ts";
import { heatMaps } from "./sections/heat-maps.ts";
import { isoDoseSection } from "./sections/iso-dose.ts";
import { opening } from "./sections/opening.ts";
import { overviewTable } from "./sections/overview-table.ts";
import { preparationSection } from "./sections/preparation.ts";
import { provenance } from "./sections/provenance.ts";
import { resultsTable } from "./sections/results-table.ts";
import { scanSection } from "./sections/scan.ts";
import { viewerSection } from "./sections/viewer.ts";
import { studyPictures } from "./study-pictures.ts";
import { viewerStyle } from "./style-viewer.ts";
import { type PageScript, viewerScript } from "./viewer-script.ts";

/** Builds the report of a run folder that has been compared. @throws File, Format, Hash or Shape naming the file. */
export async function buildReport(runDir: string): Promise<string> {
  return renderReport(await readRun(runDir));
}

/** The report of what was read. Pure. */
export function renderReport(data: RunData): string {
  const context = createReportContext(data);
  try {
    return renderPage(context);
  } finally {
    context.maker.close();
  }
}

/** The page of a report that has been prepared. */
export function renderPage(context: ReportContext): string {
  const script = scriptOf(context);
  const sections = sectionsOf(context);
  const { design, designHash, doselapVersion } = context.result;
  const title = `${typeof design["name"] === "string" ? design["name"] : "study"} · doselap report`;
  const body = html`${undrawn(context)} ${opening(context)} ${sections}
    <footer>doselap ${doselapVersion} · design ${designHash.slice(0, 12)}</footer>`;
  return page({ title, body, style: viewerStyle, script });
}

/** Everything below the opening. */
function sectionsOf(context: ReportContext): (Markup | null)[] {
  return [
    context.attempt("The figure of equal fluence", () => isoDoseSection(context)),
    doseCurves(context),
    heatMaps(context),
    overviewTable(context),
    breakPoints(context),
    resultsTable(context),
    picturesSection(context),
    frcCurves(context),
    scanSection(context),
    preparationSection(context),
    designSection(context),
    costSection(context),
    provenance(context),
  ];
}

function picturesSection(context: ReportContext): Markup | null {
  return context.attempt("The reconstructions", () => {
    const pictures = studyPictures(context, context.summary);
    if (pictures.views.length === 0) return null;
    return html`<section>
      <h2>Reconstructions</h2>
      ${context.attempt("The viewer", () => viewerSection(context, pictures, galleryIds(pictures)))}
      <div id="gallery">${context.attempt("The gallery", () => gallery(context, pictures))}</div>
    </section>`;
  });
}

/** The page's script; without it the page still has everything but the viewer. */
function scriptOf(context: ReportContext): PageScript | null {
  let script: PageScript | null = null;
  context.attempt("The viewer's script", () => {
    script = viewerScript();
    return null;
  });
  return script;
}

/** Figures that are missing, at the top where nobody can miss it. */
function undrawn({ failures }: ReportContext): Markup | null {
  const lines = failures();
  if (lines.length === 0) return null;
  return html`<div class="banner" role="note">
    <p><b>Not everything could be drawn.</b> No number is missing: they are in the tables.</p>
    <ul>
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
  </div>`;
}
