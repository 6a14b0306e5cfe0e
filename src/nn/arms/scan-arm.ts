// The arm on a whole scan: an engine's object of all frames, corrected by a network that was trained on tiles of another
// part of the scan, without truth, by photons that the engine had not seen.

import { z } from "zod";
import { prepareEngine } from "../../engines/prepare.ts";
import { tileInferenceModel } from "../inference/apply-planes.ts";
import { fit } from "../training/fit.ts";
import { tileChannels } from "../models/tile-network.ts";
import { probeWindowPx } from "../training/groups.ts";
import { partOf } from "../training/progress.ts";
import { tileLesson } from "../training/tile-lesson.ts";
import { tileShape } from "../training/tiles.ts";
import { defineArm, fitContext } from "./arm.ts";
import {
  bestCorrected,
  checkTile,
  correctedShape,
  inferCorrected,
  tileSide,
  usableTask,
} from "./corrected-engine.ts";
import { frameFlops, plannedWindowPx, unetFlops, unetParameters } from "./cost.ts";
import { withInnerEngine } from "./inner-engine.ts";
import { commonShape } from "./options.ts";

const ownOptions = z.strictObject({
  ...commonShape,
  ...correctedShape,
  seenShare: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.8)
    .describe("Share of the photons that the engine sees while training; the loss compares with the others."),
  splits: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe("Independent splits of the photons, an engine run each."),
  tilePx: tileSide.default(96),
  framesPerTile: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(12)
    .describe(
      "Frames on a tile that pull between stages and that the loss compares with, drawn anew each epoch: those of a group first.",
    ),
  stages: z
    .number()
    .int()
    .min(1)
    .max(3)
    .default(2)
    .describe(
      "K: networks, each with weights of its own; from the second on they see the pull at the object so far.",
    ),
});
type Options = z.infer<typeof ownOptions>;
const options = withInnerEngine(ownOptions.superRefine(checkTile), bestCorrected);

/** The engine whose object is corrected, and its options. */
export function correctedEngine(given: unknown): Pick<Options, "engine" | "engineOptions"> {
  const { engine, engineOptions } = options.parse(given);
  return { engine, engineOptions };
}

/** Share of the work that the engine's runs are, about. */
const engineShare = 0.1;

export const pinnScan = defineArm<Options>({
  name: "pinn-scan",
  title: "PINN, whole scan",
  summary:
    "an engine's object of all frames, corrected by a network trained without truth on held-back photons",
  cites: ["10.1038/s41598-023-48351-7", "arXiv:1803.04189"],
  options,
  needsLabels: false,
  infersGroups: false,
  leastGroups: 1,
  mostItems: (groups) => groups,
  async train(given, rule, { schedule, ...context }) {
    const task = usableTask(given);
    const { problem, dosePhotons } = task;
    const { size, probe, probeModes } = problem;
    const { canvasPx } = tileShape(rule.tilePx, { sizePx: size, windowPx: probeWindowPx(probe, size) });
    const engine = prepareEngine(rule.engine, rule.engineOptions);
    const lesson = await tileLesson(
      task,
      task.groups,
      { ...rule, ...schedule, engine },
      { ...context, progress: partOf(context.progress, { from: 0, to: engineShare }) },
    );
    const { groupSize } = task.groups;
    const facts = { sizePx: size, groupSize, probeModes, dosePhotons, canvasPx, regionPx: rule.tilePx };
    const learning = { ...context, progress: partOf(context.progress, { from: engineShare, to: 1 }) };
    return { fit: await fit(lesson, { ...rule, ...schedule }, fitContext(learning, facts)), facts };
  },
  infer: ({ problem }, network, context) =>
    inferCorrected(problem, { ...network.options, parameters: network.parameters }, context),
  cost(scan, { widths, tilePx, framesPerTile, stages, engine, engineOptions, splits }) {
    const { sizePx, probeModes, items, objectPixels } = scan;
    const { canvasPx } = tileShape(tilePx, { sizePx, windowPx: plannedWindowPx(scan) });
    const shape = { ...tileChannels, widths };
    const compared = framesPerTile * frameFlops({ sizePx, probeModes, canvasPx });
    return {
      parameters: stages * unetParameters(shape),
      // A pull shares its transforms with the comparison: only the way back is added.
      epochFlops: items * 3 * (stages * (unetFlops(shape, tilePx) + compared) + (stages - 1) * compared),
      // The pulls between stages are one visit of each frame: next to nothing.
      inferenceFlops: stages * unetFlops(shape, Math.sqrt(objectPixels)),
      engine: { spec: engine, options: engineOptions, runs: splits },
    };
  },
  model: ({ options: { tilePx, ...shape }, parameters }) => tileInferenceModel(tilePx, shape, parameters),
});
