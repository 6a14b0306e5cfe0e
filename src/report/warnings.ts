// The warnings of a study, once each and in plain words. A warning that every finished arm of every condition carries says
// something about how the numbers were made (an image small for MS-SSIM): it belongs under the table. Any other says
// something about one result and belongs at the top. Warnings that differ in their numbers only are one.

import { groupBy } from "../array/group.ts";
import type { ArmOutcome, StudyResult } from "../study/results.ts";
import { doseText, listText } from "./format.ts";
import { plainWarning } from "./plain-warning.ts";
import { nullArm } from "./summary.ts";

/** Arms that hold nothing of the object by intention: a flat one, and a pattern that repeats at every position. What is odd
 * about them is what they are for. */
const controls: readonly string[] = [nullArm, "mean-pattern"];

export interface SortedWarnings {
  /** Of single results, with the arms and where. */
  readonly particular: readonly string[];
  /** Of all results alike. */
  readonly general: readonly string[];
}

export function sortedWarnings(result: StudyResult): SortedWarnings {
  const outcomes = result.cells.flatMap((cell) =>
    cell.arms
      // The reference is not scored against itself, so it has nothing to warn of.
      .filter(({ arm, state, isReference }) => !controls.includes(arm) && state === "done" && !isReference)
      .map((outcome) => ({
        arm: outcome.arm,
        texts: textsOf(outcome),
        where: `${doseText(cell.dose)} in ${cell.view}`,
      })),
  );
  const found = outcomes.flatMap(({ arm, texts, where }) => texts.map((text) => ({ arm, text, where })));
  const general: string[] = [];
  const particular: string[] = [];
  for (const group of groupBy(found, ({ text }) => patternOf(text)).values()) {
    const { text } = group[0]!;
    const holders = outcomes.filter(({ texts }) => texts.some((each) => patternOf(each) === patternOf(text)));
    if (outcomes.length > 1 && holders.length === outcomes.length) general.push(text);
    else
      for (const [where, same] of byPlaces(group))
        particular.push(`${listText(same.map(({ arm }) => arm))}: ${same[0]!.text} (at ${where})`);
  }
  return { particular: [...particular, ...floorWarnings(result)], general };
}

/** Floors whose solver ran out of iterations. */
function floorWarnings({ cells }: StudyResult): string[] {
  const places = cells
    .filter(({ floor }) => floor?.converged === false)
    .map(({ dose, view }) => `${doseText(dose)} in ${view}`);
  return places.length === 0
    ? []
    : [
        `the noise floor was not solved to its end: its lines there are lower than the true bounds (at ${placesText(places)})`,
      ];
}

/** Plain words for an arm's warnings; what amplitude and phase both carry is said once. */
function textsOf({ warnings }: ArmOutcome): string[] {
  const parts = new Map<string, Set<string>>();
  for (const warning of warnings) {
    const [, part, text] = /^(?:(amplitude|phase): )?(.*)$/s.exec(warning)!;
    const words = plainWarning(text!);
    parts.set(words, (parts.get(words) ?? new Set()).add(part ?? ""));
  }
  return [...parts].map(([text, found]) => {
    const [only = ""] = found;
    return found.size === 1 && only !== "" ? `${text} (${only})` : text;
  });
}

/** Arms that carry a warning at the same places, by those places. */
function byPlaces(
  found: readonly { readonly arm: string; readonly text: string; readonly where: string }[],
): Map<string, { readonly arm: string; readonly text: string }[]> {
  const arms = [...groupBy(found, ({ arm }) => arm)].map(([arm, group]) => ({
    arm,
    text: group[0]!.text,
    where: placesText(group.map(({ where }) => where)),
  }));
  return groupBy(arms, ({ where }) => where);
}

/** By name up to three places, else as a count. */
export function placesText(places: readonly string[]): string {
  const all = [...new Set(places)];
  return all.length > 3 ? `${all.length} conditions` : listText(all);
}

function patternOf(text: string): string {
  return text.replace(/[-\u2212]?\d+(?:\.\d+)?/g, "#");
}
