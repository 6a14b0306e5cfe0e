// Which arm resolves most, in words. An arm is better than another at a condition only where the paired difference over the
// same seeds and tiles leaves zero out; a higher mean alone is called a higher value and no more.

import { turned, type PairedDifference } from "../study/statistics/paired-difference.ts";
import { listText } from "./format.ts";
import type { StudyStatistics } from "./study-statistics.ts";
import type { Summary } from "./summary.ts";

type Verdict = PairedDifference["verdict"];

/** @param ranked the leading arm first. No full stop. */
export function winnerClause(
  { conditions }: Summary,
  statistics: StudyStatistics,
  ranked: readonly string[],
): string {
  const [lead = "", ...others] = ranked;
  const places = conditions
    .map(({ view, level }) => verdictsAt(statistics, { view, level, lead, others }))
    .filter((verdicts) => verdicts.length > 0);
  if (places.length === 0)
    return `it can be compared with ${rivalText(others)} at no condition, since no condition has a value for both in every seed`;
  if (places.flat().every(({ hasInterval }) => !hasInterval)) return valuesClause(places);
  const met = others.filter((arm) => places.flat().some(({ other }) => other === arm));
  const won = places.filter((verdicts) => verdicts.every(({ verdict }) => verdict === "higher")).length;
  const rest = [...tiedText(places), ...beatenText(places)];
  const clause =
    won === 0
      ? "no arm resolves more than all the others at any condition"
      : `it resolves more than ${rivalText(met)} ${placesText(won, places.length)}`;
  return rest.length === 0 ? clause : `${clause} (${rest.join("; ")})`;
}

interface Rival {
  readonly other: string;
  /** The lead's value is known to be the higher one. */
  readonly isHigher: boolean;
  readonly verdict: Verdict;
  readonly hasInterval: boolean;
}

/** Conditions with fewer seeds than the others have, since some failed, have no part in it (study-statistics.ts). */
function verdictsAt(
  { armDifferences, method }: StudyStatistics,
  { view, level, lead, others }: { view: string; level: number; lead: string; others: readonly string[] },
): Rival[] {
  return armDifferences
    .filter((row) => row.view === view && row.level === level && row.seeds === method.seeds)
    .flatMap((row) => {
      const { arm, other, interval } = row;
      const isOurs = arm === lead;
      const rival = isOurs ? other : arm;
      if ((!isOurs && other !== lead) || !others.includes(rival)) return [];
      const { difference, bound, verdict } = isOurs ? row : turned(row);
      const isHigher = difference !== null && difference > 0 && bound !== "most";
      return [{ other: rival, isHigher, verdict, hasInterval: interval !== null }];
    });
}

function valuesClause(places: readonly (readonly Rival[])[]): string {
  const highest = places.filter((rivals) => rivals.every(({ isHigher }) => isHigher)).length;
  const unsure = "without an interval to say how certain that is";
  return highest === 0
    ? `no arm has the highest value anywhere, ${unsure}`
    : `it has the highest value ${placesText(highest, places.length)}, ${unsure}`;
}

function tiedText(places: readonly (readonly Rival[])[]): string[] {
  const tied = namesOf(places, "undecided");
  return tied.length === 0 ? [] : [`not told apart from ${listText(tied)}`];
}

function beatenText(places: readonly (readonly Rival[])[]): string[] {
  const better = namesOf(places, "lower");
  return better.length === 0 ? [] : [`resolves less than ${listText(better)}`];
}

/** "ml at 3", most often first; more than three as a count. */
function namesOf(places: readonly (readonly Rival[])[], verdict: Verdict): string[] {
  const counts = new Map<string, number>();
  for (const rival of places.flat())
    if (rival.verdict === verdict) counts.set(rival.other, (counts.get(rival.other) ?? 0) + 1);
  const sorted = [...counts].toSorted((a, b) => b[1] - a[1]);
  const named = sorted.slice(0, 3).map(([arm, count]) => `${arm} at ${count}`);
  return sorted.length > 3 ? [...named, `${sorted.length - 3} more`] : named;
}

/** The other arms by name; more than three as a number. */
function rivalText(others: readonly string[]): string {
  return others.length > 3 ? `each of the ${others.length} other arms` : listText(others);
}

/** "at all 9 conditions", "at 3 of 9 conditions", "at the one condition". */
function placesText(some: number, all: number): string {
  if (all === 1 && some === 1) return "at the one condition";
  return `at ${some === all ? "all" : `${some} of`} ${all} conditions`;
}
