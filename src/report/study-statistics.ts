// The statistics of a study's resolution: an interval for every arm at every condition, the paired differences between arms and
// between doses, and the break points in dose and in overlap. All of them come from one list of draws over seeds and tiles
// (study/statistics), so whatever is compared has met the same seeds (positions, and noise keyed by them) and the same parts of
// the object. Pure.

import type { StudyResult } from "../study/results.ts";
import {
  intervalOf,
  pairedDifference,
  type PairedDifference,
} from "../study/statistics/paired-difference.ts";
import type { Interval } from "../study/statistics/percentile-interval.ts";
import { defaultDraws, seedOfHash } from "../study/statistics/resamples.ts";
import {
  commonReplicates,
  createDrawing,
  pairedEstimates,
  type ResolutionMeasure,
  type SeedResolution,
} from "../study/statistics/resolution-estimate.ts";
import { levelsOf, type SeedSheet, seedSheet } from "./seed-sheet.ts";
import { type DoseBreak, doseBreak, type OverlapBreak, overlapBreaks } from "./study-breaks.ts";
import { type Condition, nullArm, type Summary } from "./summary.ts";

interface Place {
  readonly view: string;
  /** As in {@link Condition}. */
  readonly level: number;
}

/** Cycles per pixel; mean over the seeds, or a lower bound of it. */
export interface ResolutionRow extends Place {
  readonly arm: string;
  readonly seeds: number;
  readonly value: number;
  readonly interval: Interval | null;
  readonly isLowerBound: boolean;
}

/** `arm` minus `other`, cycles per pixel, over the seeds that both have. */
export interface ArmDifference extends Place, PairedDifference {
  /** Seeds that both have. */
  readonly seeds: number;
  readonly arm: string;
  readonly other: string;
}

/** One arm at `level` minus the same arm at `from`, the next lower level of the same view. */
export interface LevelDifference extends Place, PairedDifference {
  readonly seeds: number;
  readonly arm: string;
  readonly from: number;
}

/** One arm in one view minus the same arm in another, at one level. */
export interface ViewDifference extends Place, PairedDifference {
  readonly seeds: number;
  readonly arm: string;
  readonly otherView: string;
}

export interface StudyStatistics {
  readonly measure: ResolutionMeasure;
  readonly method: {
    readonly draws: number;
    readonly seed: number;
    /** Most seeds that a condition has, and most tiles that a window has; 0 tiles: nothing but seeds is drawn. */
    readonly seeds: number;
    readonly tiles: number;
    readonly fraction: number;
  };
  readonly resolutions: readonly ResolutionRow[];
  readonly armDifferences: readonly ArmDifference[];
  readonly levelDifferences: readonly LevelDifference[];
  readonly viewDifferences: readonly ViewDifference[];
  readonly doseBreaks: readonly DoseBreak[];
  readonly overlapBreaks: readonly OverlapBreak[];
}

/** @param seed of the draws; the design's hash when absent. @param fraction of the full-dose resolution that counts as kept. */
export function studyStatistics(
  result: StudyResult,
  summary: Summary,
  {
    measure,
    fraction,
    seed = seedOfHash(result.designHash),
    draws = defaultDraws,
  }: {
    measure: ResolutionMeasure;
    fraction: number;
    seed?: number | undefined;
    draws?: number | undefined;
  },
): StudyStatistics {
  const tiles = mostTiles(result, measure);
  const drawing = createDrawing({ tileCount: tiles, seed, draws });
  const sheet = seedSheet(summary, { measure, drawing });
  const arms = summary.arms.filter((arm) => arm !== nullArm);
  const seeds = Math.max(0, ...summary.conditions.map((condition) => condition.cells.length));
  return {
    measure,
    method: {
      draws,
      seed,
      seeds,
      tiles,
      fraction,
    },
    resolutions: summary.conditions.flatMap((c) => arms.flatMap((arm) => resolutionRow(sheet, c, arm))),
    armDifferences: summary.conditions.flatMap(({ view, level }) =>
      pairsOf(arms).flatMap(([arm, other]) =>
        differenceOf(sheet, seeds, [sheet.at(view, level, arm), sheet.at(view, level, other)]).map(
          (found) => ({
            view,
            level,
            arm,
            other,
            ...found,
          }),
        ),
      ),
    ),
    levelDifferences: summary.views.flatMap((view) =>
      levelsOf(summary, view).flatMap((level, i, levels) =>
        i === 0
          ? []
          : arms.flatMap((arm) =>
              differenceOf(sheet, seeds, [
                sheet.at(view, level, arm),
                sheet.at(view, levels[i - 1]!, arm),
              ]).map((found) => ({ view, level, from: levels[i - 1]!, arm, ...found })),
            ),
      ),
    ),
    viewDifferences: summary.levels.flatMap((level) =>
      pairsOf(summary.views).flatMap(([view, otherView]) =>
        arms.flatMap((arm) =>
          differenceOf(sheet, seeds, [sheet.at(view, level, arm), sheet.at(otherView, level, arm)]).map(
            (found) => ({
              view,
              otherView,
              level,
              arm,
              ...found,
            }),
          ),
        ),
      ),
    ),
    doseBreaks: arms.flatMap((arm) =>
      summary.views.flatMap((view) => doseBreak(sheet, summary, { arm, view, fraction })),
    ),
    overlapBreaks: arms.flatMap((arm) => overlapBreaks(sheet, summary, { arm, fraction })),
  };
}

/** The most tiles that a window of the study holds; 0 when none has any for this comparison and part. */
export function mostTiles(
  { cells }: StudyResult,
  { comparison, part }: Pick<ResolutionMeasure, "comparison" | "part">,
): number {
  const key = comparison === "halves" ? "halves" : part;
  const counts = cells.flatMap(({ arms }) => arms.map((arm) => arm.tileRings[key]?.cross.length ?? 0));
  return Math.max(0, ...counts);
}

function resolutionRow({ at, drawing }: SeedSheet, { view, level }: Condition, arm: string): ResolutionRow[] {
  const seeds = at(view, level, arm);
  const estimate = pairedEstimates([seeds], drawing)?.[0];
  if (estimate === undefined) return [];
  const { value, isLowerBound } = estimate;
  return [{ view, level, arm, seeds: seeds.length, value, interval: intervalOf(estimate), isLowerBound }];
}

function differenceOf(
  { drawing }: SeedSheet,
  most: number,
  [first, second]: readonly [readonly SeedResolution[], readonly SeedResolution[]],
): (PairedDifference & { readonly seeds: number })[] {
  const pair = pairedEstimates([first, second], drawing);
  if (pair === undefined) return [];
  const seeds = commonReplicates([first, second]).length;
  const found = pairedDifference(pair[0]!, pair[1]!);
  // Fewer seeds than elsewhere, since some failed, carry no verdict: it would rest on another footing than the rest.
  return [seeds < most ? { ...found, seeds, verdict: "undecided" } : { ...found, seeds }];
}

function pairsOf<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((first, i) => items.slice(i + 1).map((second): [T, T] => [first, second]));
}
