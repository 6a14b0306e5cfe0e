// What was done to a measured scan before it was a dataset; nothing for a scan that was one, or a simulation.

import { pngDataUri } from "../../io/png.ts";
import { html, type Markup } from "../markup.ts";
import { orientationTable } from "../orientation-table.ts";
import { factTable } from "../page.ts";
import type { ReportContext } from "../report-context.ts";

export function preparationSection({ preparation }: ReportContext): Markup | null {
  if (preparation === undefined) return null;
  const { file, done, warnings, orientation, files, picture } = preparation;
  return html`<section id="preparation">
    <h2>Preparation of the scan</h2>
    <p>
      <b>${file}</b> is no dataset: it was prepared as by <code>doselap prepare</code>, whose page of pictures
      is <code>plan/preparation.html</code> in the run folder.
    </p>
    ${
      warnings.length === 0
        ? null
        : html`<ul>
            ${warnings.map((text) => html`<li>Warning: ${text}</li>`)}
          </ul>`
    }
    <figure>
      <img
        src="${pngDataUri(picture)}"
        style="width:100%;max-width:60rem;height:auto;background:#fff"
        alt="Mean pattern with its centre and mask, scan path, overlap, start probe, counts"
      />
      <figcaption>
        The scan as it was prepared: what was found in the frames, and what was made of it.
      </figcaption>
    </figure>
    ${factTable(done.map((text, i) => [String(i + 1), text] as const))}
    ${orientation === null ? null : orientationTable(orientation.scores)}
    ${factTable(files.map((each) => [`${each.role}: ${each.file}`, html`<code>sha256 ${each.sha256}</code>`] as const))}
  </section>`;
}
