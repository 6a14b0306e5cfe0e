// The numbers of a study as tidy rows: one per number, with everything needed to sort it. An arm without a number has one row
// that says why.

import type { LostCell, MetricRow, StudyResult } from "../../study/results.ts";
import { lostOutcome } from "../summary.ts";

export interface TidyRow {
  readonly dose: number;
  readonly fluence: number;
  readonly view: string;
  readonly gridsize: number;
  /** As measured over the scan. */
  readonly overlap: number | null;
  /** null, as the overlap, where nothing was compared. */
  readonly frames: number | null;
  readonly seed: number;
  readonly arm: string;
  /** The external program that trained the arm's network; null when none did. */
  readonly trainer: string | null;
  readonly state: "done" | "failed" | "skipped";
  readonly reason: string | null;
  readonly isReference: boolean;
  /** At this dose and view. */
  readonly isDistinguishableFromNull: boolean | null;
  /** null in the row of an arm without numbers, as all below. */
  readonly comparison: MetricRow["comparison"] | null;
  readonly part: MetricRow["part"] | null;
  readonly metric: string | null;
  readonly value: number | null;
  readonly crossing: MetricRow["crossing"];
  readonly unit: string | null;
  readonly better: MetricRow["better"] | null;
  readonly n: number | null;
}

export function tidyRows(result: StudyResult): TidyRow[] {
  return [...comparedRows(result), ...(result.lost ?? []).flatMap(lostRows)];
}

/** A cell that could not be compared has a row for each arm, with the reason. */
function lostRows(cell: LostCell): TidyRow[] {
  const { dose, fluence, view, gridsize, seed } = cell;
  const place = { dose, fluence, view, gridsize, overlap: null, frames: null, seed, trainer: null };
  return cell.arms.flatMap(({ arm }) =>
    lostOutcome(cell, arm).map(({ state, reason }) => ({
      ...place,
      arm,
      state,
      reason,
      isReference: false,
      isDistinguishableFromNull: null,
      ...noNumber,
    })),
  );
}

function comparedRows({ cells, indistinguishable }: StudyResult): TidyRow[] {
  return cells.flatMap(({ arms, dose, fluence, view, gridsize, overlapMeasured, frames, seed }) =>
    arms.flatMap(({ arm, trainer = null, state, reason, isReference, rows }): TidyRow[] => {
      const place = { dose, fluence, view, gridsize, overlap: overlapMeasured, frames, seed };
      const isDistinguishableFromNull = !indistinguishable.some(
        (mark) => mark.dose === dose && mark.view === view && mark.arm === arm,
      );
      const head = { ...place, arm, trainer, state, reason, isReference, isDistinguishableFromNull };
      if (rows.length === 0) return [{ ...head, ...noNumber }];
      return rows.map(({ comparison, part, metric, value, crossing, unit, better, n }) => ({
        ...head,
        comparison,
        part,
        metric,
        value,
        crossing,
        unit,
        better,
        n,
      }));
    }),
  );
}

const noNumber = {
  comparison: null,
  part: null,
  metric: null,
  value: null,
  crossing: null,
  unit: null,
  better: null,
  n: null,
} as const;
