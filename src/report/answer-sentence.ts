// Words for the answer: what "resolution" means here, and one arm's sentence about the dose and the overlap it can live with.

import type { StudyResult } from "../study/results.ts";
import type { ResolutionMeasure } from "../study/statistics/resolution-estimate.ts";
import { breakIntervalText, intervalText } from "./break-text.ts";
import { countText, doseText, fixedText, lengthText, listText, numberText } from "./format.ts";
import { sharedArtefacts } from "./shared-artefacts.ts";
import type { DoseBreak, OverlapBreak } from "./study-breaks.ts";
import type { StudyStatistics } from "./study-statistics.ts";
import type { Summary } from "./summary.ts";
import { comparisonText, levelText, meanOverlap, viewCondition } from "./wording.ts";

/** Which FRC number stands for "resolution". */
export type ResolutionKey = ResolutionMeasure;

/** Words for a resolution key: "phase resolution" by "FRC against truth at 0.5". */
export function resolutionWords({ comparison, part, metric }: ResolutionKey): {
  readonly what: string;
  readonly how: string;
} {
  const at = {
    frc50: "at 0.5",
    frc1over7: "at 1/7",
    frcHalfBit: `at the half-bit threshold${comparison === "halves" ? "" : " of two halves"}`,
    frcOneBit: `at the one-bit threshold${comparison === "halves" ? "" : " of two halves"}`,
  };
  return {
    what: part === "complex" ? "resolution" : `${part} resolution`,
    how: `FRC ${comparisonText(comparison)} ${at[metric]}`,
  };
}

/** One arm at the highest overlap: how far down in dose it keeps the fraction of its full-dose resolution, and how far down in
 * overlap at full dose. No full stop. */
export function keepSentence(
  result: StudyResult,
  summary: Summary,
  { statistics, arm }: { statistics: StudyStatistics; arm: string },
): string {
  const { what, how } = resolutionWords(statistics.measure);
  const highest = levelText(summary, summary.levels.at(-1)!);
  const top = topBreak(summary, statistics, arm);
  if (top === undefined) return `${arm} did not finish at ${highest}, the highest ${summary.axis}`;
  if (top.fullCyclesPerPx === null)
    return `even at ${highest}, the highest ${summary.axis}, ${arm} has no ${what} that can be told from noise (${how})`;
  const value = resolutionText(result, statistics, { arm, view: top.view, level: summary.levels.at(-1)! });
  const where = overlapWords(summary, top.view);
  const overlap = statistics.overlapBreaks.find(
    (each) =>
      each.arm === arm && each.level === summary.levels.at(-1) && each.overlaps.at(-1)?.view === top.view,
  );
  const isSound = overlap !== undefined && sharedArtefacts(statistics, overlap) === undefined;
  const inOverlap = isSound ? overlapClause(overlap) : "";
  const share = `${numberText(100 * statistics.method.fraction)} %`;
  if (summary.levels.length < 2) {
    const keeps = inOverlap === "" ? "" : ` and keeps ${share} of it ${inOverlap}`;
    return `at ${highest}, the only ${summary.axis} here, ${arm} reaches a ${what} of ${value} ${where}${keeps} (${how})`;
  }
  const atFull = inOverlap === "" ? "" : `, and at full ${summary.axis} ${inOverlap}`;
  return `${arm} keeps ${share} of its full-${summary.axis} ${what} (${value} at ${highest}; ${how}) ${doseClause(summary, top)} ${where}${atFull}`;
}

/** The dose break of an arm in the view of highest overlap; of several such views the one in which it resolves most, then one
 * that has its like at other overlaps. */
function topBreak(summary: Summary, statistics: StudyStatistics, arm: string): DoseBreak | undefined {
  const mine = statistics.doseBreaks.filter((each) => each.arm === arm);
  const overlapAt = ({ view }: DoseBreak): number => {
    const condition = viewCondition(summary, view);
    return (condition === undefined ? null : meanOverlap(condition)) ?? 0;
  };
  const highest = Math.max(...mine.map(overlapAt));
  const hasSweep = ({ view }: DoseBreak): number =>
    Number(statistics.overlapBreaks.some(({ overlaps }) => overlaps.at(-1)?.view === view));
  return mine
    .filter((each) => overlapAt(each) > highest - sameOverlap)
    .toSorted(
      (a, b) => (b.fullCyclesPerPx ?? -1) - (a.fullCyclesPerPx ?? -1) || hasSweep(b) - hasSweep(a),
    )[0];
}

/** Overlaps that round alike are one in a sentence. */
const sameOverlap = 0.005;

function doseClause(summary: Summary, found: DoseBreak): string {
  const { point, isLowerBound } = found;
  const unit = summary.axis === "dose" ? "photons per frame" : "photons per object pixel";
  const dose = `${doseText(point.level)} ${unit}${bracketed(breakIntervalText(found, doseText))}`;
  const best = isLowerBound ? "at best " : "";
  return point.kind === "below"
    ? `${best}down to the lowest ${summary.axis} tested, ${dose},`
    : `${best}down to ${dose}`;
}

function overlapClause(found: OverlapBreak): string {
  const { point, isLowerBound } = found;
  const format = (value: number): string => fixedText(value, 2);
  const overlap = `${format(point.level)}${bracketed(breakIntervalText(found, format))}`;
  const best = isLowerBound ? "at best " : "";
  return point.kind === "below"
    ? `${best}down to the lowest overlap tested, ${overlap}`
    : `${best}down to overlap ${overlap}`;
}

/** Few bright frames or many faint ones: at each fluence the overlap at which one arm resolves most, and what is not told
 * apart from it. No full stop. */
export function splitSentence(
  result: StudyResult,
  summary: Summary,
  { statistics, arm }: { statistics: StudyStatistics; arm: string },
): string {
  const { what, how } = resolutionWords(statistics.measure);
  const parts = summary.levels.flatMap((level) => {
    const rows = statistics.resolutions.filter(
      (row) => row.arm === arm && row.level === level && row.value > 0,
    );
    const [best] = rows.toSorted((a, b) => b.value - a.value);
    if (best === undefined) return [`nothing at ${doseText(level)}`];
    const tied = rows
      .filter(
        ({ view }) => view !== best.view && !isTold(statistics, { arm, level, views: [best.view, view] }),
      )
      .map(({ view }) => overlapNumber(summary, view))
      // Views of one overlap differ in grouping alone.
      .filter((overlap) => overlap !== overlapNumber(summary, best.view));
    const condition = summary.conditions.find((c) => c.view === best.view && c.level === level)!;
    const frames = `${countText(condition.cells[0]!.frames, "frame")} of ${doseText(condition.dose)} photons`;
    const ties =
      tied.length === 0
        ? ""
        : `; ${listText(tied)} ${tied.length === 1 ? "is" : "are"} not told apart from it`;
    return [
      `at overlap ${overlapNumber(summary, best.view)} for ${doseText(level)} (${resolutionText(result, statistics, best)}, ${frames}${ties})`,
    ];
  });
  return `at equal fluence, in photons per object pixel, ${arm} has its best ${what} (${how}) ${listText(parts)}`;
}

function isTold(
  { viewDifferences }: StudyStatistics,
  { arm, level, views }: { arm: string; level: number; views: readonly string[] },
): boolean {
  return viewDifferences.some(
    (each) =>
      each.arm === arm &&
      each.level === level &&
      views.includes(each.view) &&
      views.includes(each.otherView) &&
      each.verdict !== "undecided",
  );
}

/** "0.400 cycles/px [0.380 to 0.420] or 22.5 nm full period"; "at least" where the curve never crosses. */
function resolutionText(
  { pixelSizeM }: StudyResult,
  { resolutions }: StudyStatistics,
  place: { readonly arm: string; readonly view: string; readonly level: number },
): string {
  const row = resolutions.find(
    ({ arm, view, level }) => arm === place.arm && view === place.view && level === place.level,
  );
  if (row === undefined) return "no value";
  const length =
    pixelSizeM === null || row.value === 0 ? "" : ` or ${lengthText(pixelSizeM / row.value)} full period`;
  const finer = length !== "" && row.isLowerBound ? " or finer" : "";
  const range = row.interval === null ? "" : intervalText(row.interval, (v) => fixedText(v, 3));
  const interval = range === "" ? "" : ` [${range}]`;
  return `${row.isLowerBound ? "at least " : ""}${fixedText(row.value, 3)} cycles/px${interval}${length}${finer}`;
}

function overlapNumber(summary: Summary, view: string): string {
  const condition = viewCondition(summary, view);
  const overlap = condition === undefined ? null : meanOverlap(condition);
  return overlap === null ? view : fixedText(overlap, 2);
}

function overlapWords(summary: Summary, view: string): string {
  const overlap = overlapNumber(summary, view);
  return overlap === view ? `in ${view}` : `at overlap ${overlap}`;
}

function bracketed(text: string): string {
  return text === "" ? "" : ` [${text}]`;
}
