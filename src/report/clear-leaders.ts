// Which arm is better than every other at a condition, for any column of the results table: the paired difference to each of
// them leaves zero out. FRC crossings are drawn over seeds and tiles, all other metrics over seeds alone, of which it takes six.

import { pairedDifference } from "../study/statistics/paired-difference.ts";
import { seedOfHash } from "../study/statistics/resamples.ts";
import {
  commonReplicates,
  createDrawing,
  type Drawing,
  pairedEstimates,
  type SeedResolution,
  seedResolution,
} from "../study/statistics/resolution-estimate.ts";
import type { StudyResult } from "../study/results.ts";
import { isCrossing } from "./frc-limit.ts";
import { mostTiles } from "./study-statistics.ts";
import { type ArmSummary, type Condition, type Stat, statOf, type Summary } from "./summary.ts";

export type StatColumn = Pick<Stat, "comparison" | "part" | "metric" | "better">;

/** The clearly best arm of each condition that has one. */
export function clearLeaders(
  result: StudyResult,
  { conditions }: Summary,
  column: StatColumn,
): ReadonlyMap<Condition, string> {
  const tileCount = mostTiles(result, column);
  const drawing = createDrawing({ tileCount, seed: seedOfHash(result.designHash) });
  const seeds = Math.max(0, ...conditions.map(({ cells }) => cells.length));
  return new Map(
    conditions.flatMap((condition) => {
      const leader = leaderOf(condition, { column, drawing, seeds });
      return leader === undefined ? [] : [[condition, leader] as const];
    }),
  );
}

interface Tools {
  readonly column: StatColumn;
  readonly drawing: Drawing;
  /** Most seeds that a condition has. */
  readonly seeds: number;
}

/** Only the best value can lead; it meets the next best first, which mostly settles it without the draws of the others. */
function leaderOf(condition: Condition, tools: Tools): string | undefined {
  const { better } = tools.column;
  if (better === "none") return undefined;
  const sign = better === "higher" ? -1 : 1;
  const [first, ...others] = condition.arms
    .flatMap((arm) => {
      const mean = statOf(arm, tools.column)?.mean;
      return typeof mean === "number" ? [{ arm, mean }] : [];
    })
    .toSorted((a, b) => sign * (a.mean - b.mean));
  if (first === undefined || others.length === 0) return undefined;
  const own = seedsOf(condition, first.arm, tools);
  const leads = others.every(({ arm }) => {
    const both = [own, seedsOf(condition, arm, tools)];
    // With fewer seeds than the other conditions have, since some failed, none is called better.
    if (commonReplicates(both).length < tools.seeds) return false;
    const pair = pairedEstimates(both, tools.drawing);
    return pair !== undefined && pairedDifference(pair[0]!, pair[1]!).verdict === better;
  });
  return leads ? first.arm.arm : undefined;
}

function seedsOf({ cells }: Condition, arm: ArmSummary, { column, drawing }: Tools): SeedResolution[] {
  const { comparison, part, metric } = column;
  if (isCrossing(metric)) {
    const tools = { measure: { comparison, part, metric }, drawing };
    return cells.flatMap((cell) => {
      const outcome = cell.arms.find((each) => each.arm === arm.arm);
      return outcome === undefined ? [] : (seedResolution(outcome, cell.replicate, tools) ?? []);
    });
  }
  return (statOf(arm, column)?.values ?? []).flatMap((value, i) =>
    value === null
      ? []
      : [{ replicate: cells[i]!.replicate, value, isLowerBound: false, limit: value, draws: null }],
  );
}
