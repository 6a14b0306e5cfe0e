// From tiles to what a training step is fed. Buffers are made once and filled anew for every batch.

import type { Positions } from "../../array/scan.ts";
import type { ScanPlanes } from "../physics/scan-state.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { tileChannels } from "../models/tile-network.ts";
import { roomFor } from "./batch-room.ts";
import type { FrameStore } from "./frame-store.ts";
import { cutWindow, type Tile, type TileShape } from "./tiles.ts";

/** One split of a scan's photons: what the engine made of the seen ones, and those that it is measured by. */
export interface ScanView {
  readonly planes: ScanPlanes;
  /** Counts that the loss compares with. */
  readonly compared: FrameStore;
}

/** What pulls at later stages: the photons that were not kept for comparison. */
export interface SeenPhotons {
  /** The frames with all of their photons. */
  readonly all: FrameStore;
  /** Dose of those that are seen. */
  readonly dosePhotons: number;
}

export interface TileBatch {
  readonly feeds: Feeds;
  /** Fills place `b` of the batch. */
  set(b: number, view: ScanView, tile: Tile): void;
}

/** A batch of B tiles of C frames. */
export function tileBatch(
  positions: Positions,
  {
    tilePx,
    canvasPx,
    tiles,
    framesPerTile,
    sizePx,
    seen,
  }: TileShape & { tiles: number; framesPerTile: number; sizePx: number; seen?: SeenPhotons | undefined },
): TileBatch {
  const pixels = sizePx * sizePx;
  const inner = tilePx * tilePx;
  const outer = canvasPx * canvasPx;
  const margin = Math.floor((canvasPx - tilePx) / 2);
  const channels = tileChannels.inputs;
  const planes = roomFor(tiles * channels * inner, tiles);
  const modulus = roomFor(tiles * outer, tiles);
  const phase = roomFor(tiles * outer, tiles);
  const top = roomFor(tiles * framesPerTile, tiles);
  const left = roomFor(tiles * framesPerTile, tiles);
  const counts = roomFor(tiles * framesPerTile * pixels, tiles);
  const amplitudes = seen === undefined ? new Float32Array(0) : roomFor(counts.length, tiles);
  const frames = [tiles * framesPerTile, sizePx, sizePx];
  return {
    feeds: {
      planes: { shape: [tiles, channels, tilePx, tilePx], data: planes },
      modulus: { shape: [tiles, canvasPx, canvasPx], data: modulus },
      phase: { shape: [tiles, canvasPx, canvasPx], data: phase },
      top: { shape: [tiles, framesPerTile], data: top },
      left: { shape: [tiles, framesPerTile], data: left },
      counts: { shape: frames, data: counts },
      ...(seen === undefined ? {} : { amplitudes: { shape: frames, data: amplitudes } }),
    },
    set(b, { planes: scan, compared }, { originX, originY, members }) {
      const around = { x: originX, y: originY, rows: canvasPx, columns: canvasPx };
      cutWindow(
        scan,
        scan.planes,
        { x: originX + margin, y: originY + margin, rows: tilePx, columns: tilePx, outside: 0 },
        planes.subarray(b * channels * inner, (b + 1) * channels * inner),
      );
      // Outside of the object frame the object is flat.
      cutWindow(scan, scan.modulus, { ...around, outside: 1 }, modulus.subarray(b * outer, (b + 1) * outer));
      cutWindow(scan, scan.phase, { ...around, outside: 0 }, phase.subarray(b * outer, (b + 1) * outer));
      for (const [c, frame] of members.entries()) {
        const slot = b * framesPerTile + c;
        top[slot] = positions.y[frame]! - sizePx / 2 - originY;
        left[slot] = positions.x[frame]! - sizePx / 2 - originX;
        for (let i = 0; i < pixels; i++) {
          const at = slot * pixels + i;
          counts[at] = compared.counts[frame * pixels + i]!;
          if (seen === undefined) continue;
          const kept = seen.all.counts[frame * pixels + i]! - counts[at];
          const measured = (seen.all.mask?.[i] ?? 0) === 0;
          amplitudes[at] = measured ? Math.sqrt(kept / seen.dosePhotons) : -1;
        }
      }
    },
  };
}
