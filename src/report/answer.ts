// The answer in one sentence: down to which dose each arm keeps a stated part of its full-dose resolution, and
// which arm resolves most. Pure: StudyResult in, words and the numbers behind them out. It claims a winner only
// where every paired replicate agrees, and says plainly when nothing can be said.

import { groupBy } from "../array/group.ts";
import type { StudyResult } from "../study/results.ts";
import { type Kept, keepSentence, type ResolutionKey } from "./answer-sentence.ts";
import { doseText, listText } from "./format.ts";
import { crossingMetrics } from "./frc-limit.ts";
import { networkSizeCaveats } from "./network-size.ts";
import {
  armAt,
  conditionAt,
  finishedArms,
  nullArm,
  statOf,
  summarise,
  type Stat,
  type Summary,
} from "./summary.ts";

export interface Answer {
  readonly sentence: string;
  /** What limits the sentence, each one sentence. */
  readonly caveats: readonly string[];
  readonly resolution: ResolutionKey | null;
  readonly keepFraction: number;
  readonly kept: readonly Kept[];
}

/** Answers the study's question. @param keepFraction part of the full-dose resolution that counts as kept. */
export function answerOf(result: StudyResult, keepFraction = 0.7): Answer {
  const summary = summarise(result);
  const arms = finishedArms(summary).filter((arm) => arm !== nullArm);
  const resolution = resolutionKey(result, summary, arms);
  const caveats = caveatsOf(result, summary, { arms, resolution });
  if (arms.length === 0) {
    const why = listText([...new Set(summary.conditions.flatMap((c) => c.arms).flatMap(describeAbsent))]);
    const sentence = `Nothing can be said yet: no reconstruction has finished${why === "" ? "" : ` (${why})`}.`;
    return { sentence, caveats, resolution: null, keepFraction, kept: [] };
  }
  if (resolution === null) {
    const sentence = `No resolution can be stated: ${listText(arms)} finished, but no Fourier ring correlation crosses a threshold.`;
    return { sentence, caveats, resolution, keepFraction, kept: [] };
  }
  const kept = arms.flatMap((arm) =>
    summary.views.map((view) => keptAt(summary, resolution, { arm, view, keepFraction })),
  );
  const best = rankedArms(summary, resolution, arms);
  const lead = best[0]!;
  const parts = [
    keepSentence(result, summary, { resolution, keepFraction, arm: lead, kept }),
    ...(arms.length > 1 ? [winnerClause(summary, resolution, best)] : []),
  ];
  const sentence = `${parts.join("; ")}.`;
  return {
    sentence: lead === sentence.slice(0, lead.length) ? sentence : capitalised(sentence),
    caveats,
    resolution,
    keepFraction,
    kept,
  };
}

/** The FRC number the report leads with: half against half for a measured study, against truth for a simulated one. */
function resolutionKey(result: StudyResult, summary: Summary, arms: readonly string[]): ResolutionKey | null {
  const halves = { comparison: "halves", part: "complex" } as const;
  const against = result.design["kind"] === "measured" ? "reference" : "truth";
  const sources = [
    ...(against === "reference" ? [halves] : []),
    ...(["phase", "amplitude"] as const).map((part) => ({ comparison: against, part }) as const),
  ];
  for (const source of sources) {
    const order = source.comparison === "halves" ? [...crossingMetrics].toReversed() : crossingMetrics;
    for (const metric of order) {
      const key = { ...source, metric };
      const found = summary.conditions.some((c) =>
        arms.some((arm) => typeof statOf(armAt(c, arm), key)?.mean === "number"),
      );
      if (found) return key;
    }
  }
  return null;
}

function keptAt(
  summary: Summary,
  key: ResolutionKey,
  { arm, view, keepFraction }: { arm: string; view: string; keepFraction: number },
): Kept {
  const levels = summary.conditions.filter((c) => c.view === view).map((c) => c.level);
  const valueAt = (level: number): number | null => {
    const found = armAt(conditionAt(summary, view, level), arm);
    return found === undefined || found.isIndistinguishable ? null : (statOf(found, key)?.mean ?? null);
  };
  const top = levels.at(-1);
  const first = top === undefined ? null : valueAt(top);
  // 0 is an FRC below its threshold from the first ring on: there is nothing to keep a part of.
  const full = first === 0 ? null : first;
  let lowestLevel: number | null = null;
  for (const level of levels.toReversed()) {
    const value = valueAt(level);
    if (full === null || value === null || value < keepFraction * full) break;
    lowestLevel = level;
  }
  return { arm, view, fullDoseCyclesPerPx: full, lowestLevel };
}

/** Arms by at how many conditions no other is better (a tie, as of two lower bounds, counts for both), then by the sum of
 * their resolutions, then in the design's order. */
function rankedArms(summary: Summary, key: ResolutionKey, arms: readonly string[]): string[] {
  const rank = new Map(arms.map((arm) => [arm, { unbeaten: 0, sum: 0 }]));
  for (const condition of summary.conditions) {
    const scores = arms.map((arm) => ({ arm, mean: statOf(armAt(condition, arm), key)?.mean ?? -Infinity }));
    const best = Math.max(...scores.map(({ mean }) => mean));
    for (const { arm, mean } of scores.filter((score) => Number.isFinite(score.mean))) {
      const entry = rank.get(arm)!;
      entry.sum += mean;
      if (mean === best) entry.unbeaten++;
    }
  }
  return arms.toSorted((a, b) => {
    const [one, other] = [rank.get(a)!, rank.get(b)!];
    return other.unbeaten - one.unbeaten || other.sum - one.sum;
  });
}

/** The other arms by name; more than three as a number. */
function rivalText(others: readonly string[]): string {
  return others.length > 3 ? `each of the ${others.length} other arms` : listText(others);
}

function winnerClause(summary: Summary, key: ResolutionKey, [lead, ...others]: readonly string[]): string {
  let finest = 0;
  let agreed = 0;
  let compared = 0;
  for (const condition of summary.conditions) {
    const mine = statOf(armAt(condition, lead!), key);
    const rivals = others
      .map((arm) => statOf(armAt(condition, arm), key))
      .filter((stat) => typeof stat?.mean === "number");
    if (typeof mine?.mean !== "number" || rivals.length === 0) continue;
    compared++;
    if (rivals.every((rival) => mine.mean! > rival!.mean!)) finest++;
    if (rivals.every((rival) => winsEveryReplicate(mine, rival!))) agreed++;
  }
  if (compared === 0)
    return `it can be compared with ${rivalText(others)} at no condition, since no condition has a value for both`;
  const counted = `it resolves more than ${rivalText(others)} ${placesText(finest, compared)}`;
  const seeds = Math.max(...summary.conditions.map((condition) => condition.cells.length));
  if (finest === 0) return "no arm resolves more than the others";
  if (seeds < 2) return counted;
  return agreed === finest
    ? `${counted}, in every replicate`
    : `${counted}, in every replicate at ${agreed} of them`;
}

function winsEveryReplicate(mine: Stat, rival: Stat): boolean {
  return (
    mine.values.length > 0 &&
    mine.values.every((value, i) => value !== null && value > (rival.values[i] ?? Infinity))
  );
}

function caveatsOf(
  result: StudyResult,
  summary: Summary,
  { arms, resolution }: { arms: readonly string[]; resolution: ResolutionKey | null },
): string[] {
  const caveats: string[] = [];
  if (arms.length === 1)
    caveats.push(`Only ${arms[0]!} has run, so this study cannot yet say which method wins.`);
  for (const arm of arms) {
    const lost = summary.conditions.filter(
      (condition) => armAt(condition, arm)?.isIndistinguishable === true,
    );
    if (lost.length === 0) continue;
    const where = lost.map((c) => `${doseText(c.level)} in ${c.view}`);
    caveats.push(
      lost.length === summary.conditions.length
        ? `${arm} is nowhere distinguishable from the null arm, a flat object.`
        : `${arm} is not distinguishable from the null arm, a flat object, at ${listText(where)}.`,
    );
  }
  if (resolution !== null) {
    const top = summary.levels.at(-1);
    const bounded = summary.conditions.filter(
      (c) => c.level === top && arms.some((arm) => statOf(armAt(c, arm), resolution)?.isLowerBound === true),
    );
    if (bounded.length > 0)
      caveats.push(
        `At the highest ${summary.axis} the correlation never crosses its threshold in ${listText(bounded.map((c) => c.view))}: the resolution there is a lower bound, so lower doses may keep a smaller part of it than stated.`,
      );
  }
  const replicates = Math.max(0, ...summary.conditions.map((condition) => condition.cells.length));
  if (arms.length > 0 && replicates === 1)
    caveats.push("Each condition ran with one seed, so no difference here carries an error bar.");
  const absent = new Set(
    summary.conditions
      .flatMap((condition) => condition.arms)
      .filter((arm) => arm.arm !== nullArm)
      .flatMap(describeAbsent),
  );
  if (arms.length > 0 && absent.size > 0) caveats.push(`Not in the answer: ${listText([...absent])}.`);
  caveats.push(...networkSizeCaveats(result, arms), ...twinViews(result));
  if (result.design["kind"] === "measured" && arms.length > 0) {
    caveats.push(
      "Half against half needs no reference and measures what repeats: artefacts that both halves share, as too little overlap makes, raise it. A comparison with the full-dose reconstruction measures agreement with it, not truth.",
    );
  }
  return caveats;
}

function describeAbsent({
  arm,
  state,
  reasons,
}: {
  arm: string;
  state: string;
  reasons: readonly string[];
}): string[] {
  return state === "done" ? [] : [`${arm} ${state}: ${listText(reasons)}`];
}

/** "at all 9 conditions", "at 3 of 9 conditions", "at the one condition". */
function placesText(some: number, all: number): string {
  if (all === 1 && some === 1) return "at the one condition";
  return `at ${some === all ? "all" : `${some} of`} ${all} conditions`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Simulated views of equal overlap share one scan: only arms that work on groups can tell them apart. */
function twinViews({ cells, design }: StudyResult): string[] {
  if (design["kind"] === "measured") return [];
  const byOverlap = groupBy(cells, ({ overlapAsked }) => overlapAsked);
  return [...byOverlap.values()].flatMap((group) => {
    const views = [...new Set(group.map(({ view }) => view))];
    return views.length < 2
      ? []
      : [
          `${listText(views)} have the same frames and differ in grouping only: an engine scores the same in them.`,
        ];
  });
}
