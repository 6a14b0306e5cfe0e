// The step of a scan: the distance from a position to its nearest neighbour.

import type { Positions } from "../array/scan.ts";

/** Distances to the nearest other position, in object pixels; NaN for a single position. Sweeps along x. */
export function nearestDistances({ x, y }: Positions): Float64Array {
  const order = Array.from(x.keys()).sort((a, b) => x[a]! - x[b]!);
  const nearest = new Float64Array(x.length).fill(Infinity);
  for (let i = 0; i < order.length; i++) {
    const a = order[i]!;
    for (const direction of [-1, 1]) {
      for (let j = i + direction; j >= 0 && j < order.length; j += direction) {
        const b = order[j]!;
        const dx = x[b]! - x[a]!;
        if (Math.abs(dx) >= nearest[a]!) break;
        nearest[a] = Math.min(nearest[a]!, Math.hypot(dx, y[b]! - y[a]!));
      }
    }
  }
  return nearest.map((distance) => (Number.isFinite(distance) ? distance : NaN));
}

/** The median step, in object pixels; null for fewer than two positions. */
export function medianStep(positions: Positions): number | null {
  const distances = nearestDistances(positions).sort();
  if (distances.length < 2) return null;
  const middle = distances.length / 2;
  return (distances[Math.ceil(middle) - 1]! + distances[Math.floor(middle)]!) / 2;
}
