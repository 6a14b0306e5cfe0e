// What failed in a study, in words: a sentence with the numbers, a line for each reason, and how all reconstructions stand.

import { groupBy } from "../array/group.ts";
import type { StudyResult } from "../study/results.ts";
import { countText, doseText, listText } from "./format.ts";
import { placesText } from "./warnings.ts";

/** "1 comparison and 2 reconstructions failed; 3 finished reconstructions have no number."; null when nothing failed. */
export function failureSentence({ cells, lost = [], failures = [] }: StudyResult): string | null {
  const outcomes = [...cells.flatMap(({ arms }) => arms), ...lost.flatMap(({ arms }) => arms)];
  const failed = outcomes.filter(({ state }) => state === "failed").length;
  const unscored = lost.flatMap(({ arms }) => arms).filter(({ state }) => state === "done").length;
  // Runs of an earlier version tell of their failed comparisons in sentences alone.
  const comparisons = lost.length > 0 ? lost.length : failures.length;
  if (failed + comparisons === 0) return null;
  const counts = [
    ...(comparisons === 0 ? [] : [countText(comparisons, "comparison")]),
    ...(failed === 0 ? [] : [countText(failed, "reconstruction")]),
  ];
  const verb = unscored === 1 ? "has" : "have";
  const rest =
    unscored === 0 ? "" : `; ${countText(unscored, "finished reconstruction")} ${verb} no number for it`;
  return `${listText(counts)} failed${rest}.`;
}

/** Failed comparisons, and failed reconstructions with reasons, equal ones once. */
export function failureLines(result: StudyResult): string[] {
  const failed = result.cells.flatMap((cell) =>
    cell.arms
      .filter(({ state }) => state === "failed")
      .map(({ arm, reason }) => ({
        text: `${arm} failed: ${reason ?? "no reason given"}`,
        where: `${doseText(cell.dose)} in ${cell.view}`,
      })),
  );
  const lines = [...groupBy(failed, ({ text }) => text)].map(
    ([text, group]) => `${text} (at ${placesText(group.map(({ where }) => where))})`,
  );
  return [...(result.failures ?? []), ...lines];
}

/** "28 done · 1 failed · 3 not compared, of 32". */
export function outcomesText({ cells, lost = [] }: StudyResult): string {
  const compared = cells.flatMap(({ arms }) => arms.map(({ state }) => state));
  const others = lost.flatMap(({ arms }) => arms.map(({ state }) => state));
  const counts = [
    { count: count(compared, "done"), name: "done" },
    { count: count([...compared, ...others], "failed"), name: "failed" },
    { count: count(others, "done"), name: "not compared" },
    { count: count([...compared, ...others], "skipped"), name: "skipped" },
  ].filter(({ count: some }) => some > 0);
  const text = counts.map(({ count: some, name }) => `${some} ${name}`).join(" · ");
  return counts.length < 2 ? text || "none" : `${text}, of ${compared.length + others.length}`;
}

function count(states: readonly string[], state: string): number {
  return states.filter((each) => each === state).length;
}
