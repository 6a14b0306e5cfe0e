// Groups of frames for tests: a frame and C − 1 of its K nearest, drawn by a seed.

import type { Positions } from "../../src/array/scan.ts";
import { createRng, shuffle } from "../../src/math/random/rng.ts";
import type { GroupTable } from "../../src/nn/training/groups.ts";
import { nearestFrames } from "../../src/optics/nearest-frames.ts";

/** One group per frame. */
export function drawGroups(
  positions: Positions,
  { groupSize, neighborCount, seed }: { groupSize: number; neighborCount: number; seed: number },
): GroupTable {
  const frames = positions.x.length;
  const known = Math.min(neighborCount, frames - 1);
  const nearest = nearestFrames(positions, known);
  const groups = new Int32Array(frames * groupSize);
  const rng = createRng(seed, "grouping");
  for (let i = 0; i < frames; i++) {
    rng.seek(i, 0);
    const order = nearest.slice(i * known, (i + 1) * known);
    shuffle(order, rng);
    groups[i * groupSize] = i;
    groups.set(order.subarray(0, groupSize - 1), i * groupSize + 1);
  }
  return { groups, count: frames, groupSize };
}
