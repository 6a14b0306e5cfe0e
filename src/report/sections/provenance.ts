// Where every number comes from: hashes, versions, seeds, what each comparison is, and how to make it again.
// No clock, host or path of this machine: the same run gives the same page.

import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import { comparisonText, metricLongName, metricName } from "../wording.ts";

export function provenance({ result, summary }: ReportContext): Markup {
  const { design, designHash, doselapVersion } = result;
  const seeds = [...new Set(result.cells.map((cell) => cell.seed))].toSorted((a, b) => a - b);
  const sources = ["input", "object", "probe"].flatMap((key) => sourceOf(key, design[key]));
  const stats = summary.conditions.flatMap((condition) => condition.arms).flatMap((arm) => arm.stats);
  const comparisons = [...new Set(stats.map((stat) => stat.comparison))].map(
    (kind) => html`<div>${comparisonMeaning[kind]}</div>`,
  );
  const metrics = [...new Set(stats.map((stat) => stat.metric))].filter(
    (metric) => metricName(metric) !== metric,
  );
  const rows: [string, Markup | string][] = [
    ["Design hash (sha256 of the canonical design)", html`<code>${designHash}</code>`],
    ["doselap version", doselapVersion],
    ...sources,
    [
      "Pixel size",
      result.pixelSizeM === null
        ? "not known: frequencies are in cycles per pixel"
        : `${result.pixelSizeM.toExponential(4)} m`,
    ],
    [
      "Seeds",
      `${seeds.join(", ")} (${design["kind"] === "measured" ? "thinning" : "simulation"}, one per replicate)`,
    ],
    ["Comparisons", html`${comparisons}`],
    ["Metrics", metrics.map((metric) => `${metricName(metric)}: ${metricLongName(metric)}`).join("; ")],
    [
      "The null arm",
      "a flat object, put through the same gauge and scored on the same pixels as every other arm",
    ],
    [
      "Made by",
      html`<code>doselap report DIR</code>, from <code>study.json</code> and <code>compare/</code> of the run
        folder alone. The run itself: <code>doselap run STUDY --out DIR</code>, with the design above as
        STUDY.`,
    ],
  ];
  return html`<section>
    <h2>Provenance</h2>
    <div class="scroll">
      <table class="list">
        <tbody>
          ${rows.map(
            ([name, value]) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td>${value}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

const comparisonMeaning = {
  truth: `${comparisonText("truth")}: the reconstruction and the object that was simulated`,
  reference: `${comparisonText("reference")}: the reconstruction and the one from all counts and positions of the same scan; agreement, not truth`,
  halves: `${comparisonText("halves")}: two reconstructions from independently thinned halves of the counts; needs no reference`,
} as const;

/** File name without its folders, and hash, of a design's source file; nothing for a built-in one. */
function sourceOf(key: string, source: unknown): [string, Markup][] {
  if (typeof source !== "object" || source === null || !("path" in source)) return [];
  const name = String(source.path).split(/[\\/]/).at(-1)!;
  const sha256 = "sha256" in source && typeof source.sha256 === "string" ? source.sha256 : "not recorded";
  return [
    [`${key.charAt(0).toUpperCase()}${key.slice(1)} file`, html`${name}<br /><code>sha256 ${sha256}</code>`],
  ];
}
