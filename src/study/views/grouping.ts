// Groups of C = gridsize² frames that are solved together: the one grouping function of the project.
// Member 0 is the seed frame; the others are a combination of C − 1 of its K nearest frames.
//   standard      one group per seed frame, its combination drawn uniformly
//   oversampling  more groups than frames: (seed, combination) pairs drawn uniformly, none twice while others are left
// Oversampling is guarded by OVERSAMPLING-001: it has to be asked for, and K must be at least C.

import type { Positions } from "../../array/scan.ts";
import { DoselapError } from "../../errors.ts";
import { createRng, type Rng } from "../../math/random/rng.ts";
import { binomial, combinationAt } from "./combinations.ts";
import { nearestFrames } from "../../optics/nearest-frames.ts";

export interface GroupingOptions {
  readonly gridsize: 1 | 2;
  /** K. */
  readonly neighborCount: number;
  /** Groups to make; null = one per frame. At gridsize 1 there are at most as many as frames. */
  readonly groupCount: number | null;
  readonly seed: number;
  readonly enableOversampling: boolean;
}

export interface Grouping {
  /** Row numbers into the positions, int32 [count, groupSize]; column 0 is the seed frame. */
  readonly groups: Int32Array;
  readonly count: number;
  /** C. */
  readonly groupSize: number;
  /** Nearest frames that members came from: K, or all others when the scan has fewer. */
  readonly neighborsUsed: number;
}

/** Seed frames are in ascending order unless there are more groups than frames. A group of a frame depends on the seed and on
 * that frame's neighbours alone, not on how many groups are made.
 * @throws Range for fewer frames than C, K below C (OVERSAMPLING-001), or more groups than frames without leave. */
export function groupFrames(positions: Positions, options: GroupingOptions): Grouping {
  const { gridsize, neighborCount, groupCount, seed, enableOversampling } = options;
  const frames = positions.x.length;
  const groupSize = gridsize * gridsize;
  // A frame alone makes one group only, so gridsize 1 has no more groups than frames.
  const count = groupSize === 1 ? Math.min(groupCount ?? frames, frames) : (groupCount ?? frames);
  checkGrouping(frames, count, options);

  const neighborsUsed = groupSize === 1 ? 0 : Math.min(neighborCount, frames - 1);
  const nearest = nearestFrames(positions, neighborsUsed);
  const combinations = binomial(neighborsUsed, groupSize - 1);
  const groups = new Int32Array(count * groupSize);
  const picks = new Int32Array(groupSize - 1);
  function write(group: number, frame: number, combination: number): void {
    combinationAt(combination, neighborsUsed, groupSize - 1, picks);
    groups[group * groupSize] = frame;
    for (let c = 1; c < groupSize; c++) {
      groups[group * groupSize + c] = nearest[frame * neighborsUsed + picks[c - 1]!]!;
    }
  }

  if (count > frames && enableOversampling) {
    const pairs = drawRounds(frames * combinations, count, createRng(seed, "grouping", { pixel: 1 }));
    pairs.forEach((pair, group) => write(group, Math.floor(pair / combinations), pair % combinations));
  } else {
    const seeds = drawSorted(frames, count, createRng(seed, "grouping", { pixel: 1 }));
    const rng = createRng(seed, "grouping");
    seeds.forEach((frame, group) => {
      rng.seek(frame, 0);
      write(group, frame, rng.integer(combinations));
    });
  }
  return { groups, count, groupSize, neighborsUsed };
}

/** The conditions under which groups can be made at all.
 * @throws Range naming the one that is not met. */
export function checkGrouping(
  frames: number,
  count: number,
  { gridsize, neighborCount, enableOversampling }: Omit<GroupingOptions, "groupCount" | "seed">,
): void {
  const groupSize = gridsize * gridsize;
  if (frames < groupSize) {
    throw new DoselapError("Range", `a group of gridsize ${gridsize} needs ${groupSize} frames`, {
      key: "frames",
      expected: `at least ${groupSize}`,
      got: String(frames),
      hint: "Keep more frames, or raise the overlap.",
    });
  }
  if (neighborCount < groupSize) {
    throw new DoselapError("Range", "K must be at least C = gridsize²", {
      key: "neighborCount",
      expected: `K ≥ ${groupSize}`,
      got: String(neighborCount),
      finding: "OVERSAMPLING-001",
    });
  }
  if (!(Number.isInteger(count) && count > 0)) {
    throw new DoselapError("Range", "the number of groups is a whole number above 0", {
      key: "groupCount",
      got: String(count),
    });
  }
  if (count <= frames || groupSize === 1) return;
  if (!enableOversampling) {
    throw new DoselapError("Range", "more groups than frames means that frames are used again", {
      key: "groupCount",
      expected: `at most ${frames}, the number of frames`,
      got: String(count),
      finding: "OVERSAMPLING-001",
      hint: "Say so with enableOversampling: true, or lower groupCount.",
    });
  }
  if (frames * binomial(Math.min(neighborCount, frames - 1), groupSize - 1) > 4294967296) {
    throw new DoselapError("Range", "too many possible groups to draw from", {
      key: "neighborCount",
      expected: "frames × combinations of at most 2³²",
      hint: "Lower neighborCount.",
    });
  }
}

/** `count` of 0 … n−1 without replacement, ascending; all of them when count is n. */
function drawSorted(n: number, count: number, rng: Rng): number[] {
  if (count === n) return Array.from({ length: n }, (_, i) => i);
  return drawRounds(n, count, rng).sort((a, b) => a - b);
}

/** `count` numbers of 0 … n−1: rounds of Fisher–Yates without replacement, a new round when all have been drawn.
 * Only the places that were touched are stored. */
function drawRounds(n: number, count: number, rng: Rng): number[] {
  const drawn: number[] = [];
  let moved = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const at = i % n;
    if (at === 0) moved = new Map();
    const from = at + rng.integer(n - at);
    drawn.push(moved.get(from) ?? from);
    moved.set(from, moved.get(at) ?? at);
  }
  return drawn;
}
