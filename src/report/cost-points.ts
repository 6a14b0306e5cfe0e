// The points of the quality-against-time figure: each arm's mean resolution and processor time over the views of a level.

import { resultCost } from "./arm-costs.ts";
import type { CostPoint } from "./figures/cost-scatter.ts";
import type { ReportContext } from "./report-context.ts";
import type { RunCosts } from "./run-costs.ts";
import { armAt, statOf } from "./summary.ts";

/** Panels of the scatter; of more levels the lowest, the highest and some between are shown. */
const mostPanels = 3;

export interface ScatterPanels {
  readonly panels: readonly { readonly level: number; readonly points: readonly CostPoint[] }[];
  /** Limits of all panels. */
  readonly seconds: readonly [number, number];
  readonly quality: readonly [number, number];
}

/** null when the study has no resolution, or the journal no times. */
export function scatterPanels(context: ReportContext, costs: RunCosts): ScatterPanels | null {
  const panels = shownLevels(context.summary.levels).map((level) => ({
    level,
    points: levelPoints(context, costs, level),
  }));
  const points = panels.flatMap((panel) => panel.points);
  if (points.length === 0) return null;
  const limitsOf = (values: readonly number[]): [number, number] => [
    Math.min(...values),
    Math.max(...values),
  ];
  return {
    panels,
    seconds: limitsOf(points.map((point) => point.coreSeconds)),
    quality: limitsOf([0, ...points.map((point) => point.quality)]),
  };
}

/** The arms' means over the views of a level, where both numbers are known. */
export function levelPoints(
  { summary, answer, result }: ReportContext,
  costs: RunCosts,
  level: number,
): CostPoint[] {
  const { resolution } = answer;
  if (resolution === null) return [];
  const conditions = summary.conditions.filter((condition) => condition.level === level);
  return summary.arms.flatMap((arm) => {
    const rows = conditions.flatMap((condition) => {
      const stat = statOf(armAt(condition, arm), resolution);
      const quality = stat?.mean;
      const seconds = condition.cells.flatMap(
        (cell) => resultCost(result, costs, cell, arm)?.neededCoreSeconds ?? [],
      );
      return typeof quality === "number" && seconds.length > 0
        ? [{ quality, isLowerBound: stat?.isLowerBound === true, seconds: mean(seconds) }]
        : [];
    });
    if (rows.length === 0) return [];
    // The journal counts milliseconds: a flat object takes less.
    const coreSeconds = Math.max(1e-3, mean(rows.map((row) => row.seconds)));
    const isLowerBound = rows.some((row) => row.isLowerBound);
    return [{ arm, coreSeconds, quality: mean(rows.map((row) => row.quality)), isLowerBound }];
  });
}

/** At most three levels: the lowest, the middle, the highest. */
function shownLevels(levels: readonly number[]): number[] {
  if (levels.length <= mostPanels) return [...levels];
  return [levels[0]!, levels[Math.floor((levels.length - 1) / 2)]!, levels.at(-1)!];
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
