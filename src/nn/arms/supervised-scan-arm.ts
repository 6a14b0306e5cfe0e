// The arm on a whole scan that learns from truth: an engine's object of all frames, corrected by a network that was trained on
// scans simulated as this one was measured, of other objects of a kind that is named.

import { z } from "zod";
import { symmetries } from "../../array/symmetry.ts";
import { prepareEngine } from "../../engines/prepare.ts";
import { DoselapError } from "../../errors.ts";
import { phantomNames, type PhantomName } from "../../optics/phantom/build.ts";
import { tileInferenceModel } from "../inference/apply-planes.ts";
import { tileChannels } from "../models/tile-network.ts";
import { fit } from "../training/fit.ts";
import { partOf } from "../training/progress.ts";
import { simulatedLesson, trainingObjects } from "../training/simulated-lesson.ts";
import type { ObjectKind } from "../training/simulated-scans.ts";
import { defineArm, fitContext } from "./arm.ts";
import {
  bestCorrected,
  checkTile,
  correctedShape,
  inferCorrected,
  tileSide,
  usableTask,
} from "./corrected-engine.ts";
import { unetFlops, unetParameters } from "./cost.ts";
import { withInnerEngine } from "./inner-engine.ts";
import { trainingShape, widthsShape } from "./options.ts";

const ownOptions = z.strictObject({
  ...trainingShape,
  ...widthsShape,
  ...correctedShape,
  validationFraction: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.15)
    .describe(
      "Share of the simulated scans, one at least, that choose the best epoch and are never trained on.",
    ),
  objects: z
    .number()
    .int()
    .min(2)
    .max(1000)
    .default(6)
    .describe("Simulated scans, an object, its noise and an engine run each."),
  phantoms: z
    .array(z.enum(phantomNames as [PhantomName, ...PhantomName[]]))
    .min(1)
    .nullable()
    .default(null)
    .describe("Kinds of the objects, taken in turn; null = that of the study's object."),
  amplitudeMin: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe("Their amplitude lies in [amplitudeMin, 1]; null = as in the study's object."),
  phaseRangeRad: z
    .number()
    .min(0)
    .max(6.2)
    .nullable()
    .default(null)
    .describe("Their phase lies in [0, phaseRangeRad]; null = as in the study's object."),
  tilePx: tileSide.default(64),
});
type Options = z.infer<typeof ownOptions>;
const options = withInnerEngine(ownOptions.superRefine(checkTile), bestCorrected);

/** Share of the work that the engine's runs are, about. */
const engineShare = 0.4;

export const supervisedScan = defineArm<Options>({
  name: "supervised-scan",
  title: "Supervised, whole scan",
  summary:
    "an engine's object of all frames, corrected by a network trained on simulated scans of other objects",
  cites: ["10.1109/TIP.2017.2713099"],
  options,
  needsLabels: false,
  infersGroups: false,
  leastGroups: 1,
  mostItems: (groups, rule) => groups * trainingObjects(rule),
  async train(given, rule, { schedule, ...context }) {
    const kind = kindOf(rule);
    const task = usableTask(given);
    const { problem, groups, dosePhotons } = task;
    const { size: sizePx, probeModes } = problem;
    const { tilePx } = rule;
    const lesson = await simulatedLesson(
      task,
      groups,
      {
        ...rule,
        ...schedule,
        kind,
        engine: prepareEngine(rule.engine, rule.engineOptions),
      },
      { ...context, progress: partOf(context.progress, { from: 0, to: engineShare }) },
    );
    const { groupSize } = groups;
    const facts = { sizePx, groupSize, probeModes, dosePhotons, canvasPx: tilePx, regionPx: tilePx };
    const learning = { ...context, progress: partOf(context.progress, { from: engineShare, to: 1 }) };
    return { fit: await fit(lesson, { ...rule, ...schedule }, fitContext(learning, facts)), facts };
  },
  infer: ({ problem }, { options: rule, parameters }, context) =>
    inferCorrected(problem, { ...rule, stages: 1, parameters, symmetric: true }, context),
  cost({ items, objectPixels }, { widths, tilePx, engine, engineOptions, objects, validationFraction }) {
    const shape = { ...tileChannels, widths };
    return {
      parameters: unetParameters(shape),
      epochFlops: items * trainingObjects({ objects, validationFraction }) * 3 * unetFlops(shape, tilePx),
      inferenceFlops: symmetries * unetFlops(shape, Math.sqrt(objectPixels)),
      engine: { spec: engine, options: engineOptions, runs: objects },
    };
  },
  model: ({ options: { tilePx, widths }, parameters }) =>
    tileInferenceModel(tilePx, { widths, stages: 1, symmetric: true }, parameters),
});

/** @throws Contract when it is not said what the objects are. */
function kindOf({ phantoms, amplitudeMin, phaseRangeRad }: Options): ObjectKind {
  if (phantoms !== null && amplitudeMin !== null && phaseRangeRad !== null)
    return { phantoms, amplitudeMin, phaseRangeRad };
  throw new DoselapError("Contract", "there are no objects to learn from", {
    key: "phantoms",
    expected: "phantoms, amplitudeMin and phaseRangeRad",
    got: JSON.stringify({ phantoms, amplitudeMin, phaseRangeRad }),
    hint: "Only a study of a phantom has them by itself: name them in methods.supervised-scan.",
  });
}
