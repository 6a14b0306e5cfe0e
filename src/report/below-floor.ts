// Which results lie beyond the floor's lines, in words: the mean squared error of amplitude and phase and the resolution, by
// line. A result counts as beyond when it is by more than its standard deviation over the seeds and more than the line is good
// for: 3 % of an error (docs/floor.md), one ring of a correlation. Pure.

import { type FloorBound, floorValue } from "./floor-values.ts";
import { isCrossing } from "./frc-limit.ts";
import { doseText, fixedText, listText } from "./format.ts";
import { type Condition, finishedArms, nullArm, type Stat, statOf, type Summary } from "./summary.ts";
import { metricName } from "./wording.ts";

type Key = Pick<Stat, "comparison" | "part" | "metric">;

const lineError = 0.03;
/** At most so many results are named; of more their number is told. */
const mostNamed = 4;

/** One sentence for each of the lines; none where no metric has a floor. @param resolution the study's own, or null. */
export function belowFloorSentences(summary: Summary, resolution: Key | null): string[] {
  const comparison = resolution?.comparison === "halves" ? "reference" : (resolution?.comparison ?? "truth");
  const keys: Key[] = [
    { comparison, part: "phase", metric: "mse" },
    { comparison, part: "amplitude", metric: "mse" },
    ...(resolution === null ? [] : [resolution]),
  ];
  return [
    sentenceOf(summary, keys, "unbiased", {
      name: "the Cramér–Rao floor",
      why: "It bounds unbiased estimates, and these are not: their prior, shrinkage or early stopping trades bias for noise, which pays where photons are few.",
    }),
    sentenceOf(summary, keys, "informed", {
      name: "the floor with a known spectrum",
      why: "What passes it knows more of the object than its spectrum, such as sharp edges, or is one draw of a noise whose mean it bounds.",
    }),
  ].filter((sentence) => sentence !== "");
}

function sentenceOf(
  summary: Summary,
  keys: readonly Key[],
  bound: FloorBound,
  { name, why }: { readonly name: string; readonly why: string },
): string {
  let compared = 0;
  const beyond: string[] = [];
  for (const key of keys) {
    for (const condition of summary.conditions) {
      for (const arm of finishedArms(summary)) {
        const found = arm === nullArm ? null : passes(condition, arm, { key, bound });
        if (found === null) continue;
        compared++;
        if (found === "") continue;
        const what =
          key.part === "complex" ? metricName(key.metric) : `${key.part} ${metricName(key.metric)}`;
        beyond.push(`${arm} at ${doseText(condition.level)} in ${condition.view} (${what} ${found})`);
      }
    }
  }
  if (compared === 0) return "";
  if (beyond.length === 0) return `Beyond ${name} lies none of ${compared} results.`;
  const named =
    beyond.length <= mostNamed
      ? listText(beyond)
      : `${beyond.length} of ${compared} results, such as ${beyond[0]!}`;
  return `Beyond ${name}: ${named}. ${why}`;
}

/** "0.1 against 0.2" when the arm lies beyond the line, empty when not, null where one of the two has no value. */
function passes(
  condition: Condition,
  name: string,
  { key, bound }: { readonly key: Key; readonly bound: FloorBound },
): string | null {
  const stat = statOf(
    condition.arms.find(({ arm }) => arm === name),
    key,
  );
  const floor = floorValue(condition, key, bound);
  if (typeof stat?.mean !== "number" || floor === null) return null;
  const spread = stat.sd ?? 0;
  const ring = condition.cells.flatMap(({ floor: each }) => each?.phase.frequency[0] ?? [])[0] ?? 0;
  const isBeyond = isCrossing(key.metric)
    ? !floor.isLowerBound && stat.mean > floor.mean + ring + spread
    : stat.mean < (1 - lineError) * floor.mean - spread;
  if (!isBeyond) return "";
  const text = (value: number): string =>
    isCrossing(key.metric) ? fixedText(value, 3) : value.toPrecision(2);
  return `${text(stat.mean)} against ${text(floor.mean)}`;
}
