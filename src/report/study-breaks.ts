// The break points of a study: how far down in dose, view by view, and how far down in overlap, dose by dose, each arm keeps a
// part of its full-dose resolution.

import { breakPoint, type BreakPoint, type BreakScale } from "../study/statistics/break-point.ts";
import type { Estimate } from "../study/statistics/paired-difference.ts";
import {
  nothingResolved,
  pairedEstimates,
  type SeedResolution,
} from "../study/statistics/resolution-estimate.ts";
import { levelsOf, type SeedSheet } from "./seed-sheet.ts";
import { armAt, type Summary } from "./summary.ts";
import { meanOverlap } from "./wording.ts";

/** The lowest dose (or fluence) of a view at which an arm keeps the fraction of its resolution at the view's highest. */
export interface DoseBreak extends BreakPoint {
  readonly arm: string;
  readonly view: string;
  /** At the highest level; null when nothing is resolved there. */
  readonly fullCyclesPerPx: number | null;
  /** The correlation there never crosses: `fullCyclesPerPx` is a lower bound. */
  readonly isFullLowerBound: boolean;
}

/** The lowest overlap at `level` at which an arm keeps the fraction of its resolution at the highest level and overlap. */
export interface OverlapBreak extends BreakPoint {
  readonly arm: string;
  readonly gridsize: number;
  readonly level: number;
  /** Views of this gridsize by rising overlap, as measured. */
  readonly overlaps: readonly { readonly view: string; readonly overlap: number }[];
  readonly fullCyclesPerPx: number | null;
  readonly isFullLowerBound: boolean;
}

interface Place {
  readonly view: string;
  readonly level: number;
}

/** At most one: none when the arm did not finish at the view's highest level. */
export function doseBreak(
  sheet: SeedSheet,
  summary: Summary,
  { arm, view, fraction }: { arm: string; view: string; fraction: number },
): DoseBreak[] {
  const levels = levelsOf(summary, view);
  const places = levels.map((level) => ({ view, level, at: level }));
  const top = places.at(-1);
  if (top === undefined || !isFinished(summary, top, arm)) return [];
  const found = breakOver(sheet, summary, {
    arm,
    places,
    full: top,
    scale: { fraction, scale: "log", isTop: true },
  });
  return [{ arm, view, ...found }];
}

/** One per gridsize with two overlaps or more, and level, the highest first. */
export function overlapBreaks(
  sheet: SeedSheet,
  summary: Summary,
  { arm, fraction }: { arm: string; fraction: number },
): OverlapBreak[] {
  const gridsizes = [...new Set(summary.conditions.map(({ gridsize }) => gridsize))];
  return gridsizes.flatMap((gridsize) => {
    const top = summary.levels.at(-1)!;
    const views = overlapsOf(summary, gridsize, top);
    const highest = views.at(-1);
    if (views.length < 2 || highest === undefined) return [];
    const full = { view: highest.view, level: top };
    if (!isFinished(summary, full, arm)) return [];
    return summary.levels.toReversed().flatMap((level) => {
      const overlaps = overlapsOf(summary, gridsize, level);
      if (overlaps.length < 2) return [];
      const places = overlaps.map(({ view, overlap }) => ({ view, level, at: overlap }));
      const found = breakOver(sheet, summary, {
        arm,
        places,
        full,
        scale: { fraction, scale: "linear", isTop: level === top },
      });
      return [{ arm, gridsize, level, overlaps, ...found }];
    });
  });
}

function breakOver(
  { at, drawing }: SeedSheet,
  summary: Summary,
  {
    arm,
    places,
    full,
    scale,
  }: {
    arm: string;
    places: readonly { readonly view: string; readonly level: number; readonly at: number }[];
    full: Place;
    scale: BreakScale & { readonly isTop: boolean };
  },
): BreakPoint & Pick<DoseBreak, "fullCyclesPerPx" | "isFullLowerBound"> {
  const seedsAt = ({ view, level }: Place): readonly SeedResolution[] => {
    const condition = summary.conditions.find((c) => c.view === view && c.level === level);
    return armAt(condition, arm)?.isIndistinguishable === true ? [] : at(view, level, arm);
  };
  const lists = [full, ...places].map(seedsAt);
  const known = lists.filter((list) => list.length > 0);
  const none = { level: Number.NaN, value: 0, isLowerBound: false, draws: null };
  const estimates = known.length === 0 ? [] : (pairedEstimates(known, drawing) ?? known.map(ownMean));
  const like = estimates[0] ?? none;
  // A condition without a resolution that is told from a flat object resolves nothing: it keeps no part of anything.
  const all = lists.map((list) =>
    list.length === 0 ? nothingResolved(like) : estimates[known.indexOf(list)]!,
  );
  const reference = lists[0]!.length === 0 || all[0]!.value === 0 ? null : all[0]!;
  const levels = places.map((place, i) => ({ level: place.at, ...all[i + 1]! }));
  return {
    fullCyclesPerPx: reference?.value ?? null,
    isFullLowerBound: reference?.isLowerBound === true,
    ...breakPoint(levels, reference, scale),
  };
}

/** Without one seed in common nothing is paired: the values stand, and no interval does. */
function ownMean(seeds: readonly SeedResolution[]): Estimate {
  const value = seeds.reduce((sum, seed) => sum + seed.value, 0) / seeds.length;
  return { value, isLowerBound: seeds.some((seed) => seed.isLowerBound), draws: null };
}

function isFinished(summary: Summary, { view, level }: Place, arm: string): boolean {
  const condition = summary.conditions.find((c) => c.view === view && c.level === level);
  return armAt(condition, arm)?.state === "done";
}

/** Views of one gridsize at a level by rising measured overlap; of two with the same overlap the first. */
function overlapsOf(
  summary: Summary,
  gridsize: number,
  level: number,
): { readonly view: string; readonly overlap: number }[] {
  const found = summary.conditions
    .filter((condition) => condition.gridsize === gridsize && condition.level === level)
    .flatMap((condition) => {
      const overlap = meanOverlap(condition);
      return overlap === null ? [] : [{ view: condition.view, overlap }];
    })
    .toSorted((a, b) => a.overlap - b.overlap);
  return found.filter(({ overlap }, i) => i === 0 || overlap > found[i - 1]!.overlap);
}
