// The three overlap metrics, definition version 1.0. f(d) is the intersection of two probe discs of diameter D whose
// centres are d apart, over the area of one disc.
//   metric 1, groups:   mean over groups of the mean f between the seed and its group mates; none at gridsize 1
//   metric 2, images:   exact duplicates dropped; mean over images of the mean f to their K nearest others
//   metric 3, between:  mean over groups of the mean f to other groups whose centroids are nearer than D, 0 if none
// Overlap is measured, never enforced. The packing bound is recorded beside it: the share of frames that could have
// been kept if no two discs were allowed to meet (F-01).

import { extentOf, takePositions, type Positions } from "../../array/scan.ts";
import { DoselapError } from "../../errors.ts";
import { discOverlap } from "../../optics/overlap.ts";
import { nearestFrames, positionIndex } from "../../optics/nearest-frames.ts";

/** The JSON that is stored; names as in the study that this repeats. */
export interface OverlapMetrics {
  readonly metrics_version: "1.0";
  readonly gridsize: 1 | 2;
  /** Share of the frames that was kept before grouping. */
  readonly s_img: number;
  /** Groups that were made; the same as n_groups_actual, kept for readers of the older files. */
  readonly n_groups: number;
  readonly neighbor_count: number;
  readonly probe_diameter_px: number;
  /** null: nothing was drawn. */
  readonly rng_seed_subsample: number | null;
  readonly metric_1_group_based_avg?: number;
  readonly metric_2_image_based_avg: number;
  readonly metric_3_group_to_group_avg: number;
  readonly n_images_total: number;
  readonly n_images_subsampled: number;
  readonly n_unique_images: number;
  readonly n_groups_actual: number;
  readonly geometry_acceptance_bound: number;
  readonly effective_min_acceptance: number;
}

export interface OverlapOptions {
  /** Positions of the frames that were kept. */
  readonly positions: Positions;
  /** int32 [G, C]: rows of `positions`, seed first. */
  readonly groups: Int32Array;
  readonly gridsize: 1 | 2;
  /** K. */
  readonly neighborCount: number;
  /** D. */
  readonly probeDiameterPx: number;
  /** Frames before some were left out; those given when absent. */
  readonly totalFrames?: number | undefined;
  readonly subsamplingSeed?: number | undefined;
}

/** @throws Shape for an empty scan or groups that are not whole; Range for a diameter that is not positive. */
export function measureOverlap(options: OverlapOptions): OverlapMetrics {
  const { positions, groups, gridsize, neighborCount, probeDiameterPx } = options;
  const frames = positions.x.length;
  const { totalFrames = frames, subsamplingSeed } = options;
  const groupSize = gridsize * gridsize;
  if (frames === 0 || groups.length === 0 || groups.length % groupSize !== 0) {
    throw new DoselapError("Shape", "overlap needs frames and whole groups", {
      key: "groups",
      expected: `a multiple of ${groupSize} members and at least one frame`,
      got: `${groups.length} members, ${frames} frames`,
    });
  }
  if (!(probeDiameterPx > 0 && Number.isFinite(probeDiameterPx))) {
    throw new DoselapError("Range", "the probe has a diameter", {
      key: "probeDiameterPx",
      expected: "a number above 0",
      got: String(probeDiameterPx),
    });
  }
  const unique = uniquePositions(positions);
  const groupCount = groups.length / groupSize;
  const bound = packingBound(positions, probeDiameterPx);
  return {
    metrics_version: "1.0",
    gridsize,
    s_img: frames / totalFrames,
    n_groups: groupCount,
    neighbor_count: neighborCount,
    probe_diameter_px: probeDiameterPx,
    rng_seed_subsample: frames === totalFrames ? null : (subsamplingSeed ?? null),
    ...(gridsize === 1
      ? {}
      : { metric_1_group_based_avg: groupOverlap(positions, groups, groupSize, probeDiameterPx) }),
    metric_2_image_based_avg: imageOverlap(unique, neighborCount, probeDiameterPx),
    metric_3_group_to_group_avg: betweenGroups(centroids(positions, groups, groupSize), probeDiameterPx),
    n_images_total: totalFrames,
    n_images_subsampled: frames,
    n_unique_images: unique.x.length,
    n_groups_actual: groupCount,
    geometry_acceptance_bound: bound,
    effective_min_acceptance: Math.max(0.0005, 0.8 * bound),
  };
}

/** Metric 1. `groups` int32 [G, C], seed first. */
export function groupOverlap(
  positions: Positions,
  groups: Int32Array,
  groupSize: number,
  probeDiameterPx: number,
): number {
  let sum = 0;
  for (let start = 0; start < groups.length; start += groupSize) {
    for (let c = 1; c < groupSize; c++) {
      sum += discOverlap(distance(positions, groups[start]!, groups[start + c]!), probeDiameterPx);
    }
  }
  return sum / ((groups.length / groupSize) * (groupSize - 1));
}

/** Metric 2, of positions that differ: mean f to the K nearest others, or to all when there are fewer; 0 for one image. */
export function imageOverlap(unique: Positions, neighborCount: number, probeDiameterPx: number): number {
  const frames = unique.x.length;
  const count = Math.min(neighborCount, frames - 1);
  if (count < 1) return 0;
  const nearest = nearestFrames(unique, count);
  let sum = 0;
  for (let at = 0; at < nearest.length; at++) {
    sum += discOverlap(distance(unique, Math.floor(at / count), nearest[at]!), probeDiameterPx);
  }
  return sum / nearest.length;
}

/** Metric 3, of group centroids. */
export function betweenGroups(centres: Positions, probeDiameterPx: number): number {
  const index = positionIndex(centres);
  const groups = centres.x.length;
  let sum = 0;
  for (let i = 0; i < groups; i++) {
    let near = 0;
    let overlap = 0;
    for (const j of index.within(centres.x[i]!, centres.y[i]!, probeDiameterPx)) {
      const apart = distance(centres, i, j);
      if (j === i || apart >= probeDiameterPx) continue;
      near++;
      overlap += discOverlap(apart, probeDiameterPx);
    }
    if (near > 0) sum += overlap / near;
  }
  return sum / groups;
}

/** Area of the scan's bounding box over the area of one probe disc, per frame, held within [1e-6, 0.1]. */
export function packingBound(positions: Positions, probeDiameterPx: number): number {
  const { width, height } = boundingBox(positions);
  const bound = (width * height) / (Math.PI * (probeDiameterPx / 2) ** 2) / positions.x.length;
  return Math.min(0.1, Math.max(1e-6, bound));
}

/** Sides of the bounding box of at least one position, px. */
export function boundingBox({ x, y }: Positions): { width: number; height: number } {
  const [across, down] = [extentOf(x), extentOf(y)];
  return { width: across.to - across.from, height: down.to - down.from };
}

/** Mean position of each group. */
export function centroids(positions: Positions, groups: Int32Array, groupSize: number): Positions {
  const count = groups.length / groupSize;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  for (let at = 0; at < groups.length; at++) {
    const group = Math.floor(at / groupSize);
    x[group] = x[group]! + positions.x[groups[at]!]! / groupSize;
    y[group] = y[group]! + positions.y[groups[at]!]! / groupSize;
  }
  return { x, y };
}

/** The positions without exact duplicates, first ones kept. */
export function uniquePositions(positions: Positions): Positions {
  const seen = new Map<string, number>();
  for (let i = 0; i < positions.x.length; i++) {
    const key = `${positions.x[i]! + 0},${positions.y[i]! + 0}`;
    if (!seen.has(key)) seen.set(key, i);
  }
  return takePositions(positions, [...seen.values()]);
}

function distance({ x, y }: Positions, i: number, j: number): number {
  return Math.hypot(x[i]! - x[j]!, y[i]! - y[j]!);
}
