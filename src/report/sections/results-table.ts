// Table 4: arm × dose × view, every number with its unit and direction, the null row, n, and the best value of each
// condition, bold only where it is better by a paired difference. An arm that did not run is a sentence across the row and
// never a number.

import { clearLeaders } from "../clear-leaders.ts";
import { doseText, fixedText, lengthText, numberText } from "../format.ts";
import { isCrossing } from "../frc-limit.ts";
import { html, type Markup } from "../markup.ts";
import { sortedWarnings } from "../warnings.ts";
import type { ReportContext } from "../report-context.ts";
import { type ArmSummary, type Condition, nullArm, type Stat, statOf } from "../summary.ts";
import {
  directionSign,
  externalText,
  metricLongName,
  metricName,
  metricOrder,
  metricValue,
  overlapText,
  partTitle,
  unitText,
  viewCondition,
} from "../wording.ts";

interface Column extends Pick<Stat, "comparison" | "part" | "metric" | "unit" | "better"> {
  /** The arm that is better than every other, of the conditions that have one. */
  readonly leaders: ReadonlyMap<Condition, string>;
}

/** First column of a group: it stands a little apart. */
function startClass(columns: readonly Column[], i: number): string {
  return i === 0 || partTitle(columns[i]!) !== partTitle(columns[i - 1]!) ? "start" : "";
}

const mainMetrics = ["mae", "psnr", "ssim", "msSsim", "frc50"];
/** A measured study has half-against-half columns as well; with these few the table still fits a page. */
const mainMetricsBesideHalves = ["psnr", "ssim", "frc50"];

export function resultsTable(context: ReportContext): Markup {
  const all = columnsOf(context);
  const chosen = all.some((column) => column.comparison === "halves") ? mainMetricsBesideHalves : mainMetrics;
  const main = all.filter((column) => column.comparison === "halves" || chosen.includes(column.metric));
  const seeds = Math.max(0, ...context.summary.conditions.map((condition) => condition.cells.length));
  const spread = seeds > 1 ? " Values are means over the seeds ± one standard deviation." : "";
  const compared =
    seeds < 6
      ? "; with fewer than six seeds only FRC columns can say so, whose tiles of the field are drawn as well"
      : "";
  const length = context.result.pixelSizeM === null ? "" : " Lengths under an FRC value are the full period.";
  const caption = html`<b>Table 4.</b> Every arm at every dose and view. ↑ higher is better, ↓ lower is
    better. Underlined: the best value of a condition; bold as well: better than every other arm’s by a paired
    difference whose 95 % interval leaves zero out${compared}.${spread} FRC columns give the frequency at
    which the correlation falls below the threshold: “≥” in some seed it never crosses, so that the last ring
    is a lower bound, without a spread; “–” it has no value (a constant image); “0” it lies below from the
    first ring; “·” not measured for this arm.${length} n: pixels compared.`;
  const { general } = sortedWarnings(context.result);
  return html`<section>
    <h2>Results</h2>
    <div class="scroll">${table(context, main, caption)}</div>
    ${general.length === 0 ? null : html`<p class="tablenote">For every row: ${general.join("; ")}.</p>`}
    ${
      all.length === main.length
        ? null
        : html`<details>
            <summary>Every metric</summary>
            <div class="scroll">${table(context, all, html`All metrics of the study, as in Table 4.`)}</div>
          </details>`
    }
  </section>`;
}

function table(context: ReportContext, columns: readonly Column[], caption: Markup): Markup {
  const { summary } = context;
  const groups = groupedBy(columns, partTitle);
  const groupHeads = groups.map(
    ([title, members]) => html`<th scope="colgroup" class="span" colspan="${members.length}">${title}</th>`,
  );
  const heads = columns.map(({ metric, comparison, unit, better }, i) => {
    const arrow = directionSign(better);
    return html`<th
      scope="col"
      class="${startClass(columns, i)}"
      title="${metricLongName(metric, comparison)}; ${better === "none" ? "no direction" : `${better} is better`}"
    >
      ${metricName(metric, comparison)}${"\u00a0"}${arrow} <small>${unitText(unit) || "\u00a0"}</small>
    </th>`;
  });
  const bodies = summary.views.map((view) => viewBody(context, view, columns));
  return html`<table class="results">
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        <th rowspan="2" scope="col" class="dose">${summary.axis}</th>
        <th rowspan="2" scope="col" class="dose">arm</th>
        ${groupHeads}
        <th rowspan="2" scope="col">n</th>
        <th rowspan="2" scope="col">seeds</th>
      </tr>
      <tr>
        ${heads}
      </tr>
    </thead>
    ${bodies}
  </table>`;
}

function viewBody({ summary, result }: ReportContext, view: string, columns: readonly Column[]): Markup {
  const condition = viewCondition(summary, view);
  const facts = [`gridsize ${condition?.gridsize ?? "?"}`, overlapText(condition)]
    .filter((text) => text !== "")
    .join(", ");
  const rows = summary.conditions
    .filter((c) => c.view === view)
    .flatMap((c) =>
      c.arms.map((arm, i) => armRow(c, arm, { columns, isFirst: i === 0, pixelSizeM: result.pixelSizeM })),
    );
  return html`<tbody>
    <tr class="view">
      <th scope="rowgroup" colspan="${columns.length + 4}">${view} <span>${facts}</span></th>
    </tr>
    ${rows}
  </tbody>`;
}

function armRow(
  condition: Condition,
  arm: ArmSummary,
  {
    columns,
    isFirst,
    pixelSizeM,
  }: { columns: readonly Column[]; isFirst: boolean; pixelSizeM: number | null },
): Markup {
  const dose = isFirst
    ? html`<th scope="rowgroup" class="dose" rowspan="${condition.arms.length}">
        ${doseText(condition.level)}
      </th>`
    : null;
  const classes = [isFirst ? "first" : "", arm.arm === nullArm ? "null" : ""]
    .filter((name) => name !== "")
    .join(" ");
  const badge = arm.isIndistinguishable
    ? html` <span class="badge" title="its scores cannot be told from those of a flat object"
        >not distinguishable from null</span
      >`
    : null;
  const reference = arm.isReference ? html` <span class="sd">reference</span>` : null;
  const text = externalText(arm.trainers);
  const external = text === "" ? null : html` <span class="sd">${text}</span>`;
  const name = html`<th scope="row">${arm.arm}${external}${reference}${badge}</th>`;
  if (arm.state !== "done") {
    const reason = `${arm.state}: ${arm.reasons.join("; ")}`;
    return html`<tr class="${classes}" data-arm="${arm.arm}">
      ${dose}${name}
      <td class="absent" colspan="${columns.length + 2}">${reason}</td>
    </tr>`;
  }
  const cells = columns.map((column, i) =>
    valueCell(condition, arm, { column, pixelSizeM, start: startClass(columns, i) }),
  );
  const sizes = arm.stats.map((stat) => stat.n).filter((n) => Number.isFinite(n));
  const n = sizes.length === 0 ? "–" : String(Math.min(...sizes));
  const seeds =
    arm.doneCount === arm.seedCount ? String(arm.doneCount) : `${arm.doneCount} of ${arm.seedCount}`;
  return html`<tr class="${classes}" data-arm="${arm.arm}">
    ${dose}${name}${cells}
    <td>${n}</td>
    <td>${seeds}</td>
  </tr>`;
}

function valueCell(
  condition: Condition,
  arm: ArmSummary,
  { column, pixelSizeM, start }: { column: Column; pixelSizeM: number | null; start: string },
): Markup {
  const stat = statOf(arm, column);
  if (stat === undefined) {
    const why =
      arm.isReference && column.comparison === "reference"
        ? "this is the reference itself"
        : "not measured for this arm";
    return html`<td title="${why}">·</td>`;
  }
  if (stat.mean === null)
    return html`<td title="no value: the image is constant, or the curve is empty">–</td>`;
  const text =
    isCrossing(column.metric) && stat.mean === 0
      ? "0"
      : `${stat.isLowerBound ? "≥ " : ""}${metricValue(column.metric, stat.mean)}`;
  const spread =
    stat.sd === null ? null : html` <span class="sd">± ${spreadText(column.metric, stat.sd)}</span>`;
  const some =
    stat.missing === 0
      ? null
      : html` <span class="sd">${arm.doneCount - stat.missing} of ${arm.doneCount} seeds</span>`;
  const inLength =
    pixelSizeM === null || !isCrossing(column.metric) || stat.mean === 0
      ? null
      : html` <span class="sd">${stat.isLowerBound ? "≤ " : ""}${lengthText(pixelSizeM / stat.mean)}</span>`;
  const isTop = isBest(condition, stat);
  const better = column.leaders.get(condition) === arm.arm ? "best " : "";
  return html`<td class="${isTop ? "top " : ""}${better}${start}">
    ${isTop ? html`<u>${text}</u>` : text}${spread}${some}${inLength}
  </td>`;
}

/** Best of its condition: at least two arms finished, and none is better. */
function isBest(condition: Condition, stat: Stat): boolean {
  if (stat.better === "none" || condition.arms.filter((arm) => arm.state === "done").length < 2) return false;
  const rivals = condition.arms.flatMap((arm) => statOf(arm, stat) ?? []).filter(({ mean }) => mean !== null);
  const best =
    stat.better === "higher"
      ? Math.max(...rivals.map(({ mean }) => mean!))
      : Math.min(...rivals.map(({ mean }) => mean!));
  // Of lower bounds nobody knows which is the best: when the best is one, all are.
  const isOpen = rivals.some(({ mean, isLowerBound }) => mean === best && isLowerBound);
  return stat.mean === best || (isOpen && stat.isLowerBound);
}

/** In the decimals of the value; more where that would leave nothing but zeros. */
function spreadText(metric: string, sd: number): string {
  const text = fixedText(sd, metric === "psnr" ? 1 : 3);
  return sd > 0 && Number(text) === 0 ? numberText(sd, 1) : sd === 0 ? "0" : text;
}

function columnsOf({ summary, result }: ReportContext): Column[] {
  const found = new Map<string, Omit<Column, "leaders">>();
  for (const stat of summary.conditions.flatMap((c) => c.arms).flatMap((arm) => arm.stats)) {
    const { comparison, part, metric, unit, better } = stat;
    found.set(JSON.stringify([comparison, part, metric]), { comparison, part, metric, unit, better });
  }
  const rank = (c: Omit<Column, "leaders">): number =>
    1000 * ["halves", "truth", "reference"].indexOf(c.comparison) +
    100 * ["complex", "phase", "amplitude"].indexOf(c.part) +
    (metricOrder.includes(c.metric) ? metricOrder.indexOf(c.metric) : 99);
  return [...found.values()]
    .toSorted((a, b) => rank(a) - rank(b))
    .map((column) => ({ ...column, leaders: clearLeaders(result, summary, column) }));
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups];
}
