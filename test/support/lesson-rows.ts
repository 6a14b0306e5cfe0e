// What the lesson contract runs over: every kind of lesson, on a small scan.

import { openBackend } from "../../src/compute/node.ts";
import { prepareEngine } from "../../src/engines/prepare.ts";
import type { GroupModelConfig } from "../../src/nn/models/group-model.ts";
import type { Feeds } from "../../src/nn/runtime/runtime.ts";
import type { Lesson } from "../../src/nn/training/fit.ts";
import { groupLesson } from "../../src/nn/training/group-lesson.ts";
import { referenceLesson } from "../../src/nn/training/reference-lesson.ts";
import { tileLesson } from "../../src/nn/training/tile-lesson.ts";
import { groupScene } from "./group-scene.ts";
import { smallGroups, type SmallTask } from "./small-task.ts";

export interface LessonRule {
  readonly seed: number;
  /** Share of the photons that the input sees; the reference lesson has none. */
  readonly seenShare: number;
  readonly batchSize: number;
  readonly validationFraction: number;
}

const lessonRule: LessonRule = { seed: 1, seenShare: 0.7, batchSize: 4, validationFraction: 0.3 };

export interface LessonRow {
  readonly name: string;
  /** Trained on the true object. */
  readonly labels: boolean;
  /** Splits the photons into seen and compared. */
  readonly splits: boolean;
  make(task: SmallTask, rule?: Partial<LessonRule>): Promise<Lesson>;
  /** Mean counts per pixel of each frame in a batch, of all of its photons. */
  counts(feeds: Feeds, task: SmallTask): number[];
}

const framesPerGroup = 3;
const backend = openBackend({ kernels: "simd" });
const log = (): void => undefined;

export function smallModel(task: SmallTask, changes: Partial<GroupModelConfig> = {}): GroupModelConfig {
  const { canvasPx, regionPx } = groupScene(task, framesPerGroup);
  return {
    sizePx: 16,
    framesPerGroup,
    canvasPx,
    regionPx,
    steps: 1,
    stages: 1,
    damping: 0.3,
    output: "additive",
    widths: [4, 6],
    trainedProbeModes: 0,
    ...changes,
  };
}

function groupRow(teacher: "measurement" | "labels", name: string): LessonRow {
  return {
    name,
    labels: teacher === "labels",
    splits: true,
    async make(task, changes) {
      const { seed, ...rule } = { ...lessonRule, ...changes };
      const table = smallGroups(task, framesPerGroup);
      return groupLesson(
        task,
        table,
        { ...rule, model: smallModel(task), teacher, loss: "poisson" },
        { seed },
      );
    },
    counts: seenCounts,
  };
}

/** The input's photons, scaled to all. */
function seenCounts(feeds: Feeds, { dosePhotons }: SmallTask): number[] {
  return means(
    feeds["amplitudes"]!.data.map((value) => value * value),
    dosePhotons,
  );
}

function means(data: Float32Array, factor: number): number[] {
  return Array.from({ length: data.length / 256 }, (_, slot) =>
    data.subarray(256 * slot, 256 * (slot + 1)).reduce((sum, value) => sum + (factor * value) / 256, 0),
  );
}

export const lessonRows: readonly LessonRow[] = [
  groupRow("measurement", "groups, taught by photons"),
  groupRow("labels", "groups, taught by labels"),
  {
    name: "tiles of a scan",
    labels: false,
    splits: true,
    make(task, changes) {
      const { seed, ...rule } = { ...lessonRule, ...changes };
      const engine = prepareEngine("rpie", { epochs: 2, fixProbe: true, prior: "none" });
      return tileLesson(
        task,
        smallGroups(task, framesPerGroup),
        {
          ...rule,
          engine,
          splits: 2,
          tilePx: 24,
          framesPerTile: 3,
          widths: [4, 6],
          stages: 2,
          loss: "poisson",
          epochs: 1,
          learningRate: 1e-3,
        },
        { seed, backend, log },
      );
    },
    // The compared photons, scaled to all.
    counts: (feeds) => means(feeds["counts"]!.data, 1 / (1 - lessonRule.seenShare)),
  },
  {
    name: "groups of the earlier network",
    labels: false,
    splits: false,
    async make(task, changes) {
      const { seed, ...rule } = { ...lessonRule, ...changes };
      const { canvasPx } = groupScene(task, framesPerGroup);
      const widths = { encoder: [4, 6], decoder: [10], outer: 4 };
      const model = { sizePx: 16, framesPerGroup, canvasPx, widths };
      return referenceLesson(task, smallGroups(task, framesPerGroup), { ...rule, model }, { seed });
    },
    counts: seenCounts,
  },
];
