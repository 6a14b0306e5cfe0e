// The numbers of two runs, pair by pair: the same dose, view, seed, arm and metric. Of each condition and arm the mean of the
// differences over the seeds, with a paired t interval; never the difference of two means over different seeds. A report's bootstrap
// over tiles needs one window for all that it compares; two runs may have different ones, and t needs nothing but the seeds.

import { tCritical95 } from "../../math/students-t.ts";
import type { MetricRow, StudyResult } from "../../study/results.ts";

/** One metric of one arm at one dose and view. */
export interface PairedRow extends Pick<
  MetricRow,
  "dose" | "view" | "arm" | "comparison" | "part" | "metric" | "unit" | "better"
> {
  /** Seeds that both runs have. */
  readonly pairs: number;
  /** Of these, with a number in both: only they are in the means. */
  readonly numbers: number;
  /** Means over those; null when there is none. */
  readonly first: number | null;
  readonly second: number | null;
  /** Mean of second − first. */
  readonly difference: number | null;
  /** Two-sided 95 %, paired t over the seeds; null below two pairs. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** `same`: every pair is equal, to the last digit. better and worse: the second against the first, when the interval leaves
   * zero out; else `undecided`. */
  readonly verdict: "same" | "better" | "worse" | "undecided";
  /** Seeds without a number in one run or in both, in words; empty when there are none. `never`: the correlation stays above its
   * threshold to the last ring, which is better than any number. */
  readonly note: string;
}

/** Every pair of rows, in the order of the first run. */
export function pairedRows(first: StudyResult, second: StudyResult): PairedRow[] {
  const others = new Map(rowsOf(second).map((row) => [pairKey(row), row]));
  const groups = new Map<string, [MetricRow, MetricRow][]>();
  for (const row of rowsOf(first)) {
    const other = others.get(pairKey(row));
    if (other === undefined) continue;
    const key = groupKey(row);
    groups.set(key, [...(groups.get(key) ?? []), [row, other]]);
  }
  return [...groups.values()].map(pairedRow);
}

function rowsOf({ cells }: StudyResult): MetricRow[] {
  return cells.flatMap(({ arms }) => arms.flatMap(({ rows }) => rows));
}

/** Measured doses are means of counts: the same scan gives the same digits, of which nine are plenty. */
function groupKey({ dose, view, arm, comparison, part, metric }: MetricRow): string {
  return JSON.stringify([dose.toPrecision(9), view, arm, comparison, part, metric]);
}

function pairKey(row: MetricRow): string {
  return JSON.stringify([groupKey(row), row.seed]);
}

function pairedRow(pairs: readonly (readonly [MetricRow, MetricRow])[]): PairedRow {
  const [like] = pairs[0]!;
  const { dose, view, arm, comparison, part, metric, unit, better } = like;
  const numbers = pairs.flatMap(([one, other]) =>
    one.value === null || other.value === null ? [] : [[one.value, other.value] as const],
  );
  const differences = numbers.map(([one, other]) => other - one);
  const difference = numbers.length === 0 ? null : mean(differences);
  const interval = difference === null ? null : intervalOf(differences, difference);
  const isSame = pairs.every(
    ([one, other]) => Object.is(one.value, other.value) && one.crossing === other.crossing,
  );
  return {
    dose,
    view,
    arm,
    comparison,
    part,
    metric,
    unit,
    better,
    pairs: pairs.length,
    numbers: numbers.length,
    first: numbers.length === 0 ? null : mean(numbers.map(([one]) => one)),
    second: numbers.length === 0 ? null : mean(numbers.map(([, other]) => other)),
    difference,
    interval,
    verdict: isSame ? "same" : verdictOf(interval, better),
    note: noteOf(pairs),
  };
}

function intervalOf(differences: readonly number[], centre: number): PairedRow["interval"] {
  const n = differences.length;
  if (n < 2) return null;
  const variance = differences.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (n - 1);
  const half = tCritical95(n - 1) * Math.sqrt(variance / n);
  return { low: centre - half, high: centre + half };
}

function verdictOf(interval: PairedRow["interval"], better: MetricRow["better"]): PairedRow["verdict"] {
  if (interval === null || better === "none" || (interval.low <= 0 && interval.high >= 0)) return "undecided";
  return interval.low > 0 === (better === "higher") ? "better" : "worse";
}

/** "crosses → never (2 seeds)": how the pairs stand that have no number in common. */
function noteOf(pairs: readonly (readonly [MetricRow, MetricRow])[]): string {
  const counts = new Map<string, number>();
  for (const [one, other] of pairs) {
    if (one.value !== null && other.value !== null) continue;
    const [before, after] = [stateText(one), stateText(other)];
    const text = before === after ? `${before} in both` : `${before} → ${after}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .map(([text, count]) => `${text} (${count} ${count === 1 ? "seed" : "seeds"})`)
    .join("; ");
}

function stateText({ value, crossing }: MetricRow): string {
  switch (crossing) {
    case "never":
      return "never";
    case "absent":
      return "no curve";
    case "below":
      return "nothing resolved";
    case "crosses":
      return "crosses";
    case null:
      return value === null ? "no value" : "a value";
    default:
      throw crossing satisfies never;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
