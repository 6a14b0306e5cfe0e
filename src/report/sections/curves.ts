// Figure 1: resolution and similarity against dose, one panel per view; the other metrics folded away below.

import { capitalised } from "../format.ts";
import { belowFloorSentences } from "../below-floor.ts";
import { type StatKey, doseCurve, valueDomain } from "../figures/dose-curves.ts";
import { panelColumns } from "../figures/figure.ts";
import { floorLegend, hasFloor } from "../figures/floor-line.ts";
import { armLegend } from "../figures/legend.ts";
import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import { finishedArms, nullArm, type Stat } from "../summary.ts";
import {
  comparisonText,
  metricLongName,
  metricName,
  metricOrder,
  overlapText,
  seedsText,
  unitText,
  viewCondition,
} from "../wording.ts";

export function doseCurves(context: ReportContext): Markup | null {
  const { summary, answer, styles, result } = context;
  const all = metricKeys(context);
  const phaseSsim = all.find((key) => key.part === "phase" && key.metric === "ssim");
  const main = [answer.resolution, phaseSsim ?? null].filter((key) => key !== null);
  if (main.length === 0) return null;
  const others = all.filter((key) => !main.some((shown) => isSame(shown, key)) && key.metric !== "mse");
  const columns = panelColumns(summary.views.length);
  const seeds = Math.max(...summary.conditions.map((condition) => condition.cells.length));
  const bars =
    seeds > 1
      ? `Points are means over ${seedsText(summary)} seeds, bars one standard deviation; arms stand a little apart sideways, so that no bar hides another. `
      : "Each point is one seed, so there are no error bars. ";
  const isBound = (arm: { readonly stats: readonly Stat[] }): boolean =>
    arm.stats.some((stat) => stat.isLowerBound && main.some((key) => isSame(key, stat)));
  const bounds = summary.conditions.some(({ arms }) => arms.some(isBound))
    ? " “≥” and a name, above a dose: in some seed the correlation of that arm never crosses there, so that its point is a lower bound and has no bar."
    : "";
  const finest =
    result.pixelSizeM === null
      ? ""
      : " Resolution in length is the pixel size divided by this frequency (full period).";
  const legend = armLegend(finishedArms(summary), styles, (arm) => (arm === nullArm ? "flat object" : ""));
  return html`<section>
    <h2>Quality against dose</h2>
    <figure>
      ${legend} ${floorLegend(summary, main)}
      <div class="panels" style="--columns:${columns}">${main.map((key) => panelRow(context, key))}</div>
      <figcaption>
        <b>Figure 1.</b> ${main.map((key, i) => `${i === 0 ? "Top" : "Bottom"}: ${sentenceOf(key)}. `)}Higher
        is better in both. ${bars}The dotted line is the null arm, a flat object: what an arm must beat to
        have seen anything. Where it has no line its correlation has no
        value.${bounds}${finest}${floorSentence(context, main)}
      </figcaption>
    </figure>
    ${
      others.length === 0
        ? null
        : html`<details>
            <summary>The other metrics against dose</summary>
            ${legend} ${floorLegend(summary, others)}
            <div class="panels" style="--columns:${columns}">
              ${others.map((key) => panelRow(context, key))}
            </div>
          </details>`
    }
  </section>`;
}

/** What the floor's lines bound, and what may pass them. */
function floorSentence({ summary, result, answer }: ReportContext, keys: readonly StatKey[]): string {
  if (!keys.some((key) => hasFloor(summary, key, "unbiased"))) return "";
  const object =
    result.design["kind"] === "measured"
      ? " The full-dose reconstruction and its probe stand for the object and the probe; the photons that an arm shares with it count as no error."
      : "";
  const passed = belowFloorSentences(summary, answer.resolution).join(" ");
  const informed = keys.some((key) => hasFloor(summary, key, "informed"))
    ? " The line of dashes and dots bounds them too: no linear estimate that knows the object’s power spectrum does better in the mean over objects and noise."
    : "";
  return ` The solid line without marks is the Cramér–Rao floor: no unbiased estimate can do better with these photons, this probe and this scan, each object pixel free. Arms with a prior are no unbiased estimates and may pass it.${informed} A line that ends at the frame’s edge goes on beyond it.${object} ${passed}`;
}

function panelRow(context: ReportContext, key: StatKey & Partial<Stat>): Markup | null {
  const { maker, summary, styles } = context;
  const domain = valueDomain(summary, key);
  if (domain === null) return null;
  const unit = unitText(unitOf(context, key));
  const title = `${key.part === "complex" ? "" : `${key.part} `}${metricName(key.metric, key.comparison)}${unit === "" ? "" : ` (${unit})`}, ${comparisonText(key.comparison)}`;
  const panels = summary.views.map((view) => {
    const overlap = overlapText(viewCondition(summary, view));
    const picture = context.attempt(`${title} in ${view}`, () =>
      doseCurve(maker, summary, { key, view, styles, domain, label: title }),
    );
    return html`<div class="panel">
      <p class="panelname">${view} <span>${overlap}</span></p>
      ${picture}
    </div>`;
  });
  return html`<div class="rowname">${capitalised(title)}</div>
    ${panels}`;
}

function sentenceOf({ part, metric, comparison }: StatKey): string {
  const of = part === "complex" ? "" : ` of the ${part}`;
  const falls = { frc50: "0.5", frc1over7: "1/7", frcHalfBit: "the half-bit threshold" }[metric];
  if (falls === undefined) return `${metricLongName(metric, comparison)}${of}, ${comparisonText(comparison)}`;
  return `resolution, the spatial frequency at which the Fourier ring correlation${of}, ${comparisonText(comparison)}, falls below ${falls}`;
}

/** Every metric that any arm has, in reading order. */
function metricKeys({ summary }: ReportContext): Stat[] {
  const found = new Map<string, Stat>();
  for (const stat of summary.conditions.flatMap((c) => c.arms).flatMap((arm) => arm.stats)) {
    if (stat.better !== "none") found.set(JSON.stringify([stat.comparison, stat.part, stat.metric]), stat);
  }
  const order = (stat: Stat): number =>
    ["complex", "phase", "amplitude"].indexOf(stat.part) * 100 + (metricOrder.indexOf(stat.metric) + 1 || 99);
  return [...found.values()].toSorted((a, b) => order(a) - order(b));
}

function isSame(a: StatKey, b: StatKey): boolean {
  return a.comparison === b.comparison && a.part === b.part && a.metric === b.metric;
}

function unitOf(context: ReportContext, key: StatKey): string {
  return metricKeys(context).find((stat) => isSame(stat, key))?.unit ?? "";
}
