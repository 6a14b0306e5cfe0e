// The K nearest other frames of every frame. Equal distances are settled by the lower frame number, so that a
// regular raster has one answer. A static k-d tree finds candidates within a radius that grows until it holds enough.

import KDBush from "kdbush";
import { extentOf, type Positions } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";

/** int32 [M, K]: row i holds the frames nearest to frame i, nearest first, never i itself.
 * @throws Range unless 0 ≤ K < M. */
export function nearestFrames(positions: Positions, count: number): Int32Array {
  const { x, y } = positions;
  const frames = x.length;
  if (!(Number.isInteger(count) && count >= 0 && count < Math.max(1, frames))) {
    throw new DoselapError("Range", "that many neighbours do not exist", {
      key: "neighborCount",
      expected: `0 to ${frames - 1} of ${frames} frames`,
      got: String(count),
    });
  }
  const nearest = new Int32Array(frames * count);
  if (count === 0) return nearest;

  const index = positionIndex(positions);
  const start = startRadius(positions, count);
  for (let i = 0; i < frames; i++) {
    let radius = start;
    let hits = index.within(x[i]!, y[i]!, radius);
    while (hits.length <= count) {
      radius *= 2;
      hits = index.within(x[i]!, y[i]!, radius);
    }
    const others = hits
      .filter((j) => j !== i)
      .map((j) => ({ j, distance: (x[j]! - x[i]!) ** 2 + (y[j]! - y[i]!) ** 2 }))
      .sort((a, b) => a.distance - b.distance || a.j - b.j);
    for (let k = 0; k < count; k++) nearest[i * count + k] = others[k]!.j;
  }
  return nearest;
}

/** A k-d tree over the positions; ids are frame numbers. */
export function positionIndex({ x, y }: Positions): KDBush {
  const index = new KDBush(x.length);
  for (let i = 0; i < x.length; i++) index.add(x[i]!, y[i]!);
  return index.finish();
}

/** Radius that holds K of M frames when they are spread evenly; of a line or a point, something above zero. */
function startRadius({ x, y }: Positions, count: number): number {
  const [across, down] = [extentOf(x), extentOf(y)];
  const [width, height] = [across.to - across.from, down.to - down.from];
  const long = Math.max(width, height);
  const area = Math.max(width * height, (long * long) / x.length);
  return Math.max(Math.sqrt((2 * (count + 1) * area) / (Math.PI * x.length)), 1e-9);
}
