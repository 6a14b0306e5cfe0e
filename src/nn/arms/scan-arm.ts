// The arm on a whole scan: an engine's object of all frames, corrected by a network that was trained on tiles of another
// part of the scan, without truth, by photons that the engine had not seen.

import { z } from "zod";
import { DoselapError } from "../../errors.ts";
import { prepareEngine } from "../../engines/prepare.ts";
import { applyToScan, tileInferenceModel } from "../inference/apply-planes.ts";
import { passTiles } from "../inference/pass-tiles.ts";
import { correctedPlanes, polarImage, scanPlanes } from "../physics/scan-state.ts";
import { fit } from "../training/fit.ts";
import { tileChannels } from "../models/tile-network.ts";
import { probeWindowPx, takeGroups } from "../training/groups.ts";
import { partOf } from "../training/progress.ts";
import { takeFrames } from "../training/scan-task.ts";
import { tileLesson } from "../training/tile-lesson.ts";
import { tileShape } from "../training/tiles.ts";
import { defineArm, fitContext, type ArmTask } from "./arm.ts";
import { frameFlops, plannedWindowPx, unetFlops, unetParameters } from "./cost.ts";
import { withInnerEngine, type InnerEngine } from "./inner-engine.ts";
import { commonShape } from "./options.ts";

// ML finds the slow waves of the phase, LSQ-ML with a tv prior edges and amplitude: better than any engine alone (ENGINE-040).
const best: InnerEngine = {
  engine: "ml:80+lsqml:60",
  engineOptions: { fixProbe: true, "lsqml.prior": "tv", "lsqml.priorWeight": "noise" },
};

const ownOptions = z.strictObject({
  ...commonShape,
  engine: z.string().default(best.engine).describe("Engine or chain whose object the network is given."),
  engineOptions: z
    .record(z.string(), z.unknown())
    .default(best.engineOptions)
    .describe(
      "Options of that engine; when another engine than the default is named without, those of the links that it has, too.",
    ),
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
  tilePx: z.number().int().min(16).max(512).default(96).describe("Side of a training tile, pixels."),
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
const options = withInnerEngine(ownOptions, best);

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
  async train(given, rule, { schedule, ...context }) {
    const task = usableTask(given);
    const { problem, dosePhotons } = task;
    const { size, probe, probeModes } = problem;
    const { canvasPx } = tileShape(rule.tilePx, { sizePx: size, windowPx: probeWindowPx(probe, size) });
    const engine = prepareEngine(rule.engine, rule.engineOptions);
    const lesson = await tileLesson(
      task,
      task.groups,
      { ...rule, engine, batchSize: schedule.batchSize },
      { ...context, progress: partOf(context.progress, { from: 0, to: engineShare }) },
    );
    const { groupSize } = task.groups;
    const facts = { sizePx: size, groupSize, probeModes, dosePhotons, canvasPx, regionPx: rule.tilePx };
    const learning = { ...context, progress: partOf(context.progress, { from: engineShare, to: 1 }) };
    return { fit: await fit(lesson, { ...rule, ...schedule }, fitContext(learning, facts)), facts };
  },
  async infer({ problem }, { options: rule, parameters }, { memoryBudgetBytes, ...context }) {
    const engine = prepareEngine(rule.engine, rule.engineOptions);
    // A budget that holds no part is refused before the engine's minutes.
    passTiles({ height: problem.objectHeight, width: problem.objectWidth }, rule.widths, memoryBudgetBytes);
    // The network's own pass is short.
    const planes = await scanPlanes(engine, problem, context);
    const { widths, stages } = rule;
    const object = await applyToScan(planes, {
      ...context,
      widths,
      stages,
      parameters,
      memoryBudgetBytes,
      // Under the probe of the scan, as while training.
      pulledAgain: (corrected) => correctedPlanes(corrected, problem, context.backend),
    });
    return { object, from: polarImage(planes), probe: planes.probe };
  },
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

/** The task of the frames that may be used alone: the engine sees no others either. */
function usableTask(task: ArmTask): ArmTask {
  const { usable, groups: table } = task;
  if (usable === undefined || usable.length === task.problem.frames) return task;
  const groups = takeGroups(table, usable);
  if (groups.count < table.count) {
    throw new DoselapError("Contract", "a group has a frame that may not be used", {
      key: "groups",
      expected: `groups of ${usable.length} frames`,
      got: `${table.count - groups.count} groups with others`,
    });
  }
  return { ...takeFrames(task, usable), groups, usable: undefined };
}
