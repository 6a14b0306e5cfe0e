// Few bright frames or many faint ones: the figure of a study at equal fluence on the sample, one panel per fluence, one curve
// per arm, frames × photons per frame against resolution.

import { resolutionWords } from "../answer-sentence.ts";
import { hasNullLine, isoDoseCurve, isoDoseWidth } from "../figures/iso-dose.ts";
import { armLegend } from "../figures/legend.ts";
import { capitalised, doseText } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import { finishedArms, nullArm } from "../summary.ts";

export function isoDoseSection(context: ReportContext): Markup | null {
  const { summary, answer, styles, maker } = context;
  const { statistics } = answer;
  if (summary.axis !== "fluence" || statistics === null || summary.views.length < 2) return null;
  const arms = finishedArms(summary).filter((arm) => arm !== nullArm);
  const { what, how } = resolutionWords(statistics.measure);
  const width = isoDoseWidth(summary);
  const hasNull = hasNullLine(summary, statistics.measure);
  const nullWords = hasNull
    ? " The dotted line is the null arm, a flat object."
    : " The null arm, a flat object, has no correlation and so no line.";
  const panels = summary.levels.map((level) => {
    const picture = isoDoseCurve(maker, summary, { statistics, level, arms, styles, width });
    return html`<div class="panel">
      <p class="panelname">
        ${doseText(level)} <span>photons per object pixel, whatever the number of frames</span>
      </p>
      ${picture}
    </div>`;
  });
  const bars = statistics.resolutions.some(({ interval }) => interval !== null)
    ? "Bars: 95 % intervals over seeds and tiles, open at the top where one has no upper end; arms stand a little apart sideways."
    : "There are too few seeds and tiles for intervals.";
  return html`<section id="iso-dose">
    <h2>Few bright frames or many faint ones</h2>
    <figure>
      ${armLegend(hasNull ? [...arms, nullArm] : arms, styles, (arm) => (arm === nullArm ? "flat object" : ""))}
      <div class="panels" style="--columns:${Math.min(3, summary.levels.length)}">
        <div class="rowname">${capitalised(what)} (cycles/px), ${how}</div>
        ${panels}
      </div>
      <figcaption>
        <b>At equal fluence.</b> ${capitalised(what)} (${how}), cycles per pixel, against how the same photons
        on the sample are shared out: to the right more frames that overlap more, each with fewer photons.
        Under each tick the number of frames, and the photons in each. ${bars} “≥”: the correlation never
        crosses, a lower bound.${nullWords}
      </figcaption>
    </figure>
  </section>`;
}
