// The answer in one sentence: down to which dose each arm keeps a stated part of its full-dose resolution, and
// which arm resolves most. Pure: StudyResult in, words and the numbers behind them out. It claims a winner only
// where every paired replicate agrees, and says plainly when nothing can be said.

import type { StudyResult } from "../study/results.ts";
import { doseText, fixedText, lengthText, listText, numberText } from "./format.ts";
import { type CrossingMetric, crossingMetrics } from "./frc-limit.ts";
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

/** Which FRC number stands for "resolution". */
export interface ResolutionKey {
  readonly comparison: Stat["comparison"];
  readonly part: Stat["part"];
  readonly metric: CrossingMetric;
}

/** What one arm keeps at one view. */
export interface Kept {
  readonly arm: string;
  readonly view: string;
  /** Spatial frequency resolved at the highest dose, cycles per pixel; null when there is none. */
  readonly fullDoseCyclesPerPx: number | null;
  /** Lowest dose (or fluence) of an unbroken run from the top that keeps the fraction; null when there is none. */
  readonly lowestLevel: number | null;
}

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
  const caveats = caveatsOf(result, summary, arms);
  if (arms.length === 0) {
    const why = listText([...new Set(summary.conditions.flatMap((c) => c.arms).flatMap(describeAbsent))]);
    const sentence = `Nothing can be said yet: no reconstruction has finished${why === "" ? "" : ` (${why})`}.`;
    return { sentence, caveats, resolution: null, keepFraction, kept: [] };
  }
  const resolution = resolutionKey(result, summary, arms);
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

/** Words for a resolution key: "phase resolution" by "FRC against truth at 0.5". */
export function resolutionWords({ comparison, part, metric }: ResolutionKey): {
  readonly what: string;
  readonly how: string;
} {
  const against = {
    truth: "against truth",
    reference: "against the full-dose reconstruction",
    halves: "half against half",
  };
  const at = { frc50: "at 0.5", frc1over7: "at 1/7", frcHalfBit: "at the half-bit threshold" };
  return {
    what: part === "complex" ? "resolution" : `${part} resolution`,
    how: `FRC ${against[comparison]} ${at[metric]}`,
  };
}

/** The FRC number the report leads with: half against half for a measured study, against truth for a simulated one. */
export function resolutionKey(
  result: StudyResult,
  summary: Summary,
  arms: readonly string[],
): ResolutionKey | null {
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

function keepSentence(
  result: StudyResult,
  summary: Summary,
  {
    resolution,
    keepFraction,
    arm,
    kept,
  }: { resolution: ResolutionKey; keepFraction: number; arm: string; kept: readonly Kept[] },
): string {
  const mine = kept.filter((entry) => entry.arm === arm);
  const known = mine.filter((entry) => entry.fullDoseCyclesPerPx !== null);
  const { what, how } = resolutionWords(resolution);
  const unit = summary.axis === "dose" ? "photons per frame" : "photons per object pixel";
  const highest = `${doseText(summary.levels.at(-1)!)} ${unit}`;
  if (known.length === 0)
    return `even at ${highest}, the highest ${summary.axis}, ${arm} has no ${what} that can be told from noise (${how})`;
  const full = known.map((entry) => entry.fullDoseCyclesPerPx!);
  const inLength =
    result.pixelSizeM === null
      ? ""
      : ` or ${rangeText(
          full.map((f) => result.pixelSizeM! / f),
          (v) => lengthText(v),
        )} full period`;
  const value = `${rangeText(full, (v) => fixedText(v, 3))} cycles/px${inLength}`;
  if (summary.levels.length < 2)
    return `at ${highest}, the only ${summary.axis} here, ${arm} reaches a ${what} of ${value} (${how})`;
  const groups = summary.levels.flatMap((level, i) => {
    const views = known
      .filter((entry) => entry.lowestLevel === level)
      .map((entry) => viewText(summary, entry.view));
    if (views.length === 0) return [];
    if (i === summary.levels.length - 1) return [`only at the highest ${summary.axis} in ${listText(views)}`];
    return [
      `down to ${doseText(level)}${i === 0 ? `, the lowest ${summary.axis} tested,` : ""} in ${listText(views)}`,
    ];
  });
  const lost = mine
    .filter((entry) => entry.fullDoseCyclesPerPx === null)
    .map((entry) => viewText(summary, entry.view));
  const tail = lost.length === 0 ? "" : `; in ${listText(lost)} it has none to keep`;
  const share = `${numberText(100 * keepFraction)} % of the ${what} it has at ${highest}`;
  return `${arm} keeps at least ${share} (${value}; ${how}) ${listText(groups)}${tail}`;
}

/** Arms by how many conditions they lead, then in the design's order. */
function rankedArms(summary: Summary, key: ResolutionKey, arms: readonly string[]): string[] {
  const wins = new Map(arms.map((arm) => [arm, 0]));
  for (const condition of summary.conditions) {
    const scores = arms.map((arm) => ({ arm, mean: statOf(armAt(condition, arm), key)?.mean ?? -Infinity }));
    const best = scores.reduce((a, b) => (b.mean > a.mean ? b : a));
    if (Number.isFinite(best.mean)) wins.set(best.arm, wins.get(best.arm)! + 1);
  }
  return arms.toSorted((a, b) => wins.get(b)! - wins.get(a)!);
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
    return `it can be compared with ${listText(others)} at no condition, since no condition has a value for both`;
  const counted = `it resolves more than ${listText(others)} at ${finest === compared ? "all" : `${finest} of`} ${compared} conditions`;
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

function caveatsOf(result: StudyResult, summary: Summary, arms: readonly string[]): string[] {
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
  if (result.design["kind"] === "measured" && arms.length > 0) {
    caveats.push(
      "Half against half needs no reference; a comparison with the full-dose reconstruction measures agreement with it, not truth.",
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

function viewText(summary: Summary, view: string): string {
  const overlaps = summary.conditions
    .filter((c) => c.view === view)
    .flatMap((c) => c.cells.map((cell) => cell.overlapMeasured));
  const finite = overlaps.filter((overlap) => Number.isFinite(overlap));
  const mean = finite.reduce((sum, overlap) => sum + overlap, 0) / finite.length;
  return finite.length === 0 ? view : `${view} (overlap ${fixedText(mean, 2)})`;
}

function rangeText(values: readonly number[], format: (value: number) => string): string {
  const [low, high] = [format(Math.min(...values)), format(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
