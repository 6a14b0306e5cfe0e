// One arm's resolution over its seeds, with the draws of a bootstrap over seeds and tiles, or without them when there are too
// few of both to draw from.

import type { ArmOutcome, MetricRow } from "../results.ts";
import type { Estimate } from "./paired-difference.ts";
import { drawResamples, seedMeans, type Resamples } from "./resamples.ts";
import { type CrossingMetric, decides, thresholdUnder } from "./resolution-threshold.ts";
import { tileResolutions } from "./tile-resolution.ts";

/** Which FRC crossing is the resolution. */
export interface ResolutionMeasure {
  readonly comparison: MetricRow["comparison"];
  readonly part: MetricRow["part"];
  readonly metric: CrossingMetric;
}

/** What one seed says. */
export interface SeedResolution {
  readonly replicate: number;
  /** Cycles per pixel; where the curve never falls below its threshold, the last ring, a lower bound. */
  readonly value: number;
  readonly isLowerBound: boolean;
  /** Last ring of the curve: what a draw that never crosses is at least. */
  readonly limit: number;
  /** float64 [draws]: over tiles, Infinity where a draw never crosses; null without tiles. */
  readonly draws: Float64Array | null;
}

/** Fewer units than this that all agree do so by chance in more than 5 % of cases (sign test: 2 · 2⁻⁵). */
const leastUnits = 6;

/** Gives every estimate of a study the same draws. */
export interface Drawing {
  readonly resamplesOf: (seedCount: number) => Resamples;
  readonly tileCount: number;
}

/** @param tileCount the most tiles that a window of the study holds; 0 when none has any. */
export function createDrawing({
  tileCount,
  seed,
  draws,
}: {
  tileCount: number;
  seed: number;
  draws?: number | undefined;
}): Drawing {
  const made = new Map<number, Resamples>();
  return {
    tileCount,
    resamplesOf: (seedCount) => {
      const known = made.get(seedCount);
      if (known !== undefined) return known;
      const sizes = { seedCount, tileCount: Math.max(1, tileCount), seed };
      const fresh = drawResamples(draws === undefined ? sizes : { ...sizes, draws });
      made.set(seedCount, fresh);
      return fresh;
    },
  };
}

/** One seed's resolution; undefined when the arm has no curve there. */
export function seedResolution(
  outcome: ArmOutcome,
  replicate: number,
  { measure, drawing }: { measure: ResolutionMeasure; drawing: Drawing },
): SeedResolution | undefined {
  const { comparison, part, metric } = measure;
  if (outcome.state !== "done") return undefined;
  const row = outcome.rows.find(
    (each) => each.comparison === comparison && each.part === part && each.metric === metric,
  );
  const key = comparison === "halves" ? "halves" : part;
  const curve = outcome.frc[key];
  const last = curve?.frequency.findLast((_, ring) => typeof curve.value[ring] === "number");
  const value = row?.value ?? (row === undefined || row.crossing === "absent" ? undefined : last);
  if (row === undefined || value === undefined) return undefined;
  const rings = outcome.tileRings[key];
  const draws =
    rings === undefined || curve === undefined
      ? null
      : tileResolutions(rings, drawing.resamplesOf(1), {
          curve,
          thresholdUnder: (ring) => thresholdUnder(metric, curve, ring),
          decides: (ring) => decides(metric, curve, ring),
        });
  return { replicate, value, isLowerBound: row.value === null, limit: last ?? value, draws };
}

/** Seeds that every one of the lists has. */
export function commonReplicates(lists: readonly (readonly SeedResolution[])[]): number[] {
  const [first = [], ...others] = lists;
  return first
    .map(({ replicate }) => replicate)
    .filter((replicate) => others.every((list) => list.some((seed) => seed.replicate === replicate)));
}

/** Means over the seeds that every one of the lists has, draw for draw of the same seeds and tiles; undefined when they have
 * none in common. */
export function pairedEstimates(
  lists: readonly (readonly SeedResolution[])[],
  drawing: Drawing,
): Estimate[] | undefined {
  const common = commonReplicates(lists);
  if (common.length === 0) return undefined;
  return lists.map((list) =>
    estimateOf(
      list.filter(({ replicate }) => common.includes(replicate)),
      drawing,
    ),
  );
}

function estimateOf(seeds: readonly SeedResolution[], drawing: Drawing): Estimate {
  const value = seeds.reduce((sum, seed) => sum + seed.value, 0) / seeds.length;
  const isLowerBound = seeds.some((seed) => seed.isLowerBound);
  const tiled = seeds.every(({ draws }) => draws !== null);
  if (seeds.length * (tiled ? drawing.tileCount : 1) < leastUnits)
    return { value, isLowerBound, draws: null };
  const resamples = drawing.resamplesOf(seeds.length);
  const most = seeds.map(
    ({ draws, value: fixed, isLowerBound: isOpen }) =>
      (tiled ? draws : null) ?? new Float64Array(resamples.draws).fill(isOpen ? Infinity : fixed),
  );
  const least = seeds.map(({ limit }, i) => most[i]!.map((drawn) => (drawn === Infinity ? limit : drawn)));
  return {
    value,
    isLowerBound,
    draws: { least: seedMeans(least, resamples), most: seedMeans(most, resamples) },
  };
}

/** Nothing resolved, in every draw. */
export function nothingResolved(like: Estimate): Estimate {
  if (like.draws === null) return { value: 0, isLowerBound: false, draws: null };
  const none = new Float64Array(like.draws.least.length);
  return { value: 0, isLowerBound: false, draws: { least: none, most: none } };
}
