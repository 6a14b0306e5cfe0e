// From scans whose objects are known to what a training step is fed: tiles of the planes and of what the network should give.
// Buffers are made once and filled anew for every batch.

import { layBy } from "../../array/symmetry.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { tileChannels } from "../models/tile-network.ts";
import { roomFor } from "./batch-room.ts";
import type { TaughtScan } from "./taught-scan.ts";
import { cutWindow } from "./tiles.ts";

export interface TaughtTile {
  /** First column and row on the object frame; may lie outside of it. */
  readonly x: number;
  readonly y: number;
  /** 0 … 7 (array/symmetry.ts). */
  readonly symmetry: number;
}

export interface TaughtTiles {
  /** `planes` [B, 5, S, S], `wanted` [B, 2, S, S], `weight` [B, 1, S, S]. */
  readonly feeds: Feeds;
  /** Fills place `b` of the batch. */
  set(b: number, scan: TaughtScan, tile: TaughtTile): void;
}

export function taughtTiles(tiles: number, tilePx: number): TaughtTiles {
  const area = tilePx * tilePx;
  const sides = { rows: tilePx, columns: tilePx };
  const part = (channels: number) => ({
    channels,
    data: roomFor(tiles * channels * area, tiles),
    cut: new Float32Array(channels * area),
  });
  const [planes, wanted, weight] = [part(tileChannels.inputs), part(tileChannels.outputs), part(1)];
  const feed = ({ channels, data }: ReturnType<typeof part>): Feeds[string] => ({
    shape: [tiles, channels, tilePx, tilePx],
    data,
  });
  return {
    feeds: { planes: feed(planes), wanted: feed(wanted), weight: feed(weight) },
    set(b, scan, { x, y, symmetry }) {
      // Outside of the object frame there is nothing, as in a pass over a scan, and nothing counts.
      const window = { x, y, rows: tilePx, columns: tilePx, outside: 0 };
      for (const [from, { channels, data, cut }] of [
        [scan.planes.planes, planes],
        [scan.wanted, wanted],
        [scan.weight, weight],
      ] as const) {
        cutWindow(scan.planes, from, window, cut);
        layBy(symmetry, cut, sides, data.subarray(b * channels * area, (b + 1) * channels * area));
      }
    },
  };
}
