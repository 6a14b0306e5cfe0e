// Where every number comes from: hashes, versions, seeds, what each comparison is, and how to make it again.
// No clock, host or path of this machine: the same run gives the same page, its cost section aside.

import { stageHash } from "../../study/design/hash.ts";
import { designSchema } from "../../study/design/schema.ts";
import { html, type Markup } from "../markup.ts";
import { factTable } from "../page.ts";
import { repeatCommands } from "../repeat-commands.ts";
import type { ReportContext } from "../report-context.ts";
import { comparisonText, metricLongName, metricName } from "../wording.ts";

export function provenance({ result, summary, preparation }: ReportContext): Markup {
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
  const commands = repeatCommands.map(
    ({ command, does }) => html`<div><code>${command}</code> ${does}</div>`,
  );
  const rows: [string, Markup | string][] = [
    ["Design hash (sha256 of the canonical design)", html`<code>${designHash}</code>`],
    ...stageHashes(design),
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
    ["Machine and times", "under Cost, the one section that depends on the machine"],
    [
      "Made from",
      html`<code>study.json</code>, <code>compare/</code> and, for the cost, <code>events.jsonl</code> of the
        run folder alone${preparation === undefined ? "" : html`, and <code>plan/preparation.json</code>`}`,
    ],
    ["To repeat it", html`${commands} DIR is the run folder.`],
  ];
  return html`<section id="provenance">
    <h2>Provenance</h2>
    ${factTable(rows)}
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

/** What each stage depends on: two runs with the same hash have the same files of that stage. Nothing for a design that this
 * version cannot read. */
function stageHashes(design: { readonly [key: string]: unknown }): [string, Markup][] {
  const parsed = designSchema.safeParse(design);
  if (!parsed.success) return [];
  const lines = (["generate", "views", "train", "reconstruct"] as const).map(
    (stage) => html`<div>${stage} <code>${stageHash(parsed.data, stage).slice(0, 16)}</code></div>`,
  );
  return [["Hashes of the stages (each of what it depends on)", html`${lines}`]];
}
