// The levels of a lesson on groups (levels.ts): which frames they are taken from, which batches they are compared on.

import type { BatchBuilder } from "./batch.ts";
import { canvasLabels } from "./canvas-labels.ts";
import type { Level } from "./fit.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { FrameStore } from "./frame-store.ts";
import { membersOf, type GroupTable } from "./groups.ts";
import { plainLevels, truthLevel, type LevelOptions } from "./levels.ts";
import type { ScanTask } from "./scan-task.ts";

export interface GroupLevelOptions extends Pick<LevelOptions, "kind" | "share"> {
  readonly table: GroupTable;
  readonly store: FrameStore;
  readonly builder: BatchBuilder;
  /** Groups that train. */
  readonly training: Int32Array;
  readonly groupsPerBatch: number;
  readonly canvasPx: number;
  readonly validationBatch: Level["batch"];
  readonly trainingBatch: NonNullable<Level["training"]>;
}

/** Uniform rate and mean pattern of the frames that train. */
export function photonLevels(options: GroupLevelOptions): Level[] {
  const { table, store, training, validationBatch, trainingBatch } = options;
  const frames = new Set([...training].flatMap((group) => [...membersOf(table, group)]));
  return plainLevels(store, [...frames], levelOptions(options, validationBatch, trainingBatch));
}

/** What the true object costs; none without one. */
export function truthLevels(task: ScanTask, options: GroupLevelOptions): Level[] {
  if (task.truth === undefined) return [];
  const { table, builder, groupsPerBatch, canvasPx, validationBatch, trainingBatch } = options;
  const labels = canvasLabels(task, groupsPerBatch, canvasPx);
  const canvases = { groups: groupsPerBatch, framesPerGroup: table.groupSize, canvasPx };
  const withTruth = (own: Feeds): Feeds => {
    labels.fill(builder.batch);
    return { ...own, ...labels.feeds };
  };
  const judged = levelOptions(
    options,
    (index) => withTruth(validationBatch(index)),
    (round, index) => withTruth(trainingBatch(round, index)),
  );
  return [truthLevel(task, canvases, judged)];
}

function levelOptions(
  { kind, share, builder }: GroupLevelOptions,
  batch: Level["batch"],
  training: Level["training"],
): LevelOptions {
  return { kind, share, shape: builder.compared["counts"]!.shape, batch, training };
}
