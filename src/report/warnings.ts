// The warnings of a study, once each. A warning that every finished arm of every condition carries says something
// about how the numbers were made (an image small for MS-SSIM): it belongs under the table. Any other says
// something about one result and belongs at the top.

import type { StudyResult } from "../study/results.ts";
import { doseText, listText } from "./format.ts";
import { nullArm } from "./summary.ts";

/** Arms that hold nothing of the object by intention: a flat one, and a pattern that repeats at every position. What is odd
 * about them is what they are for. */
const controls: readonly string[] = [nullArm, "mean-pattern"];

export interface SortedWarnings {
  /** Of single results, with the arm and where. */
  readonly particular: readonly string[];
  /** Of all results alike. */
  readonly general: readonly string[];
}

export function sortedWarnings(result: StudyResult): SortedWarnings {
  const outcomes = result.cells.flatMap((cell) =>
    cell.arms
      // The reference is not scored against itself, so it has nothing to warn of.
      .filter(({ arm, state, isReference }) => !controls.includes(arm) && state === "done" && !isReference)
      .map(({ arm, warnings }) => ({ arm, warnings, where: `${doseText(cell.dose)} in ${cell.view}` })),
  );
  const texts = new Set(outcomes.flatMap(({ warnings }) => warnings));
  const isGeneral = (text: string): boolean =>
    outcomes.length > 1 && outcomes.every(({ warnings }) => warnings.includes(text));
  const general = [...texts].filter(isGeneral);
  const particular = gathered(
    outcomes.flatMap(({ arm, warnings, where }) =>
      warnings
        .filter((text) => !general.includes(text))
        .map((text): [string, string] => [`${arm}: ${text}`, where]),
    ),
  );
  return { particular, general };
}

/** Failed reconstructions with reasons, equal ones once. */
export function failureLines(result: StudyResult): string[] {
  return gathered(
    result.cells.flatMap((cell) =>
      cell.arms
        .filter(({ state }) => state === "failed")
        .map(({ arm, reason }): [string, string] => [
          `${arm} failed: ${reason ?? "no reason given"}`,
          `${doseText(cell.dose)} in ${cell.view}`,
        ]),
    ),
  );
}

/** Equal messages once, with where they arose: by name up to three places, else as a count. */
function gathered(messages: readonly (readonly [string, string])[]): string[] {
  const places = new Map<string, Set<string>>();
  for (const [text, where] of messages) places.set(text, (places.get(text) ?? new Set()).add(where));
  return [...places].map(
    ([text, where]) => `${text} (at ${where.size > 3 ? `${where.size} conditions` : listText([...where])})`,
  );
}
