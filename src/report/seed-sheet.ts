// The resolution of every arm at every condition, seed by seed, with the draws that all statistics of a study share.

import {
  type Drawing,
  type ResolutionMeasure,
  type SeedResolution,
  seedResolution,
} from "../study/statistics/resolution-estimate.ts";
import type { Summary } from "./summary.ts";

export interface SeedSheet {
  readonly drawing: Drawing;
  /** By seed; empty when the arm has no curve there. */
  readonly at: (view: string, level: number, arm: string) => readonly SeedResolution[];
}

export function seedSheet(
  summary: Summary,
  tools: { readonly measure: ResolutionMeasure; readonly drawing: Drawing },
): SeedSheet {
  const known = new Map<string, readonly SeedResolution[]>();
  const keyOf = (view: string, level: number, arm: string): string => JSON.stringify([view, level, arm]);
  for (const condition of summary.conditions) {
    for (const { arm } of condition.arms) {
      const seeds = condition.cells.flatMap((cell) => {
        const outcome = cell.arms.find((each) => each.arm === arm);
        return outcome === undefined ? [] : (seedResolution(outcome, cell.replicate, tools) ?? []);
      });
      known.set(keyOf(condition.view, condition.level, arm), seeds);
    }
  }
  return { drawing: tools.drawing, at: (view, level, arm) => known.get(keyOf(view, level, arm)) ?? [] };
}

/** Levels of a view, ascending. */
export function levelsOf(summary: Summary, view: string): number[] {
  return summary.conditions.filter((condition) => condition.view === view).map(({ level }) => level);
}
