// Tiles of a scan: which frames lie on a tile, and the tile cut out of the scan's planes. A tile belongs to a seed frame; its
// centre is that frame's position, moved by chance so that no pixel of the network sees a fixed raster.

import type { Positions } from "../../array/scan.ts";
import { createRng, shuffle } from "../../math/random/rng.ts";
import { positionIndex } from "../../optics/nearest-frames.ts";
import type { ScanPlanes } from "../physics/scan-state.ts";

export interface TileShape {
  /** S: side of the tile that the network sees. */
  readonly tilePx: number;
  /** Z: side of the canvas around it, wide enough for the patches of every frame on the tile. */
  readonly canvasPx: number;
  /** Frames on a tile lie at most this far from its centre, per axis. */
  readonly reachPx: number;
}

/** Tiles of `tilePx` whose frames light them: a probe of `windowPx` at the reach ends at the tile's edge. */
export function tileShape(
  tilePx: number,
  { sizePx, windowPx }: { sizePx: number; windowPx: number },
): TileShape {
  const reachPx = Math.max(0, Math.floor((tilePx - windowPx) / 2));
  // One pixel more than the farthest patch, because it may lie between two.
  const needed = sizePx + 2 * (reachPx + 1);
  return { tilePx, reachPx, canvasPx: Math.max(needed, tilePx) };
}

export interface Tile {
  /** First column and row of the canvas on the object frame; may lie outside of it. */
  readonly originX: number;
  readonly originY: number;
  /** Frames on the tile, C of them; repeated in turn when fewer lie there. */
  readonly members: Int32Array;
}

export interface TileDrawer {
  /** The tile of a seed frame in an epoch: the same for the same seed, whatever was drawn before. Of a group's seed frame: a
   * tile of its own for each group, and the frames of the group that lie on it come first. */
  draw(epoch: number, frame: number, group?: TileGroup): Tile;
}

export interface TileGroup {
  /** Its number in the table of groups. */
  readonly index: number;
  readonly members: Int32Array;
}

/** Furthest that a tile's centre is moved from its seed frame, pixels per axis. */
const jitterPx = 8;

/** `allowed` tells the frames that may be on a tile: those of the validation blocks may not. */
export function tileDrawer(
  positions: Positions,
  shape: TileShape,
  {
    framesPerTile,
    seed,
    allowed,
  }: { framesPerTile: number; seed: number; allowed: (frame: number) => boolean },
): TileDrawer {
  const { canvasPx, reachPx } = shape;
  const index = positionIndex(positions);
  const jitter = Math.min(jitterPx, reachPx);
  return {
    draw(epoch, frame, { index: drawn, members } = { index: frame, members: new Int32Array() }) {
      const rng = createRng(seed, "training", { dose: epoch, frame: drawn });
      const centre = (at: number): number => Math.round(at) + rng.integer(2 * jitter + 1) - jitter;
      const x = centre(positions.x[frame]!);
      const y = centre(positions.y[frame]!);
      const near = index
        .range(x - reachPx, y - reachPx, x + reachPx, y + reachPx)
        .filter(allowed)
        .sort((a, b) => a - b);
      shuffle(near, rng);
      const lying = new Set(near);
      const first = new Set(members.filter((member) => lying.has(member)));
      const ordered = [...first, ...near.filter((other) => !first.has(other))];
      // A seed frame between pixels may lie half a pixel beyond the reach, where the canvas still has room for it.
      const found = ordered.length > 0 ? ordered : [frame];
      return {
        originX: x - canvasPx / 2,
        originY: y - canvasPx / 2,
        members: Int32Array.from({ length: framesPerTile }, (_, c) => found[c % found.length]!),
      };
    },
  };
}

/** Copies the window whose first pixel is (x, y) out of planes [channels, H, W] into [channels, rows, columns]; what lies
 * outside of them is `outside`. */
export function cutWindow(
  { height, width }: Pick<ScanPlanes, "height" | "width">,
  planes: Float32Array,
  { x, y, rows, columns, outside }: Window,
  out: Float32Array,
): void {
  const channels = planes.length / (height * width);
  const first = Math.max(0, x);
  const last = Math.min(width, x + columns);
  out.fill(outside);
  if (last <= first) return;
  for (let channel = 0; channel < channels; channel++) {
    for (let row = Math.max(0, y); row < Math.min(height, y + rows); row++) {
      const from = (channel * height + row) * width;
      const to = (channel * rows + row - y) * columns;
      out.set(planes.subarray(from + first, from + last), to + first - x);
    }
  }
}

export interface Window {
  readonly x: number;
  readonly y: number;
  readonly rows: number;
  readonly columns: number;
  readonly outside: number;
}
