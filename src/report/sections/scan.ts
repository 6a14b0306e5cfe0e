// Figure 6 and its table: where the compared frames were taken, and the overlap as it was measured.

import { doseText, fixedText, numberText } from "../format.ts";
import { panelColumns } from "../figures/figure.ts";
import { scanPicture } from "../figures/scan-picture.ts";
import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import { viewCondition } from "../wording.ts";

export function scanSection({ summary, result, attempt }: ReportContext): Markup | null {
  const firsts = summary.views.flatMap((view) => viewCondition(summary, view)?.cells.slice(0, 1) ?? []);
  if (firsts.length === 0) return null;
  const pictures = firsts.map(
    (cell) =>
      html`<div class="panel">
        <p class="panelname">${cell.view} <span>overlap ${fixedText(cell.overlapMeasured, 2)}</span></p>
        ${attempt(`The scan of ${cell.view}`, () => scanPicture(cell))}
      </div>`,
  );
  const definition = result.design["probeDiameter"];
  const rows = summary.conditions.flatMap((condition) => {
    const cell = condition.cells[0];
    if (cell === undefined) return [];
    return [
      html`<tr>
        <th scope="row">${condition.view}</th>
        <td>${doseText(condition.dose)}</td>
        <td>${numberText(cell.measuredMeanCounts, 5)}</td>
        <td>${numberText(condition.fluence)}</td>
        <td>${cell.frames}</td>
        <td>${cell.stepPx === null ? "as measured" : numberText(cell.stepPx)}</td>
        <td>${numberText(cell.probeDiameterPx)}</td>
        <td>${cell.overlapAsked === null ? "as measured" : fixedText(cell.overlapAsked, 2)}</td>
        <td>${fixedText(cell.overlapMeasured, 3)}</td>
      </tr>`,
    ];
  });
  return html`<section>
    <h2>Scan and overlap</h2>
    <figure>
      <div class="panels" style="--columns:${panelColumns(firsts.length)}">${pictures}</div>
      <figcaption>
        <b>Figure 6.</b> Positions of the compared frames (dots) with the probe as a disc of its measured
        diameter${typeof definition === "string" ? ` (${definition})` : ""}; one typical pair of nearest
        neighbours is marked: their common area over the disc’s is the overlap. Dashed: the field that is
        compared.
      </figcaption>
    </figure>
    <div class="scroll">
      <table class="plain">
        <caption>
          <b>Table 5.</b>
          What was asked for and what was measured, first seed of each condition.
        </caption>
        <thead>
          <tr>
            <th scope="col">view</th>
            <th scope="col">dose <small>photons/frame</small></th>
            <th scope="col">counts <small>mean per frame</small></th>
            <th scope="col">fluence <small>photons/px</small></th>
            <th scope="col">frames <small>compared</small></th>
            <th scope="col">step <small>px</small></th>
            <th scope="col">probe <small>diameter, px</small></th>
            <th scope="col">overlap <small>asked</small></th>
            <th scope="col">overlap <small>measured</small></th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}
