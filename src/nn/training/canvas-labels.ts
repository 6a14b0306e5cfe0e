// The true object on the canvases of a batch of groups: what a supervised network learns from, and what the level of the truth
// is computed from.

import type { Feeds } from "../runtime/runtime.ts";
import type { Batch } from "./batch.ts";
import { roomFor } from "./batch-room.ts";
import { labelsOf, type ScanTask } from "./scan-task.ts";
import { cutWindow } from "./tiles.ts";

export interface CanvasLabels {
  /** `truth.re`, `truth.im`, float32 [B, Z, Z]. */
  readonly feeds: Feeds;
  /** Brings them to the canvases of a batch. */
  fill(places: Pick<Batch, "originX" | "originY">): void;
}

/** @throws Contract without labels. */
export function canvasLabels(task: ScanTask, groups: number, canvasPx: number): CanvasLabels {
  const labels = labelsOf(task);
  const pixels = labels.height * labels.width;
  const parts = ([0, 1] as const).map((odd) =>
    Float32Array.from({ length: pixels }, (_, i) => labels.data[2 * i + odd]!),
  ) as [Float32Array, Float32Array];
  const area = canvasPx * canvasPx;
  const shape = [groups, canvasPx, canvasPx];
  const [re, im] = [roomFor(groups * area, groups), roomFor(groups * area, groups)];
  const feeds: Feeds = { "truth.re": { shape, data: re }, "truth.im": { shape, data: im } };
  return {
    feeds,
    fill({ originX, originY }) {
      for (let b = 0; b < groups; b++) {
        const window = { x: originX[b]!, y: originY[b]!, rows: canvasPx, columns: canvasPx };
        cutWindow(labels, parts[0], { ...window, outside: 1 }, re.subarray(b * area, (b + 1) * area));
        cutWindow(labels, parts[1], { ...window, outside: 0 }, im.subarray(b * area, (b + 1) * area));
      }
    },
  };
}
