// Lowering the overlap of a scan by dropping positions, evenly.
// Farthest-point order (Gonzalez 1985, doi:10.1016/0304-3975(85)90224-5): each next position is the one farthest from
// all before it, so that every beginning of the order covers the field evenly with positions kept apart. The
// beginning whose measured overlap is nearest to the target is kept.

import type { Positions } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";
import { createRng, shuffle } from "../math/random/rng.ts";
import { discOverlap, nearestNeighborOverlap } from "./overlap.ts";

export interface DropOptions {
  /** Probe diameter that overlap is measured with, pixels. */
  readonly diameterPx: number;
  /** Mean nearest-neighbour overlap aimed at, in [0, 1). */
  readonly overlap: number;
  /** Chooses the first position and the order among equals. */
  readonly seed: number;
}

/** Rows of the positions that are kept, int32, ascending. Same positions and seed, same rows. Time grows as M².
 * @throws Range when the target lies outside [0, 1) or above the overlap that is there. */
export function dropPositions(positions: Positions, { diameterPx, overlap, seed }: DropOptions): Int32Array {
  const present = nearestNeighborOverlap(positions, diameterPx);
  // Rounding of a target that was printed and typed in again is no request for more overlap.
  if (!(overlap >= 0 && overlap < 1 && overlap <= present + 1e-6)) {
    throw new DoselapError("Range", "dropping positions cannot give this overlap", {
      key: "overlap",
      expected: `a number from 0 to what is there, ${present.toFixed(3)} (and below 1)`,
      got: String(overlap),
      hint: "Only a denser scan has more overlap.",
    });
  }
  const order = farthestPointOrder(positions, seed);
  const overlaps = overlapOfBeginnings(positions, order, diameterPx);
  let kept = 1;
  for (let count = 2; count <= order.length; count++) {
    // Of two that miss alike the larger is kept: photons are dear.
    if (Math.abs(overlaps[count]! - overlap) <= Math.abs(overlaps[kept]! - overlap)) kept = count;
  }
  return order.slice(0, kept).toSorted();
}

function farthestPointOrder({ x, y }: Positions, seed: number): Int32Array {
  const count = x.length;
  const shuffled = Int32Array.from({ length: count }, (_, i) => i);
  shuffle(shuffled, createRng(seed, "subsampling"));
  const distance = new Float64Array(count).fill(Infinity);
  const order = new Int32Array(count);
  let next = shuffled[0]!;
  for (let k = 0; k < count; k++) {
    order[k] = next;
    distance[next] = -1;
    const [px, py] = [x[next]!, y[next]!];
    let farthest = -1;
    for (let s = 0; s < count; s++) {
      const i = shuffled[s]!;
      if (distance[i]! < 0) continue;
      const d = (x[i]! - px) ** 2 + (y[i]! - py) ** 2;
      if (d < distance[i]!) distance[i] = d;
      if (distance[i]! > farthest) {
        farthest = distance[i]!;
        next = i;
      }
    }
  }
  return order;
}

/** Mean nearest-neighbour overlap of the first k positions of the order, at index k. */
function overlapOfBeginnings({ x, y }: Positions, order: Int32Array, diameterPx: number): Float64Array {
  const overlaps = new Float64Array(order.length + 1);
  const nearest = new Float64Array(order.length).fill(Infinity);
  let total = 0;
  for (let k = 0; k < order.length; k++) {
    const [px, py] = [x[order[k]!]!, y[order[k]!]!];
    for (let j = 0; j < k; j++) {
      const distance = Math.hypot(x[order[j]!]! - px, y[order[j]!]! - py);
      if (distance < nearest[j]!) {
        total += discOverlap(distance, diameterPx) - discOverlap(nearest[j]!, diameterPx);
        nearest[j] = distance;
      }
      if (distance < nearest[k]!) nearest[k] = distance;
    }
    total += discOverlap(nearest[k]!, diameterPx);
    overlaps[k + 1] = total / (k + 1);
  }
  return overlaps;
}
