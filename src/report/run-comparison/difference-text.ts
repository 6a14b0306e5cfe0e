// A paired difference in few characters: sign, size, half of its interval, and what it means for the second run.

import { numberText } from "../format.ts";
import { partTitle } from "../wording.ts";
import type { PairedRow } from "./paired-rows.ts";

/** Signs of the verdicts, so that colour is never the only one. */
const verdictSigns: { readonly [verdict in PairedRow["verdict"]]: string } = {
  better: "▲",
  worse: "▼",
  same: "=",
  undecided: "",
};

/** "+0.012 ± 0.004 ▲", "=" when all pairs are equal, the note when there is no number. */
export function differenceText({ difference, interval, verdict, note }: PairedRow): string {
  if (verdict === "same") return verdictSigns.same;
  if (difference === null) return note;
  const half = interval === null ? "" : ` ± ${numberText((interval.high - interval.low) / 2, 2)}`;
  const sign = difference > 0 ? "+" : "";
  return `${sign}${numberText(difference)}${half} ${verdictSigns[verdict]}`.trimEnd();
}

/** What a note means, for below a table that has one. */
export const noteLegend =
  "never: the correlation stays above its threshold to the last ring, better than any frequency";

/** A column of the tables. */
export interface DifferenceColumn {
  readonly comparison: PairedRow["comparison"];
  readonly part: PairedRow["part"];
  readonly metric: string;
  readonly unit: string;
  readonly better: PairedRow["better"];
}

/** One column per metric that the rows have; groups of a part stay together. */
export function columnsOf(rows: readonly PairedRow[]): DifferenceColumn[] {
  const found = new Map<string, DifferenceColumn>();
  for (const { comparison, part, metric, unit, better } of rows)
    found.set(JSON.stringify([comparison, part, metric]), { comparison, part, metric, unit, better });
  return [...found.values()].toSorted((a, b) => partRank(a) - partRank(b));
}

/** The columns that decide: resolution and similarity. */
export function mainColumns(rows: readonly PairedRow[]): DifferenceColumn[] {
  const columns = columnsOf(rows);
  const halves = columns.filter(({ part, metric }) => part === "complex" && metric === "frcHalfBit");
  const phase = columns.filter(({ part, metric }) => part === "phase" && ["frc50", "ssim"].includes(metric));
  const amplitude = columns.filter(({ part, metric }) => part === "amplitude" && metric === "ssim");
  const chosen = [...halves, ...phase, ...amplitude];
  return chosen.length > 0 ? chosen : columns.slice(0, 4);
}

/** The row of a column among those of one condition and arm. */
export function rowOf(rows: readonly PairedRow[], column: DifferenceColumn): PairedRow | undefined {
  return rows.find(
    ({ comparison, part, metric }) =>
      comparison === column.comparison && part === column.part && metric === column.metric,
  );
}

/** Rows of one condition and arm together, in order. */
export function byCondition(rows: readonly PairedRow[]): PairedRow[][] {
  const groups = new Map<string, PairedRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.dose, row.view, row.arm]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** "12 better, 3 worse, 40 undecided, 5 the same": of the paired differences of some rows. */
export function verdictCounts(rows: readonly PairedRow[]): string {
  const count = (verdict: PairedRow["verdict"]): number =>
    rows.filter((row) => row.verdict === verdict).length;
  return [
    `${count("better")} better`,
    `${count("worse")} worse`,
    `${count("undecided")} undecided`,
    `${count("same")} the same`,
  ].join(", ");
}

function partRank(column: DifferenceColumn): number {
  const order = [
    "halves complex",
    "truth phase",
    "reference phase",
    "truth amplitude",
    "reference amplitude",
  ];
  const rank = order.indexOf(`${column.comparison} ${column.part}`);
  return rank < 0 ? order.length : rank;
}

/** Columns under one heading: "Phase, against truth". */
export function columnGroups(
  columns: readonly DifferenceColumn[],
): { readonly title: string; readonly columns: DifferenceColumn[] }[] {
  const groups = new Map<string, DifferenceColumn[]>();
  for (const column of columns)
    groups.set(partTitle(column), [...(groups.get(partTitle(column)) ?? []), column]);
  return [...groups].map(([title, members]) => ({ title, columns: members }));
}
