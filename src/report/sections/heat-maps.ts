// Figure 2: dose × overlap of every arm as small multiples, for the resolution that the answer speaks of.

import { resolutionWords } from "../answer-sentence.ts";
import { heatCells, heatDomain, heatMap, periodText } from "../figures/heat-map.ts";
import { fixedText } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import { finishedArms } from "../summary.ts";
import { tableStrip } from "../images.ts";
import { sequentialTable } from "../colormap.ts";
import { pngDataUri } from "../../io/png.ts";

export function heatMaps(context: ReportContext): Markup | null {
  const { summary, answer, result, maker } = context;
  const key = answer.resolution;
  if (key === null) return null;
  const arms = finishedArms(summary).map((arm) => ({ arm, cells: heatCells(summary, key, arm) }));
  const domain = heatDomain(arms.flatMap(({ cells }) => cells));
  if (domain === null) return null;
  const { pixelSizeM } = result;
  const { what, how } = resolutionWords(key);
  const panels = arms.map(
    ({ arm, cells }) =>
      html`<div class="panel">
        <p class="panelname">${arm}</p>
        ${context.attempt(`The heat map of ${arm}`, () =>
          heatMap(maker, summary, {
            cells,
            domain,
            label: `${what} of ${arm}`,
            secondLine: (cell) => periodText(cell, pixelSizeM),
          }),
        )}
      </div>`,
  );
  const ends = domain.map((value) => fixedText(value, 2));
  return html`<section>
    <h2>Dose and overlap</h2>
    <figure>
      <div class="panels small" style="--columns:${Math.min(3, arms.length)}">${panels}</div>
      <div class="keys">
        <span class="key"
          ><span class="name">cycles/px, lighter is finer</span
          ><img
            src="${pngDataUri(tableStrip(sequentialTable()))}"
            width="230"
            height="12"
            alt="colour bar, ${ends[0]!} to ${ends[1]!} cycles per pixel"
          /><span class="ticks">${ends.map((end) => html`<span>${end}</span>`)}</span></span
        >
      </div>
      <figcaption>
        <b>Figure 2.</b> The ${what} (${how}) that each arm reaches at every dose and overlap, in cycles per
        pixel${pixelSizeM === null ? "" : " and as a full period"}; all maps have one colour scale. “≥”: a
        lower bound; “0”: nothing is resolved; “–”: no value; “≈ null”: not distinguishable from the null arm.
        The overlap under a view’s name is the one measured.
      </figcaption>
    </figure>
  </section>`;
}
