// The comparison of runs as one HTML file that needs nothing else: what changed, what to be careful of, every paired
// difference. No clock, no host: the same runs give the same bytes.

import { groupBy } from "../../array/group.ts";
import { capitalised, doseText, numberText } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { page } from "../page.ts";
import { directionSign, metricLongName, metricName, unitText } from "../wording.ts";
import type { RunPair, RunsComparison } from "./compare-runs.ts";
import {
  byCondition,
  columnGroups,
  columnsOf,
  differenceText,
  mainColumns,
  noteLegend,
  rowOf,
  verdictCounts,
  type DifferenceColumn,
} from "./difference-text.ts";
import type { PairedRow } from "./paired-rows.ts";

/** What the report's style sheet has no rule for. */
const ownStyle = `.delta td.better{color:var(--arm-2);font-weight:600}.delta td.worse{color:var(--arm-1);font-weight:600}
.delta td.same{color:var(--muted)}`;

export function runComparisonPage(comparison: RunsComparison): string {
  const { runs, pairs } = comparison;
  const [first] = runs;
  const title = `${runs.map(({ name }) => name).join(" · ")} · doselap comparison`;
  const body = html`<header>
      <p class="kicker">doselap · comparison of runs</p>
      <h1>${runs.map(({ name }) => name).join(" against ")}</h1>
      ${pairs.map((pair) => pairAnswer(pair, first!.name))}
    </header>
    ${changesSection(comparison)} ${pairs.map((pair) => pairSection(pair, first!.name))}`;
  return page({ title, body, style: ownStyle });
}

function pairAnswer({ second, rows }: RunPair, first: string): Markup {
  const arms = [...groupBy(rows, ({ arm }) => arm)];
  return html`<p class="answer">
      ${`Of ${rows.length} paired metrics, ${second} against ${first}: ${verdictCounts(rows)}.`}
    </p>
    <ul class="caveats">
      ${arms.map(([arm, own]) => html`<li>${`${arm}: ${verdictCounts(own)}`}</li>`)}
    </ul>`;
}

function changesSection({ runs, changes }: RunsComparison): Markup {
  const heads = runs.map(({ name }) => html`<th scope="col">${name}</th>`);
  const facts: [string, string[]][] = [
    ["study", runs.map(({ study }) => study)],
    ["design hash", runs.map(({ designHash }) => designHash.slice(0, 12))],
    ["doselap", runs.map(({ doselapVersion }) => doselapVersion)],
    ["cells", runs.map(({ cells }) => String(cells))],
  ];
  const row = (name: string, values: readonly (string | null)[]): Markup =>
    html`<tr>
      <th scope="row">${name}</th>
      ${values.map((value) => html`<td>${value ?? "absent"}</td>`)}
    </tr>`;
  return html`<section>
    <h2>What changed</h2>
    <div class="scroll">
      <table class="list">
        <caption>
          ${changes.length === 0 ? "The designs are the same." : "Fields of the design that are not the same in all runs."}
        </caption>
        <thead>
          <tr>
            <th scope="col"></th>
            ${heads}
          </tr>
        </thead>
        <tbody>
          ${facts.map(([name, values]) => row(name, values))}
          ${changes.map(({ field, values }) => row(field, values))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function pairSection({ second, rows, cautions }: RunPair, first: string): Markup {
  const all = columnsOf(rows);
  const main = mainColumns(rows);
  const caption = `${second} minus ${first}: mean of the paired differences over the seeds, ± half of its 95 % interval (paired t over the seeds, none with one seed; two runs need not share a window, so tiles of the field are not drawn as they are within a report). ▲ better, ▼ worse: the interval leaves zero out. =: equal to the last digit. ${capitalised(noteLegend)}.`;
  return html`<section>
    <h2>${second} against ${first}</h2>
    ${
      cautions.length === 0
        ? null
        : html`<div class="banner" role="note">
            <p><b>Read with care.</b></p>
            <ul>
              ${cautions.map((caution) => html`<li>${caution}</li>`)}
            </ul>
          </div>`
    }
    <div class="scroll">${table(rows, main, caption)}</div>
    ${
      all.length === main.length
        ? null
        : html`<details>
            <summary>Every metric</summary>
            <div class="scroll">${table(rows, all, caption)}</div>
          </details>`
    }
  </section>`;
}

function table(rows: readonly PairedRow[], columns: readonly DifferenceColumn[], caption: string): Markup {
  const groups = columnGroups(columns);
  const heads = groups
    .flatMap((group) => group.columns)
    .map(
      ({ metric, comparison, unit, better }) =>
        html`<th scope="col" title="${metricLongName(metric, comparison)}">
          ${metricName(metric, comparison)}${"\u00a0"}${directionSign(better)}
          <small>${unitText(unit) || "\u00a0"}</small>
        </th>`,
    );
  return html`<table class="plain delta">
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        <th scope="col" rowspan="2">dose</th>
        <th scope="col" rowspan="2">view</th>
        <th scope="col" rowspan="2">arm</th>
        ${groups.map((group) => html`<th scope="colgroup" class="span" colspan="${group.columns.length}">${group.title}</th>`)}
        <th scope="col" rowspan="2">seeds</th>
      </tr>
      <tr>
        ${heads}
      </tr>
    </thead>
    <tbody>
      ${byCondition(rows).map((group) => tableRow(group, columns))}
    </tbody>
  </table>`;
}

function tableRow(group: readonly PairedRow[], columns: readonly DifferenceColumn[]): Markup {
  const { dose, view, arm } = group[0]!;
  const cells = columnGroups(columns)
    .flatMap((part) => part.columns)
    .map((column) => {
      const row = rowOf(group, column);
      if (row === undefined) return html`<td title="not in both runs">·</td>`;
      return html`<td class="${row.verdict}" title="${valuesText(row)}">${differenceText(row)}</td>`;
    });
  return html`<tr>
    <th scope="row">${doseText(dose)}</th>
    <td>${view}</td>
    <td>${arm}</td>
    ${cells}
    <td>${Math.max(...group.map(({ pairs }) => pairs))}</td>
  </tr>`;
}

/** "0.31 to 0.33, 3 seeds": what the difference is made of. */
function valuesText({ first, second, numbers, note }: PairedRow): string {
  if (first === null || second === null) return note;
  const seeds = `${numbers} ${numbers === 1 ? "seed" : "seeds"}`;
  return [`${numberText(first, 4)} to ${numberText(second, 4)}, ${seeds}`, note]
    .filter((text) => text !== "")
    .join("; ");
}
