// The lesson of the group network (models/group-model.ts): groups of C frames on canvases of their own. Without labels the
// loss compares the object with photons that the input did not see; with labels it compares with the true object, under the
// same light. Everything else is alike, so that the two can be told apart by their results.

import { createRng } from "../../math/random/rng.ts";
import { expectedCounts, labelLoss, measurementLoss, type MeasurementLoss } from "../fields/loss.ts";
import type { Field } from "../fields/field.ts";
import { totalIntensity } from "../fields/scattering.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import { groupInputs } from "../models/canvas-network.ts";
import { groupModel, type GroupModelConfig, type GroupOutput } from "../models/group-model.ts";
import { parameterInputs } from "../models/parameters.ts";
import { peak } from "../ops/peak.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { batchBuilder } from "./batch.ts";
import { canvasLabels } from "./canvas-labels.ts";
import type { Lesson } from "./fit.ts";
import { storeFrames, transposedMask } from "./frame-store.ts";
import type { GroupTable } from "./groups.ts";
import { photonLevels, truthLevels } from "./group-levels.ts";
import { probeFeeds, type ScanTask } from "./scan-task.ts";
import { splitGroups } from "./split-groups.ts";
import { stagedLoss } from "./staged-loss.ts";

export interface GroupLessonOptions {
  readonly model: GroupModelConfig;
  /** What the network learns from. */
  readonly teacher: "measurement" | "labels";
  readonly loss: MeasurementLoss;
  /** Share of the photons that the input sees while training; 1 = all, and the loss compares with the same. */
  readonly seenShare: number;
  readonly batchSize: number;
  readonly validationFraction: number;
}

/** @throws Contract without labels where they are needed, Range when there are fewer than two groups. */
export function groupLesson(
  task: ScanTask,
  table: GroupTable,
  options: GroupLessonOptions,
  { seed, log }: { readonly seed: number; readonly log?: ((line: string) => void) | undefined },
): Lesson {
  const { problem, dosePhotons } = task;
  const { batchSize, model, teacher, seenShare } = options;
  const { canvasPx } = model;
  const { training, validation, chosenOn } = splitGroups(task, table, options, { seed, log });
  const store = storeFrames(problem.diffraction, problem.size, problem.mask);
  const builder = batchBuilder(store, problem.positions, {
    groupsPerBatch: batchSize,
    groupSize: table.groupSize,
    canvasPx,
    dosePhotons,
    seenShare,
  });
  const labels = teacher === "labels" ? canvasLabels(task, batchSize, canvasPx) : undefined;
  const feeds: Feeds = { ...builder.seen, ...probeFeeds(task), ...(labels?.feeds ?? builder.compared) };

  function batch(round: number, order: Int32Array, first: number): Feeds {
    builder.fill(table, order, first, createRng(seed, "thinning", { dose: round, frame: first }));
    labels?.fill(builder.batch);
    return feeds;
  }
  const steps = `${model.steps} gradient ${model.steps === 1 ? "step" : "steps"}`;
  const validationBatch = (index: number): Feeds => batch(0, validation, index * batchSize);
  const levels = {
    table,
    store,
    builder,
    training,
    groupsPerBatch: batchSize,
    canvasPx,
    kind: options.loss,
    share: comparedShare(options),
    validationBatch,
    trainingBatch: (round: number, index: number) => batch(round, training, index * batchSize),
  };
  return {
    ...groupGraph(task, options),
    batchSize,
    items: training,
    chosenOn,
    batch,
    validationBatches: Math.ceil(validation.length / batchSize),
    validationBatch,
    levels: [
      ...(teacher === "measurement" ? photonLevels(levels) : []),
      { name: steps, batch: validationBatch },
      ...(teacher === "measurement" ? truthLevels(task, levels) : []),
    ],
    start: steps,
  };
}

/** Share of the photons that the loss compares with. */
function comparedShare({ seenShare }: GroupLessonOptions): number {
  return seenShare === 1 ? 1 : 1 - seenShare;
}

function groupGraph(
  task: ScanTask,
  options: GroupLessonOptions,
): Pick<Lesson, "specs" | "parameters" | "loss" | "judged" | "corrections" | "activations"> {
  const { size } = task.problem;
  const { framesPerGroup, canvasPx } = options.model;
  const frames = [options.batchSize * framesPerGroup, size, size];
  const canvas = [options.batchSize, canvasPx, canvasPx];
  const network = groupModel(options.model);
  const parameters = parameterInputs(network.specs);
  const feeds = groupInputs(network, {
    groups: options.batchSize,
    probeModes: task.problem.probeModes,
  });
  const activations: Tensor[] = [];
  const output = network.apply(feeds, parameters, (features) => activations.push(peak(features, [0, 2, 3])));
  const staged = (
    options.teacher === "labels"
      ? againstLabels(output, { re: input("truth.re", canvas), im: input("truth.im", canvas) })
      : againstPhotons(output, input("counts", frames), task, options)
  ).slice(1);
  const corrections = output.corrections.at(-1)!;
  return { specs: network.specs, parameters, ...stagedLoss(staged), corrections, activations };
}

/** Losses of the steps' object and of each stage's. */
function againstPhotons(
  { spectra }: GroupOutput,
  counts: Tensor,
  { problem, dosePhotons, backgroundPhotonsPerPx }: ScanTask,
  options: GroupLessonOptions,
): Tensor[] {
  const share = comparedShare(options);
  const mask = transposedMask(problem.mask, problem.size);
  return spectra.map((modes) =>
    measurementLoss(
      options.loss,
      expectedCounts(totalIntensity(modes), {
        dosePhotons: dosePhotons * share,
        backgroundPhotonsPerPx: backgroundPhotonsPerPx * share,
      }),
      counts,
      mask,
    ),
  );
}

function againstLabels({ objects, light }: GroupOutput, truth: Field): Tensor[] {
  return objects.map((object) => labelLoss(object, truth, light));
}
