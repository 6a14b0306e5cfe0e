// Overlap of two probe positions: the area two discs of the probe's diameter share, over the area of one.
//   f(d) = (2/π) [acos(u) − u √(1 − u²)],  u = d/D;  f(0) = 1, f(D/2) = 0.3910, f(d ≥ D) = 0
// Always measured on positions, never a label. Distances and diameters are in object pixels.

import KDBush from "kdbush";
import type { Positions } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";
import { mean } from "../math/stats.ts";

/** Overlap of two discs `distancePx` apart, in [0, 1]; 0 at infinity. @throws Range for a diameter that is not positive. */
export function discOverlap(distancePx: number, diameterPx: number): number {
  checkDiameter(diameterPx);
  const u = Math.abs(distancePx) / diameterPx;
  if (Number.isNaN(u))
    throw new DoselapError("Range", "a distance must be a number", { got: String(distancePx) });
  if (u >= 1) return 0;
  return (2 / Math.PI) * (Math.acos(u) - u * Math.sqrt(1 - u * u));
}

/** The distance at which two discs overlap by `overlap`: the inverse of {@link discOverlap}, by bisection.
 * @throws Range when the overlap lies outside [0, 1] or the diameter is not positive. */
export function stepForOverlap(overlap: number, diameterPx: number): number {
  checkDiameter(diameterPx);
  if (!(overlap >= 0 && overlap <= 1)) {
    throw new DoselapError("Range", "no distance has this overlap", {
      key: "overlap",
      expected: "a number from 0 to 1",
      got: String(overlap),
    });
  }
  if (overlap === 0) return diameterPx;
  let near = 0;
  let far = 1;
  // 60 halvings leave 1e-18 of the diameter.
  for (let i = 0; i < 60; i++) {
    const middle = (near + far) / 2;
    if (discOverlap(middle, 1) > overlap) near = middle;
    else far = middle;
  }
  return near * diameterPx;
}

/** Distance of every position to its nearest other one, float64 [M], pixels; Infinity for a single position. */
export function nearestNeighborDistances({ x, y }: Positions): Float64Array {
  const count = x.length;
  const distances = new Float64Array(count).fill(Infinity);
  if (count < 2) return distances;
  const index = new KDBush(count);
  for (let i = 0; i < count; i++) index.add(x[i]!, y[i]!);
  index.finish();
  const { extent, start } = searchRadii(x, y);
  const found = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    for (let radius = start; distances[i] === Infinity; radius *= 2) {
      const hits = index.withinInto(x[i]!, y[i]!, radius, found);
      for (let h = 0; h < hits; h++) {
        const j = found[h]!;
        if (j === i) continue;
        const distance = Math.hypot(x[j]! - x[i]!, y[j]! - y[i]!);
        if (distance < distances[i]!) distances[i] = distance;
      }
      if (radius > 2 * extent) break;
    }
  }
  return distances;
}

/** Mean over the positions of the overlap with the nearest other one: the measured overlap of a scan. */
export function nearestNeighborOverlap(positions: Positions, diameterPx: number): number {
  checkDiameter(diameterPx);
  return mean(nearestNeighborDistances(positions).map((distance) => discOverlap(distance, diameterPx)));
}

/** A first radius that holds a few positions when they are spread evenly, and the extent none is beyond. */
function searchRadii(x: Float64Array, y: Float64Array): { extent: number; start: number } {
  const width = range(x);
  const height = range(y);
  const extent = Math.max(Math.hypot(width, height), Number.MIN_VALUE);
  const spacing = Math.max(Math.sqrt((width * height) / x.length), extent / x.length);
  return { extent, start: spacing };
}

function range(values: Float64Array): number {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!Number.isFinite(high - low)) {
    throw new DoselapError("Range", "positions must be finite", { got: `${low} … ${high}` });
  }
  return high - low;
}

function checkDiameter(diameterPx: number): void {
  if (diameterPx > 0 && diameterPx < Infinity) return;
  throw new DoselapError("Range", "a probe diameter must be positive", {
    key: "diameterPx",
    expected: "pixels above 0",
    got: String(diameterPx),
  });
}
