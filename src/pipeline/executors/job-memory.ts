// What a job holds in memory: an order of magnitude from its arrays, so that a machine is not asked for more than it has.

import { scheduleOf } from "../../nn/arms/options.ts";
import { isNetworkArm, networkArms } from "../../nn/arms/registry.ts";
import { scoredArms } from "../stages/layout.ts";
import type { StageContext } from "../context.ts";
import { threadsIn, type StageJob } from "../stage.ts";

/** A worker thread with our code loaded. */
const workerBytes = 60e6;
/** A further thread of kernels; frames and sums are shared. */
const threadBytes = 15e6;
/** Copies of the frames that a stage holds at once: read, worked on, written. */
const frameCopies = {
  plan: 0,
  generate: 3,
  views: 2,
  train: 3,
  reconstruct: 3,
  compare: 1,
  report: 0,
} as const;
/** Complex arrays of the object that an engine or a comparison holds. */
const objectCopies = 24;
/** Arrays of the frames' size that training holds for each channel of the network: values and gradients, down and up. */
const activations = 8;
/** Of an arm whose widths are no option. */
const usualWidths: readonly number[] = [32, 64, 128];

/** Bytes; frames are float32 [M, N, N], objects complex64. */
export function jobMemoryBytes({ stage, cell, arm }: StageJob, context: StageContext): number {
  const { plan, design } = context;
  if (cell === null) return workerBytes;
  const { sizePx, objectHeightPx, objectWidthPx, views } = plan;
  const frames = views.find(({ view }) => view === cell.view)?.frames ?? 0;
  const frameBytes = 4 * sizePx ** 2;
  const objectBytes = 8 * objectHeightPx * objectWidthPx;
  const arms = stage === "compare" ? scoredArms(design).length : 1;
  const threads = (threadsIn(stage, context) - 1) * threadBytes;
  const held = threads + frameCopies[stage] * frames * frameBytes + (objectCopies + 2 * arms) * objectBytes;
  if (stage !== "train" || arm === null || !isNetworkArm(arm)) return Math.round(workerBytes + held);
  const { training } = design;
  const options = networkArms[arm].options.parse(design.methods[arm] ?? {});
  const groups = training.groupCount ?? training.subsampleCount ?? frames;
  const batchSize = Math.min(scheduleOf(options, training).batchSize, groups);
  const widths =
    "widths" in options && Array.isArray(options.widths) ? options.widths.map(Number) : usualWidths;
  const channels = widths.reduce((sum, width) => sum + width, 0);
  const learning = activations * batchSize * cell.gridsize ** 2 * frameBytes * channels;
  return Math.round(workerBytes + held + learning);
}
