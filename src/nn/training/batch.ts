// From groups of stored frames to what a training step is fed. Buffers are made once and filled anew for every batch.

import type { Positions } from "../../array/scan.ts";
import type { Rng } from "../../math/random/rng.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { roomFor } from "./batch-room.ts";
import { expectWhole, splitCounts, type FrameStore } from "./frame-store.ts";
import { placeCanvas, type GroupTable } from "./groups.ts";

/** One batch of B groups. */
export interface Batch {
  /** √(counts/dose) that the model sees, float32 [B·C, N, N], transposed; −1 in masked pixels. */
  readonly amplitudes: Float32Array;
  /** Counts that the loss compares with, float32 [B·C, N, N], transposed. */
  readonly counts: Float32Array;
  /** Places of the patches on their canvases, float32 [B, C]. */
  readonly top: Float32Array;
  readonly left: Float32Array;
  /** First column and row of each canvas on the object frame, [B]. */
  readonly originX: Float64Array;
  readonly originY: Float64Array;
}

export interface BatchShape {
  readonly groupsPerBatch: number;
  readonly groupSize: number;
  readonly canvasPx: number;
  /** Photons per frame, of the frames as stored. */
  readonly dosePhotons: number;
  /** Share of the photons that the model sees, the loss is compared with the others; 1: both have all. */
  readonly seenShare: number;
}

export interface BatchBuilder {
  readonly batch: Batch;
  /** The same arrays as a graph is fed them: what the model sees (`amplitudes`, `top`, `left`), and what the loss compares
   * with (`counts`). */
  readonly seen: Feeds;
  readonly compared: Feeds;
  /** Fills the batch with groups `first` … of the table; past its end it starts over. `rng` splits counts. */
  fill(table: GroupTable, order: Int32Array, first: number, rng: Rng): void;
}

/** @throws Contract (DATA-001) when photons are to be split and the frames hold fractions. */
export function batchBuilder(store: FrameStore, positions: Positions, shape: BatchShape): BatchBuilder {
  const { groupsPerBatch, groupSize, canvasPx, dosePhotons, seenShare } = shape;
  const { sizePx } = store;
  if (seenShare < 1) expectWhole(store);
  const pixels = sizePx * sizePx;
  const slots = groupsPerBatch * groupSize;
  const batch: Batch = {
    amplitudes: roomFor(slots * pixels, groupsPerBatch),
    counts: roomFor(slots * pixels, groupsPerBatch),
    top: new Float32Array(slots),
    left: new Float32Array(slots),
    originX: new Float64Array(groupsPerBatch),
    originY: new Float64Array(groupsPerBatch),
  };
  const perPhoton = 1 / (dosePhotons * seenShare);
  const { mask } = store;

  function fillFrame(slot: number, frame: number, rng: Rng): void {
    const seen = batch.amplitudes.subarray(slot * pixels, (slot + 1) * pixels);
    const compared = batch.counts.subarray(slot * pixels, (slot + 1) * pixels);
    if (seenShare === 1) {
      for (let i = 0; i < pixels; i++) seen[i] = compared[i] = store.counts[frame * pixels + i]!;
    } else {
      splitCounts(store, frame, { fraction: seenShare, rng }, seen, compared);
    }
    for (let i = 0; i < pixels; i++) seen[i] = Math.sqrt(seen[i]! * perPhoton);
    if (mask === undefined) return;
    for (let i = 0; i < pixels; i++) if (mask[i] !== 0) seen[i] = -1;
  }

  const frames = [slots, sizePx, sizePx];
  const places = [groupsPerBatch, groupSize];
  return {
    batch,
    seen: {
      amplitudes: { shape: frames, data: batch.amplitudes },
      top: { shape: places, data: batch.top },
      left: { shape: places, data: batch.left },
    },
    compared: { counts: { shape: frames, data: batch.counts } },
    fill(table, order, first, rng) {
      for (let b = 0; b < groupsPerBatch; b++) {
        const group = order[(first + b) % order.length]!;
        const members = table.groups.subarray(group * groupSize, (group + 1) * groupSize);
        const { originX, originY } = placeCanvas(positions, members, canvasPx);
        batch.originX[b] = originX;
        batch.originY[b] = originY;
        for (const [c, frame] of members.entries()) {
          const slot = b * groupSize + c;
          batch.top[slot] = positions.y[frame]! - sizePx / 2 - originY;
          batch.left[slot] = positions.x[frame]! - sizePx / 2 - originX;
          fillFrame(slot, frame, rng);
        }
      }
    },
  };
}
