// How far down, and how sure: Table 2 the break points in dose and in overlap, Table 3 the leading arm against every other by
// paired differences, folded away the steps from dose to dose, and the method in words.

import { breakIntervalText, breakPointSign, intervalText } from "../break-text.ts";
import { resolutionWords } from "../answer-sentence.ts";
import { doseText, fixedText, numberText } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import type { BreakPoint } from "../../study/statistics/break-point.ts";
import { turned, type PairedDifference } from "../../study/statistics/paired-difference.ts";
import { sharedArtefacts } from "../shared-artefacts.ts";
import type { DoseBreak } from "../study-breaks.ts";
import type { StudyStatistics } from "../study-statistics.ts";
import { conditionAt, finishedArms, nullArm, type Summary } from "../summary.ts";
import { overlapText, viewCondition } from "../wording.ts";

export function breakPoints(context: ReportContext): Markup | null {
  const { summary, answer } = context;
  const { statistics } = answer;
  if (statistics === null) return null;
  const arms = finishedArms(summary).filter((arm) => arm !== nullArm);
  return html`<section id="break-points">
    <h2>How far down, and how sure</h2>
    ${breakTable(summary, statistics, arms)} ${differenceTable(context, statistics, arms)}
    ${levelSteps(summary, statistics, arms)}
    <p class="tablenote">${methodText(statistics)}</p>
  </section>`;
}

function breakTable(summary: Summary, statistics: StudyStatistics, arms: readonly string[]): Markup {
  const { what, how } = resolutionWords(statistics.measure);
  const share = `${numberText(100 * statistics.method.fraction)} %`;
  const swept = summary.levels.length > 1;
  const sweeps = [
    ...new Map(statistics.overlapBreaks.map((each) => [`${each.gridsize} ${each.level}`, each])).values(),
  ].toSorted((a, b) => a.gridsize - b.gridsize || b.level - a.level);
  const views = swept ? summary.views : [];
  const unit = summary.axis === "dose" ? "photons per frame" : "photons per object pixel";
  const rows = arms.map((arm) => {
    const doses = views.map((view) => {
      const found = statistics.doseBreaks.find((each) => each.arm === arm && each.view === view);
      const full = found?.fullCyclesPerPx;
      return breakCell(found, full, doseText, referenceText(found));
    });
    const overlaps = sweeps.map(({ gridsize, level }) => {
      const found = statistics.overlapBreaks.find(
        (each) => each.arm === arm && each.gridsize === gridsize && each.level === level,
      );
      if (found !== undefined && sharedArtefacts(statistics, found) !== undefined)
        return html`<td class="none">not sound</td>`;
      return breakCell(found, found?.fullCyclesPerPx, (overlap) => fixedText(overlap, 2));
    });
    return html`<tr data-arm="${arm}">
      <th scope="row">${arm}</th>
      ${doses}${overlaps}
    </tr>`;
  });
  const doseHead = html`<th scope="colgroup" class="span" colspan="${views.length}">
    lowest ${summary.axis}, ${unit}
  </th>`;
  const overlapHead = html`<th scope="colgroup" class="span" colspan="${sweeps.length}">
    lowest overlap, by ${unit}
  </th>`;
  const unsound =
    statistics.measure.comparison === "halves"
      ? "; “not sound”: half against half it resolves more with less overlap, by noise or by artefacts that both halves share"
      : "";
  const severalSizes = new Set(sweeps.map(({ gridsize }) => gridsize)).size > 1;
  return html`<div class="scroll">
    <table class="heat plain breaks">
      <caption>
        <b>Table 2.</b>
        Break points: the lowest ${summary.axis}, and the lowest overlap, at which an arm keeps ${share} of
        its full-${summary.axis} ${what} (${how}). In ${summary.axis} the reference is the arm’s own
        resolution at the highest ${summary.axis} of the same view, in overlap that at the highest
        ${summary.axis} and overlap; interpolated between the levels tested, in the logarithm of
        ${summary.axis} and linearly in overlap. Below, the 95 % interval (“all draws”: each of them says the
        same), and in ${summary.axis} the resolution in cycles per pixel of which ${share} are kept. “≤”:
        still kept at the lowest level tested; “>”: lost already at the highest; “≥” and “at best”: that
        resolution is a lower bound, so more may be lost than is known; “–”: nothing is resolved that could be
        kept${unsound}.
      </caption>
      <thead>
        <tr>
          <th rowspan="2" scope="col">arm</th>
          ${views.length === 0 ? null : doseHead}${sweeps.length === 0 ? null : overlapHead}
        </tr>
        <tr>
          ${views.map(
            (view) =>
              html`<th scope="col">${view} <small>${overlapText(viewCondition(summary, view))}</small></th>`,
          )}${sweeps.map(
            ({ gridsize, level }) =>
              html`<th scope="col">
                ${doseText(level)} <small>${severalSizes ? `gridsize ${gridsize}` : ""}</small>
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** "of 0.400", "of ≥ 0.479". */
function referenceText(found: DoseBreak | undefined): string {
  const full = found?.fullCyclesPerPx;
  if (typeof full !== "number") return "";
  return `of ${found?.isFullLowerBound === true ? "≥\u00a0" : ""}${fixedText(full, 3)}`;
}

function breakCell(
  found: BreakPoint | undefined,
  full: number | null | undefined,
  format: (value: number) => string,
  reference = "",
): Markup {
  if (found === undefined) return html`<td class="none">not run</td>`;
  if (full === null || full === undefined) return html`<td class="none">–</td>`;
  const interval = breakIntervalText(found, format) || "no interval";
  const below = [interval, reference].filter((text) => text !== "");
  return html`<td class="plainly">
    ${breakPointSign(found, format)}${below.map((text) => html` <span class="sd">${text}</span>`)}
  </td>`;
}

function differenceTable(
  { summary, answer }: ReportContext,
  statistics: StudyStatistics,
  arms: readonly string[],
): Markup | null {
  const lead = answer.lead;
  const rivals = arms.filter((arm) => arm !== lead);
  if (lead === null || rivals.length === 0) return null;
  const rows = rivals.map((rival) => {
    const cells = summary.conditions.map(({ view, level }) =>
      differenceCell(differenceBetween(statistics, { view, level, lead, rival }), statistics.method.seeds),
    );
    return html`<tr data-arm="${rival}">
      <th scope="row">${rival}</th>
      ${cells}
    </tr>`;
  });
  const { what, how } = resolutionWords(statistics.measure);
  const some = statistics.armDifferences.some(({ seeds }) => seeds < statistics.method.seeds)
    ? ", or judged by fewer seeds than elsewhere, since some failed"
    : "";
  return html`<div class="scroll">
    <table class="heat plain differences">
      <caption>
        <b>Table 3.</b>
        ${lead} minus each other arm: ${what} in cycles per pixel (${how}), over the same seeds and tiles;
        below, the 95 % interval of the paired difference. An arm is called better only where the interval
        leaves zero out: bold, with + where ${lead} is better. Grey: not told apart${some}. “≥”, “≤”: one of
        the two never crosses, so that the difference is known to one side; “both ≥”: both never cross. “–”:
        one of the two has no value.
      </caption>
      <thead>
        <tr>
          <th rowspan="2" scope="col">arm</th>
          ${summary.views.map(
            (view) =>
              html`<th scope="colgroup" class="span" colspan="${levelsOf(summary, view).length}">
                ${view} <small>${overlapText(viewCondition(summary, view))}</small>
              </th>`,
          )}
        </tr>
        <tr>
          ${summary.conditions.map(({ level }) => html`<th scope="col">${doseText(level)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function differenceBetween(
  { armDifferences }: StudyStatistics,
  { view, level, lead, rival }: { view: string; level: number; lead: string; rival: string },
): CountedDifference | undefined {
  const here = armDifferences.filter((each) => each.view === view && each.level === level);
  const found = here.find((each) => each.arm === lead && each.other === rival);
  if (found !== undefined) return found;
  const other = here.find((each) => each.arm === rival && each.other === lead);
  return other === undefined ? undefined : { ...turned(other), seeds: other.seeds };
}

type CountedDifference = PairedDifference & { readonly seeds: number };

/** @param most seeds that a condition has. */
function differenceCell(found: CountedDifference | undefined, most: number): Markup {
  if (found === undefined) return html`<td class="none">–</td>`;
  const { difference, bound, interval, verdict, seeds } = found;
  const below = interval === null ? "no interval" : intervalText(interval, signedText);
  const sign = bound === "least" ? "≥\u00a0" : bound === "most" ? "≤\u00a0" : "";
  const text = difference === null ? "both ≥" : `${sign}${signedText(difference)}`;
  const some = seeds < most ? html` <span class="sd">${seeds} of ${most} seeds</span>` : null;
  return html`<td class="plainly" data-verdict="${verdict}">
    ${verdict === "undecided" ? html`<span class="muted">${text}</span>` : html`<b>${text}</b>`}
    <span class="sd">${below}</span>${some}
  </td>`;
}

function levelSteps(
  summary: Summary,
  { levelDifferences, method }: StudyStatistics,
  arms: readonly string[],
): Markup | null {
  if (levelDifferences.length === 0) return null;
  const steps = summary.views.flatMap((view) =>
    levelsOf(summary, view).flatMap((level, i, levels) =>
      i === 0 ? [] : [{ view, level, from: levels[i - 1]! }],
    ),
  );
  const rows = arms.map((arm) => {
    const cells = steps.map((step) =>
      differenceCell(
        levelDifferences.find(
          (each) => each.arm === arm && each.view === step.view && each.level === step.level,
        ),
        method.seeds,
      ),
    );
    return html`<tr>
      <th scope="row">${arm}</th>
      ${cells}
    </tr>`;
  });
  return html`<details>
    <summary>What each step in ${summary.axis} changes</summary>
    <div class="scroll">
      <table class="heat plain">
        <caption>
          Resolution at the higher ${summary.axis} minus that at the next lower, cycles per pixel: same arm,
          same seeds (positions and noise keys) and tiles. Bold where the 95 % interval leaves zero out.
        </caption>
        <thead>
          <tr>
            <th scope="col">arm</th>
            ${steps.map(
              ({ view, level, from }) =>
                html`<th scope="col">${view} <small>${doseText(from)} → ${doseText(level)}</small></th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** How the intervals are made, from what, and what they do not say. */
function methodText({ method }: StudyStatistics): string {
  const { draws, seed, seeds, tiles } = method;
  const units =
    tiles === 0
      ? `${seeds} seed${seeds === 1 ? "" : "s"}`
      : seeds === 1
        ? `the ${tiles} tiles of the one seed’s field`
        : `${seeds} seeds and ${tiles} tiles of the field, drawn independently`;
  if (tiles === 0 && seeds < 6)
    return `No intervals: ${units} without tiles are too few to draw from. Six that agree are the fewest whose agreement is not chance (sign test, 5 %).`;
  const shared =
    tiles === 0
      ? ""
      : " A draw departs from the whole field’s FRC as its tiles’ ring sums depart from those of all tiles, scaled up for the whole field’s finer rings. In simulated repeats such intervals held the mean in 82 to 97 of 100 cases: least where a curve is flat near its threshold.";
  const one =
    seeds === 1
      ? " With one seed they carry the scatter between parts of the object and the noise in it, not that of another scan."
      : "";
  return `Intervals: percentile bootstrap (Efron & Tibshirani 1993, doi:10.1201/9780429246593) with ${draws} draws over ${units} (pigeonhole bootstrap, Owen 2007, doi:10.1214/07-AOAS122), the same draws for every arm, dose and view; generator seed ${seed}, from the design hash.${shared}${one} Each interval is one of 95 % for itself: of many comparisons some leave zero out by chance.`;
}

function levelsOf(summary: Summary, view: string): number[] {
  return summary.levels.filter((level) => conditionAt(summary, view, level) !== undefined);
}

function signedText(value: number): string {
  const text = fixedText(value, 3);
  return value > 0 && !/^0\.0+$/.test(text) ? `+${text}` : text;
}
