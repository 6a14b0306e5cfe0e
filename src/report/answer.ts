// The answer in one sentence: down to which dose and which overlap the leading arm keeps a stated part of its full-dose
// resolution, and which arm resolves most. Pure: StudyResult in, words and the numbers behind them out. It declares an arm
// better only where the paired difference leaves zero out, and says plainly when nothing can be said.

import { criterionMetric } from "../metrics/registry.ts";
import type { StudyResult } from "../study/results.ts";
import type { BreakPoint } from "../study/statistics/break-point.ts";
import { crossingMetrics } from "../study/statistics/resolution-threshold.ts";
import { answerCaveats, describeAbsent } from "./answer-caveats.ts";
import { keepSentence, type ResolutionKey, splitSentence } from "./answer-sentence.ts";
import { capitalised, countText, listText } from "./format.ts";
import type { DoseBreak } from "./study-breaks.ts";
import { type StudyStatistics, studyStatistics } from "./study-statistics.ts";
import { armAt, finishedArms, nullArm, statOf, summarise, type Summary } from "./summary.ts";
import { winnerClause } from "./winner-clause.ts";

/** What one arm keeps at one view. */
export interface Kept extends BreakPoint {
  readonly arm: string;
  readonly view: string;
  /** Spatial frequency resolved at the highest dose, cycles per pixel; null when there is none. */
  readonly fullDoseCyclesPerPx: number | null;
  /** Lowest dose (or fluence) tested of an unbroken run from the top that keeps the fraction; null when there is none. */
  readonly lowestLevel: number | null;
}

export interface Answer {
  readonly sentence: string;
  /** What limits the sentence, each one sentence. */
  readonly caveats: readonly string[];
  readonly resolution: ResolutionKey | null;
  readonly keepFraction: number;
  /** The arm the sentence speaks of: the one that most often has the highest value. */
  readonly lead: string | null;
  readonly kept: readonly Kept[];
  /** null when there is no resolution to take statistics of. */
  readonly statistics: StudyStatistics | null;
}

/** Answers the study's question. @param keepFraction part of the full-dose resolution that counts as kept. */
export function answerOf(result: StudyResult, keepFraction = 0.7): Answer {
  const summary = summarise(result);
  const arms = finishedArms(summary).filter((arm) => arm !== nullArm);
  const resolution = resolutionKey(result, summary, arms);
  const statistics =
    resolution === null
      ? null
      : studyStatistics(result, summary, { measure: resolution, fraction: keepFraction });
  const caveats = answerCaveats(result, summary, { arms, statistics });
  const shared = { caveats, resolution, keepFraction, statistics };
  if (statistics === null)
    return { ...shared, lead: null, kept: [], sentence: nothingSentence(summary, arms) };
  const kept = statistics.doseBreaks.map((each) => keptOf(summary, each));
  const ranked = rankedArms(summary, statistics, arms);
  const lead = ranked[0]!;
  const say = summary.axis === "dose" ? keepSentence : splitSentence;
  const parts = [
    say(result, summary, { statistics, arm: lead }),
    ...(arms.length > 1 ? [winnerClause(summary, statistics, ranked)] : []),
  ];
  const oneSeed = statistics.method.seeds === 1 ? "in the one seed that ran, " : "";
  const sentence = `${oneSeed}${parts.join("; ")}.`;
  return { ...shared, lead, kept, sentence: sentence.startsWith(lead) ? sentence : capitalised(sentence) };
}

function nothingSentence(summary: Summary, arms: readonly string[]): string {
  if (arms.length > 0)
    return `No resolution can be stated: ${listText(arms)} finished, but no Fourier ring correlation crosses a threshold.`;
  const why = listText([...new Set(summary.conditions.flatMap((c) => c.arms).flatMap(describeAbsent))]);
  const unscored = summary.conditions
    .flatMap(({ lost }) => lost.flatMap(({ arms: each }) => each))
    .filter(({ arm, state }) => state === "done" && arm !== nullArm).length;
  if (unscored > 0)
    return `Nothing can be said: ${countText(unscored, "reconstruction")} finished, and no comparison${why === "" ? "" : ` (${why})`}.`;
  return `Nothing can be said yet: no reconstruction has finished${why === "" ? "" : ` (${why})`}.`;
}

/** The FRC number the report leads with: half against half for a measured study, against truth for a simulated one; by the
 * criterion that is right for the comparison, or the next that has a value. */
function resolutionKey(result: StudyResult, summary: Summary, arms: readonly string[]): ResolutionKey | null {
  const against = result.design["kind"] === "measured" ? "reference" : "truth";
  const sources = [
    ...(against === "reference" ? [{ comparison: "halves", part: "complex" } as const] : []),
    ...(["phase", "amplitude"] as const).map((part) => ({ comparison: against, part }) as const),
  ];
  for (const source of sources) {
    const right = criterionMetric(source.comparison);
    const order = crossingMetrics.toSorted((a, b) => Number(b === right) - Number(a === right));
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

function keptOf(summary: Summary, { arm, view, fullCyclesPerPx, ...found }: DoseBreak): Kept {
  const { point } = found;
  const levels = summary.conditions.filter((c) => c.view === view).map(({ level }) => level);
  // A break exactly at a level tested keeps it, to rounding.
  const lowest = levels.find((level) => level >= point.level * (1 - 1e-12));
  const lowestLevel = point.kind === "above" || fullCyclesPerPx === null ? null : (lowest ?? null);
  return { arm, view, fullDoseCyclesPerPx: fullCyclesPerPx, lowestLevel, ...found };
}

/** Arms by at how many conditions no other is better (a tie, as of two lower bounds, counts for both), then by the sum of
 * their resolutions, then in the design's order. */
function rankedArms(
  { conditions }: Summary,
  { resolutions }: StudyStatistics,
  arms: readonly string[],
): string[] {
  const rank = new Map(arms.map((arm) => [arm, { unbeaten: 0, sum: 0 }]));
  for (const { view, level } of conditions) {
    const rows = resolutions.filter((row) => row.view === view && row.level === level && rank.has(row.arm));
    const best = Math.max(...rows.map(({ value }) => value));
    for (const { arm, value } of rows) {
      const entry = rank.get(arm)!;
      entry.sum += value;
      if (value === best) entry.unbeaten++;
    }
  }
  return arms.toSorted((a, b) => {
    const [one, other] = [rank.get(a)!, rank.get(b)!];
    return other.unbeaten - one.unbeaten || other.sum - one.sum;
  });
}
