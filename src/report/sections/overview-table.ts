// Table 1: the resolution at every dose and view at a glance, shaded like a heat map; one row per arm, null included.

import { capitalised, doseText, fixedText, lengthText } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { resolutionWords } from "../answer-sentence.ts";
import type { Interval } from "../../study/statistics/percentile-interval.ts";
import type { ReportContext } from "../report-context.ts";
import { type ArmSummary, armAt, conditionAt, externalTrainers, statOf } from "../summary.ts";
import { externalText, metricValue, overlapText, viewCondition } from "../wording.ts";

export function overviewTable(context: ReportContext): Markup | null {
  const { summary, answer, result } = context;
  const key = answer.resolution;
  if (key === null) return null;
  const highest = Math.max(
    ...summary.conditions.flatMap((c) => c.arms.map((arm) => statOf(arm, key)?.mean ?? 0)),
  );
  const levelsOf = (view: string): number[] =>
    summary.levels.filter((level) => conditionAt(summary, view, level) !== undefined);
  const viewHeads = summary.views.map((view) => {
    const overlap = overlapText(viewCondition(summary, view));
    return html`<th scope="colgroup" class="span" colspan="${levelsOf(view).length}">
      ${view} <small>${overlap}</small>
    </th>`;
  });
  const levelHeads = summary.views.flatMap((view) =>
    levelsOf(view).map((level) => html`<th scope="col">${doseText(level)}</th>`),
  );
  const rows = summary.arms.map((arm) => {
    const cells = summary.views.flatMap((view) =>
      levelsOf(view).map((level) =>
        shadedCell(armAt(conditionAt(summary, view, level), arm), {
          key,
          highest,
          pixelSizeM: result.pixelSizeM,
          interval: answer.statistics?.resolutions.find(
            (row) => row.arm === arm && row.view === view && row.level === level,
          )?.interval,
        }),
      ),
    );
    const sizes = summary.conditions
      .flatMap((condition) => armAt(condition, arm)?.stats ?? [])
      .map((stat) => stat.n);
    const n = sizes.length === 0 ? "–" : String(Math.min(...sizes));
    const external = externalText(externalTrainers(summary, arm));
    return html`<tr>
      <th scope="row">${arm}${external === "" ? null : html` <small>${external}</small>`}</th>
      ${cells}
      <td class="plainly">${n}</td>
    </tr>`;
  });
  const { what, how } = resolutionWords(key);
  const unit = summary.axis === "dose" ? "photons per frame" : "photons per object pixel";
  return html`<div class="scroll">
    <table class="heat overview">
      <caption>
        <b>Table 1.</b>
        ${capitalised(what)} (${how}), in cycles per
        pixel${result.pixelSizeM === null ? "" : " and as a full period"}, at each view and dose (${unit});
        the stronger the colour the better. Below a value its 95 % interval where there is one (see Table 2).
        “≥”: in some seed the correlation never crosses; its last ring, which the mean then holds, is a lower
        bound, and so is the mean. “–”: the correlation has no value, as for a flat object; “0”: nothing is
        resolved; “≈ null”: not distinguishable from the null arm. n: pixels compared, the smallest number of
        the row.
      </caption>
      <thead>
        <tr>
          <th rowspan="2" scope="col">arm</th>
          ${viewHeads}
          <th rowspan="2" scope="col">n</th>
        </tr>
        <tr>
          ${levelHeads}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function shadedCell(
  arm: ArmSummary | undefined,
  {
    key,
    highest,
    pixelSizeM,
    interval,
  }: {
    key: NonNullable<ReportContext["answer"]["resolution"]>;
    highest: number;
    pixelSizeM: number | null;
    interval: Interval | null | undefined;
  },
): Markup {
  if (arm === undefined) return html`<td class="none">not run</td>`;
  if (arm.state !== "done") return html`<td class="none" title="${arm.reasons.join("; ")}">${arm.state}</td>`;
  const mark = arm.isIndistinguishable ? html` <small>≈ null</small>` : null;
  const stat = statOf(arm, key);
  if (stat === undefined || stat.mean === null)
    return html`<td class="none" title="no value: a constant image, or nothing was correlated">–${mark}</td>`;
  const shade = highest > 0 ? Math.max(0, stat.mean / highest) : 0;
  const length =
    pixelSizeM === null || stat.mean === 0
      ? null
      : html` <small>${stat.isLowerBound ? "≤ " : ""}${lengthText(pixelSizeM / stat.mean)}</small>`;
  const range =
    interval === null || interval === undefined || interval.low === interval.high
      ? null
      : html` <small>${rangeText(interval)}</small>`;
  const text =
    stat.mean === 0 ? "0" : `${stat.isLowerBound ? "≥ " : ""}${metricValue(key.metric, stat.mean)}`;
  return html`<td style="--v:${shade.toFixed(3)}">${text}${range}${length}${mark}</td>`;
}

function rangeText({ low, high }: Interval): string {
  const from = fixedText(low, 3);
  return high === Infinity ? `${from} or more` : `${from}–${fixedText(high, 3)}`;
}
