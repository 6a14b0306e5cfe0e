// Figure 5: Fourier ring correlation curves, a panel per dose and view, for each part that was correlated.

import { capitalised, doseText } from "../format.ts";
import { floorCorrelation } from "../floor-values.ts";
import { criterionOf, frcPanel, frcParts, frcSigns } from "../figures/frc-curves.ts";
import { panelColumns, panelWidth } from "../figures/figure.ts";
import { signLegend } from "../figures/legend.ts";
import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import { finishedArms } from "../summary.ts";

export function frcCurves(context: ReportContext): Markup | null {
  const { summary, answer } = context;
  const parts = frcParts(summary.conditions);
  const lead = leadPart(parts, answer.resolution?.part);
  if (lead === undefined) return null;
  const criterion = criterionOf(summary.conditions, lead);
  const halfBit =
    criterion.kind === "halves"
      ? "half a bit of information per pixel, as published for two halves (van Heel & Schatz 2005)"
      : "half a bit of information per pixel in a comparison with the truth or what stands for it: the published curve (van Heel & Schatz 2005) is that of two halves and lies lower";
  const isMeasured = context.result.design["kind"] === "measured";
  const meaning = isMeasured
    ? "“Halves” correlates two reconstructions from independently thinned halves of the counts and needs no reference; the other curves correlate with the full-dose reconstruction: it is made of the same counts and more, so they say how much of it is kept, not how true it is."
    : "The correlation is with the noise-free truth. Such a curve lies above one between two equally noisy halves (it is close to its square root where noise dominates), so the frequencies here must not be compared with half-against-half values from elsewhere.";
  const others = parts.filter((part) => part !== lead);
  return html`<section>
    <h2>Fourier ring correlation</h2>
    <figure>
      ${legend(context, lead)}${panels(context, lead)}
      <figcaption>
        <b>Figure 5.</b> ${partName(lead)}: correlation in rings of spatial frequency (Hann window, mean
        removed). Dashed: 0.5 and 1/7; solid grey: ${halfBit}. The dark dashed line, ${criterion.label}, is
        the one that fits ${criterion.meaning}: a signal-to-noise ratio of 1/3.
        ${meaning}${floorSentence(context, lead)}
      </figcaption>
    </figure>
    ${others.map(
      (part) =>
        html`<details>
          <summary>${partName(part)} curves</summary>
          ${legend(context, part)}${panels(context, part)}
        </details>`,
    )}
  </section>`;
}

function floorSentence({ summary }: ReportContext, part: string): string {
  if (!summary.conditions.some((condition) => floorCorrelation(condition, part).length > 0)) return "";
  return " The thin solid dark line is what the best unbiased estimate would show with these photons, this probe and this scan (Cramér–Rao).";
}

/** What the lines of a part are; arms without a curve have none. */
function legend({ summary, styles }: ReportContext, part: string): Markup {
  return signLegend(frcSigns(summary, { part, arms: finishedArms(summary), styles }));
}

function panels(context: ReportContext, part: string): Markup {
  const { summary, styles, maker } = context;
  const arms = finishedArms(summary);
  const columns = panelColumns(summary.views.length);
  const rows = summary.levels.toReversed().flatMap((level) =>
    summary.views.map((view) => {
      const condition = summary.conditions.find((c) => c.view === view && c.level === level);
      const picture =
        condition === undefined
          ? null
          : context.attempt(`The correlation of ${view} at ${doseText(level)}`, () =>
              frcPanel(maker, condition, { part, arms, styles, width: panelWidth(columns) }),
            );
      const unit = summary.axis === "dose" ? "photons per frame" : "photons per px";
      return html`<div class="panel">
        <p class="panelname">${view} <span>${doseText(level)} ${unit}</span></p>
        ${picture ?? html`<p class="muted">no curve</p>`}
      </div>`;
    }),
  );
  return html`<div class="panels small" style="--columns:${columns}">${rows}</div>`;
}

function leadPart(parts: readonly string[], resolutionPart: string | undefined): string | undefined {
  const wanted = resolutionPart === "complex" ? "halves" : resolutionPart;
  return parts.find((part) => part === wanted) ?? parts[0];
}

function partName(part: string): string {
  return part === "halves" ? "Half against half" : capitalised(part);
}
