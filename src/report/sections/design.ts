// The design as a table a person can read, and the same as JSON for a program.

import { groupBy } from "../../array/group.ts";
import { doseText, fixedText } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";

/** Words for the keys of a design; anything else is shown under its own name. */
const labels: { readonly [key: string]: string } = {
  kind: "Kind of study",
  object: "Object",
  probe: "Probe",
  input: "Measured scan",
  read: "Read as",
  prepare: "Prepared with",
  sizePx: "Frame size N (px)",
  doses: "Doses (photons per frame)",
  doseFractions: "Fractions of the counts kept",
  fluences: "Fluences (photons per object px)",
  views: "Views",
  scan: "Scan",
  split: "Train and test split",
  subPixel: "Sub-pixel shift",
  backgroundPhotonsPerPx: "Background (photons per px)",
  probeDiameter: "Probe diameter, defined by",
  neighborCount: "Neighbours per group, K",
  enableOversampling: "Oversampling of groups",
  arms: "Arms",
  engines: "Engine options",
  methods: "Options of other arms",
  training: "Training",
  metrics: "Metrics",
  seeds: "Seeds of replicate 0",
  replicates: "Replicates",
};
const shownElsewhere = new Set(["schemaVersion", "name", "question"]);

export function designSection({ result }: ReportContext): Markup {
  const known = Object.keys(labels).filter((key) => key in result.design);
  const others = Object.keys(result.design).filter((key) => !(key in labels) && !shownElsewhere.has(key));
  const rows = [...known, ...others]
    .filter((key) => result.design[key] !== null)
    .map(
      (key) =>
        html`<tr>
          <th scope="row">${labels[key] ?? words(key)}</th>
          <td>${describe(key, shownValue(key, result.design))}</td>
        </tr>`,
    );
  return html`<section>
    <h2>Design</h2>
    <div class="scroll">
      <table class="list">
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <details>
      <summary>The design as JSON</summary>
      <pre>${JSON.stringify(result.design, null, 2)}</pre>
    </details>
  </section>`;
}

/** Options of arms that the study does not have say nothing of it; the JSON below holds them. */
function shownValue(key: string, design: { readonly [key: string]: unknown }): unknown {
  const value = design[key];
  const arms = design["arms"];
  if ((key !== "engines" && key !== "methods") || !isRecord(value) || !Array.isArray(arms)) return value;
  const used = new Set(usedNames(arms.map(String), value, design));
  return Object.fromEntries(Object.entries(value).filter(([name]) => used.has(name)));
}

/** The arms, and whatever the options of the arms name: the network that another arm starts from. */
function usedNames(
  arms: readonly string[],
  options: { readonly [name: string]: unknown },
  design: { readonly [key: string]: unknown },
): string[] {
  const methods = isRecord(design["methods"]) ? design["methods"] : {};
  const named = arms.flatMap((arm) => {
    const method = methods[arm];
    return isRecord(method) ? Object.values(method) : [];
  });
  return [...arms, ...Object.keys(options).filter((name) => named.includes(name))];
}

function describe(key: string, value: unknown): Markup | string {
  if (key === "views" && isRecord(value)) {
    const lines = Object.entries(value).map(
      ([view, settings]) =>
        html`<div>${view}: ${isRecord(settings) ? viewText(settings) : plain(settings)}</div>`,
    );
    return html`${lines}`;
  }
  if (key === "engines" && isRecord(value)) return optionsText(value, "every engine that has it");
  if (key === "methods" && isRecord(value)) return optionsText(value, "every arm that has it");
  if ((key === "doses" || key === "fluences") && Array.isArray(value)) {
    return value.map((item) => (typeof item === "number" ? doseText(item) : plain(item))).join(" · ");
  }
  return plain(value);
}

/** One line with the options that all which have them set alike, then a line for each with its own. */
function optionsText(named: { readonly [name: string]: unknown }, everyone: string): Markup {
  const all = Object.entries(named).map(
    ([name, options]) => [name, isRecord(options) ? Object.entries(options) : []] as const,
  );
  const values = groupBy(
    all.flatMap(([, options]) => options),
    ([key]) => key,
  );
  const isShared = (key: string): boolean => {
    const texts = values.get(key)!.map(([, value]) => JSON.stringify(value));
    return texts.length > 1 && new Set(texts).size === 1;
  };
  const shared = [...values.values()].flatMap(([first]) => (isShared(first![0]) ? [first!] : []));
  const lines = all.map(([name, options]) => {
    const own = options.filter(([key]) => !isShared(key));
    const text = own.length === 0 && options.length > 0 ? "nothing else" : plain(Object.fromEntries(own));
    return html`<div><b>${name}</b> ${text}</div>`;
  });
  return shared.length === 0
    ? html`${lines}`
    : html`<div><b>${everyone}</b> ${plain(Object.fromEntries(shared))}</div>
        ${lines}`;
}

function viewText(settings: { readonly [key: string]: unknown }): string {
  const { gridsize, overlap, ...rest } = settings;
  const asked = typeof overlap === "number" ? `overlap ${fixedText(overlap, 2)}` : "overlap as measured";
  return [
    `gridsize ${plain(gridsize)}`,
    asked,
    ...Object.entries(rest).map(([k, v]) => `${words(k)} ${plain(v)}`),
  ].join(", ");
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(plain).join(" · ");
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (!isRecord(value)) return "?";
  const entries = Object.entries(value);
  if (entries.length === 0) return "defaults";
  return entries
    .map(([key, item]) =>
      key === "kind" ? plain(item) : `${words(key)} ${isRecord(item) ? `(${plain(item)})` : plain(item)}`,
    )
    .join(", ");
}

const unitWords: { readonly [unit: string]: string } = { Px: "(px)", Rad: "(rad)" };

/** apertureCyclesPerPx: "aperture cycles per px"; heightPx: "height (px)". */
function words(key: string): string {
  const parts = key.split(/(?=[A-Z])/);
  const last = parts.at(-1)!;
  const unit = parts.length > 1 && parts.at(-2) !== "Per" ? unitWords[last] : undefined;
  const rest = unit === undefined ? parts : parts.slice(0, -1);
  return [rest.map((part) => part.toLowerCase()).join(" "), unit]
    .filter((part) => part !== undefined)
    .join(" ");
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
