// Groups of frames and their canvases: which frames share a canvas, where its corner lies on the object, and how large
// one must be for all. Made once on the host.

import type { Positions } from "../../array/scan.ts";

/** Frame numbers, int32 [count, groupSize]; column 0 is the seed frame. */
export interface GroupTable {
  readonly groups: Int32Array;
  readonly count: number;
  /** C. */
  readonly groupSize: number;
}

/** The frames of a group, its seed frame first. */
export function membersOf({ groups, groupSize }: GroupTable, group: number): Int32Array {
  return groups.subarray(group * groupSize, (group + 1) * groupSize);
}

/** The groups all of whose frames are among some rows of the scan, by the numbers that the frames have there. */
export function takeGroups(table: GroupTable, rows: Int32Array): GroupTable {
  const rowOf = new Map(Array.from(rows, (frame, row) => [frame, row]));
  const whole = Array.from({ length: table.count }, (_, group) => membersOf(table, group)).filter((members) =>
    members.every((frame) => rowOf.has(frame)),
  );
  const groups = Int32Array.from(
    whole.flatMap((members) => Array.from(members, (frame) => rowOf.get(frame)!)),
  );
  return { groups, count: whole.length, groupSize: table.groupSize };
}

/** Where one group's canvas lies. */
export interface CanvasPlace {
  /** First column and row of the canvas on the object frame, whole pixels; may lie outside of it. */
  readonly originX: number;
  readonly originY: number;
}

export interface CanvasShape {
  /** Z. */
  readonly canvasPx: number;
  /** S. */
  readonly regionPx: number;
}

/** The canvas of a group: centred on its frames, to the pixel. */
export function placeCanvas(positions: Positions, members: Int32Array, canvasPx: number): CanvasPlace {
  let [x, y] = [0, 0];
  for (const j of members) {
    x += positions.x[j]!;
    y += positions.y[j]!;
  }
  const corner = (sum: number): number => Math.round(sum / members.length) - canvasPx / 2;
  return { originX: corner(x), originY: corner(y) };
}

/** A canvas that holds every patch of every group, and the region that their probes light.
 * `windowPx` is the side of the probe's square; `multiple` what the network's levels divide. */
export function canvasShape(
  positions: Positions,
  { groups, groupSize, count }: GroupTable,
  { sizePx, windowPx, multiple }: { sizePx: number; windowPx: number; multiple: number },
): CanvasShape {
  let reach = 0;
  for (let g = 0; g < count; g++) {
    const members = groups.subarray(g * groupSize, (g + 1) * groupSize);
    const { originX, originY } = placeCanvas(positions, members, 0);
    for (const j of members) {
      reach = Math.max(reach, Math.abs(positions.x[j]! - originX), Math.abs(positions.y[j]! - originY));
    }
  }
  // One pixel more than the farthest patch: it may lie between two.
  const canvasPx = sizePx + 2 * (Math.ceil(reach) + 1);
  const lit = multiple * Math.ceil((windowPx + 2 * reach) / multiple);
  return canvasPx >= lit
    ? { canvasPx: canvasPx + (canvasPx % 2), regionPx: lit }
    : { canvasPx: lit, regionPx: lit };
}

/** Side of the smallest centred square that holds `share` of the probe's energy, pixels. `probe` complex64 [modes, N, N]. */
export function probeWindowPx(probe: Float32Array, sizePx: number, share = 0.985): number {
  const rings = new Float64Array(sizePx / 2 + 1);
  let total = 0;
  for (let i = 0; i < probe.length; i += 2) {
    const pixel = (i >> 1) % (sizePx * sizePx);
    // A pixel left of or above the centre is as far out as the one mirrored in the pixel before the centre.
    const out = (at: number): number => (at < sizePx / 2 ? sizePx / 2 - at : at - sizePx / 2 + 1);
    const ring = Math.max(out(pixel % sizePx), out(Math.floor(pixel / sizePx)));
    const power = probe[i]! ** 2 + probe[i + 1]! ** 2;
    rings[ring] = rings[ring]! + power;
    total += power;
  }
  let [half, held] = [0, 0];
  while (half < sizePx / 2 && held < share * total) held += rings[++half]!;
  return 2 * half;
}
