// Replicates gathered: for each dose, view and arm the mean and spread of every metric over the seeds.
// The report's tables, figures and answer read this and nothing rawer.

import type { ArmOutcome, CellResult, LostCell, MetricRow, StudyResult } from "../study/results.ts";
import { isCrossing, unresolvedLimit } from "./frc-limit.ts";

export type StudyCell = StudyResult["cells"][number];

/** One metric over the replicates of one arm in one condition. */
export interface Stat {
  readonly comparison: MetricRow["comparison"];
  readonly part: MetricRow["part"];
  readonly metric: string;
  readonly unit: string;
  readonly better: MetricRow["better"];
  /** Mean over the replicates that have a value; null when none has. A lower bound of it when `isLowerBound`: replicates that
   * never cross are then counted with their last ring. */
  readonly mean: number | null;
  /** Sample standard deviation; null below two values, and of a lower bound, whose spread nobody knows. */
  readonly sd: number | null;
  /** By replicate, in the order of the condition's cells; null = no value. */
  readonly values: readonly (number | null)[];
  /** Finished replicates without a value. */
  readonly missing: number;
  /** An FRC stays above its threshold to the last ring in at least one replicate: the mean is a lower bound. */
  readonly isLowerBound: boolean;
  /** Pixels compared, smallest over the replicates. */
  readonly n: number;
}

export interface ArmSummary {
  readonly arm: string;
  /** External programs that trained the arm's network. */
  readonly trainers: readonly string[];
  /** Done when any replicate is; the others are counted in `doneCount` of `seedCount`. */
  readonly state: ArmOutcome["state"];
  readonly reasons: readonly string[];
  readonly doneCount: number;
  readonly seedCount: number;
  readonly isReference: boolean;
  readonly isIndistinguishable: boolean;
  readonly stats: readonly Stat[];
}

/** One dose (or fluence) at one view, all replicates. */
export interface Condition {
  /** Position on the sweep's axis: photons per frame, or per object pixel in an iso-dose study. */
  readonly level: number;
  readonly dose: number;
  readonly fluence: number;
  readonly view: string;
  readonly gridsize: number;
  /** Empty when every replicate of the condition is lost. */
  readonly cells: readonly StudyCell[];
  /** Replicates that could not be compared. */
  readonly lost: readonly LostCell[];
  readonly arms: readonly ArmSummary[];
}

export interface Summary {
  /** What is swept: dose per frame, or fluence on the sample at constant total dose. */
  readonly axis: "dose" | "fluence";
  /** Ascending. */
  readonly levels: readonly number[];
  readonly views: readonly string[];
  /** Order of the design, the null arm last. */
  readonly arms: readonly string[];
  /** By view, then level, as in `views` and `levels`. */
  readonly conditions: readonly Condition[];
}

export const nullArm = "null";

/** Gathers a study's cells. Pure. */
export function summarise(result: StudyResult): Summary {
  const fluences = numbersOf(result.design["fluences"]);
  const axis = fluences.length > 0 ? "fluence" : "dose";
  const levelOf = (cell: Pick<CellResult, "dose" | "fluence">): number =>
    axis === "dose" ? cell.dose : nearest(fluences, cell.fluence);
  const places = [...result.cells, ...(result.lost ?? [])];
  const levels = [...new Set(places.map(levelOf))].toSorted((a, b) => a - b);
  const views = [...new Set([...keysOf(result.design["views"]), ...places.map((cell) => cell.view)])].filter(
    (view) => places.some((cell) => cell.view === view),
  );
  const arms = armOrder(result);
  const conditions = views.flatMap((view) =>
    levels.flatMap((level) => {
      const cells = result.cells
        .filter((cell) => cell.view === view && levelOf(cell) === level)
        .toSorted((a, b) => a.replicate - b.replicate);
      const lost = (result.lost ?? []).filter((cell) => cell.view === view && levelOf(cell) === level);
      const first = cells[0] ?? lost[0];
      if (first === undefined) return [];
      const { dose, fluence, gridsize } = first;
      const flagged = new Set(
        result.indistinguishable
          .filter((row) => row.view === view && row.dose === dose)
          .map((row) => row.arm),
      );
      const summaries = arms.flatMap((arm) => armSummary(arm, { cells, lost }, flagged.has(arm)));
      return [{ level, dose, fluence, view, gridsize, cells, lost, arms: summaries }];
    }),
  );
  return { axis, levels, views, arms, conditions };
}

/** The one statistic of an arm with this name; undefined when the arm has no such row. */
export function statOf(
  arm: ArmSummary | undefined,
  key: Pick<Stat, "comparison" | "part" | "metric">,
): Stat | undefined {
  return arm?.stats.find(
    (stat) => stat.comparison === key.comparison && stat.part === key.part && stat.metric === key.metric,
  );
}

/** External programs that trained the network of an arm anywhere in the study; none when doselap did. */
export function externalTrainers({ conditions }: Summary, arm: string): string[] {
  return [...new Set(conditions.flatMap((condition) => armAt(condition, arm)?.trainers ?? []))];
}

export function conditionAt(summary: Summary, view: string, level: number): Condition | undefined {
  return summary.conditions.find((condition) => condition.view === view && condition.level === level);
}

export function armAt(condition: Condition | undefined, arm: string): ArmSummary | undefined {
  return condition?.arms.find((candidate) => candidate.arm === arm);
}

/** Arms that finished anywhere, in order, the null arm included. */
export function finishedArms(summary: Summary): string[] {
  return summary.arms.filter((arm) =>
    summary.conditions.some((condition) => armAt(condition, arm)?.state === "done"),
  );
}

function armSummary(
  arm: string,
  { cells, lost }: Pick<Condition, "cells" | "lost">,
  isIndistinguishable: boolean,
): ArmSummary[] {
  const outcomes = cells.map((cell) => cell.arms.find((outcome) => outcome.arm === arm));
  const present = [
    ...outcomes.filter((outcome) => outcome !== undefined),
    ...lost.flatMap((cell) => lostOutcome(cell, arm)),
  ];
  if (present.length === 0) return [];
  const done = outcomes.filter((outcome) => outcome?.state === "done").map((outcome) => outcome!);
  const state =
    done.length > 0 ? "done" : present.some((outcome) => outcome.state === "failed") ? "failed" : "skipped";
  const reasons = present
    .filter((outcome) => outcome.state !== "done")
    .map((outcome) => outcome.reason ?? "no reason given");
  return [
    {
      arm,
      trainers: [...new Set(done.flatMap(({ trainer }) => trainer ?? []))],
      state,
      reasons: [...new Set(reasons)],
      doneCount: done.length,
      seedCount: cells.length + lost.length,
      isReference: done.some((outcome) => outcome.isReference),
      isIndistinguishable,
      stats: statsOf(outcomes),
    },
  ];
}

/** How an arm stands in a cell that could not be compared: whatever it has, it has no number. */
export function lostOutcome(
  { arms, reason: why }: LostCell,
  arm: string,
): { readonly state: "failed" | "skipped"; readonly reason: string }[] {
  const found = arms.find((each) => each.arm === arm);
  if (found === undefined) return [];
  if (found.state === "done") return [{ state: "failed", reason: `reconstructed, and not compared: ${why}` }];
  return [{ state: found.state, reason: found.reason ?? "no reason given" }];
}

function statsOf(outcomes: readonly (ArmOutcome | undefined)[]): Stat[] {
  const done = outcomes.map((outcome) => (outcome?.state === "done" ? outcome : undefined));
  const keys = new Map<string, MetricRow>();
  for (const row of done.flatMap((outcome) => outcome?.rows ?? [])) {
    const key = JSON.stringify([row.comparison, row.part, row.metric]);
    if (!keys.has(key)) keys.set(key, row);
  }
  return [...keys.values()].map((like) => {
    const found = done.map((outcome) => {
      const row = outcome?.rows.find(
        (r) => r.comparison === like.comparison && r.part === like.part && r.metric === like.metric,
      );
      if (outcome === undefined || row === undefined)
        return { value: null, isLowerBound: false, n: Infinity };
      if (row.value !== null || !isCrossing(row.metric))
        return { value: row.value, isLowerBound: false, n: row.n };
      const limit = unresolvedLimit(outcome.frc[row.comparison === "halves" ? "halves" : row.part]);
      return { value: limit, isLowerBound: limit !== null, n: row.n };
    });
    const values = found.map(({ value }) => value);
    const numbers = values.filter((value) => value !== null);
    const mean = numbers.length === 0 ? null : numbers.reduce((sum, v) => sum + v, 0) / numbers.length;
    const isLowerBound = found.some((value) => value.isLowerBound);
    const { comparison, part, metric, unit, better } = like;
    return {
      comparison,
      part,
      metric,
      unit,
      better,
      mean,
      sd: isLowerBound ? null : deviation(numbers, mean),
      values,
      missing: done.filter((outcome) => outcome !== undefined).length - numbers.length,
      isLowerBound,
      n: Math.min(...found.map(({ n }) => n)),
    };
  });
}

function deviation(values: readonly number[], mean: number | null): number | null {
  if (mean === null || values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}

function armOrder(result: StudyResult): string[] {
  const designed = result.design["arms"];
  const names = new Set<string>(
    Array.isArray(designed) ? designed.filter((name) => typeof name === "string") : [],
  );
  const present = [...result.cells, ...(result.lost ?? [])].flatMap(({ arms }) => arms.map(({ arm }) => arm));
  for (const arm of present) names.add(arm);
  const seen = [...names].filter((arm) => present.includes(arm));
  return [...seen.filter((arm) => arm !== nullArm), ...seen.filter((arm) => arm === nullArm)];
}

function nearest(levels: readonly number[], value: number): number {
  return levels.reduce((best, level) =>
    Math.abs(Math.log(level / value)) < Math.abs(Math.log(best / value)) ? level : best,
  );
}

function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "number") : [];
}

function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}
