// A few groups of a small problem on canvases of their own, as the group network is fed them.

import type { ComplexImage } from "../../src/array/ndarray.ts";
import { groupInputs } from "../../src/nn/models/canvas-network.ts";
import type { GroupFeeds } from "../../src/nn/models/canvas-network.ts";
import { canvasShape, probeWindowPx, type GroupTable } from "../../src/nn/training/groups.ts";
import { batchBuilder } from "../../src/nn/training/batch.ts";
import { storeFrames } from "../../src/nn/training/frame-store.ts";
import { probeFeeds } from "../../src/nn/training/scan-task.ts";
import { createRng } from "../../src/math/random/rng.ts";
import type { Feeds } from "../../src/nn/runtime/runtime.ts";
import { smallGroups, type SmallTask } from "./small-task.ts";

export interface GroupScene {
  readonly table: GroupTable;
  readonly canvasPx: number;
  readonly regionPx: number;
  /** Tensors of `count` groups. */
  inputs(count: number): GroupFeeds;
  /** Values for some of the table's groups. */
  feeds(groups: readonly number[]): Feeds;
  /** Where their canvases lie. */
  origins(groups: readonly number[]): { readonly originX: Float64Array; readonly originY: Float64Array };
  /** A part of an image on a group's canvas, 1 outside of it: interleaved. */
  cut(image: ComplexImage, group: number): Float32Array;
}

export function groupScene(task: SmallTask, framesPerGroup: number, multiple = 4): GroupScene {
  const { positions, probe, size, diffraction, probeModes } = task.problem;
  const table = smallGroups(task, framesPerGroup);
  const shape = canvasShape(positions, table, {
    sizePx: size,
    windowPx: probeWindowPx(probe, size),
    multiple,
  });
  const store = storeFrames(diffraction, size);

  function filled(groups: readonly number[]) {
    const builder = batchBuilder(store, positions, {
      groupsPerBatch: groups.length,
      groupSize: framesPerGroup,
      canvasPx: shape.canvasPx,
      dosePhotons: task.dosePhotons,
      seenShare: 1,
    });
    builder.fill(table, Int32Array.from(groups), 0, createRng(1, "thinning"));
    return builder.batch;
  }

  return {
    table,
    ...shape,
    inputs: (count) => groupInputs({ sizePx: size, framesPerGroup }, { groups: count, probeModes }),
    feeds(groups) {
      const { amplitudes, top, left } = filled(groups);
      const frames = [groups.length * framesPerGroup, size, size];
      const places = [groups.length, framesPerGroup];
      return {
        amplitudes: { shape: frames, data: amplitudes },
        top: { shape: places, data: top },
        left: { shape: places, data: left },
        ...probeFeeds(task),
      };
    },
    origins: filled,
    cut(image, group) {
      const { originX, originY } = filled([group]);
      return Float32Array.from({ length: 2 * shape.canvasPx ** 2 }, (_, i) => {
        const pixel = i >> 1;
        const x = originX[0]! + (pixel % shape.canvasPx);
        const y = originY[0]! + Math.floor(pixel / shape.canvasPx);
        const inside = x >= 0 && x < image.width && y >= 0 && y < image.height;
        return inside ? image.data[2 * (y * image.width + x) + (i % 2)]! : 1 - (i % 2);
      });
    },
  };
}

/** Feeds as the float64 twin takes them. */
export function values(feeds: Feeds): { readonly [name: string]: Float32Array } {
  return Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data]));
}
