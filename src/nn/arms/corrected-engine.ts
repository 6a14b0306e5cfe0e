// What the arms share that correct an engine's object of a whole scan: which engine, the frames that it may see, and inference.

import { z } from "zod";
import { prepareEngine } from "../../engines/prepare.ts";
import type { Problem } from "../../engines/problem.ts";
import { DoselapError } from "../../errors.ts";
import { applyToScan, type ApplyOptions, type TileNetworkShape } from "../inference/apply-planes.ts";
import type { Inferred } from "../inference/calibrated.ts";
import { passTiles } from "../inference/pass-tiles.ts";
import { correctedPlanes, polarImage, scanPlanes } from "../physics/scan-state.ts";
import { takeGroups } from "../training/groups.ts";
import { takeFrames } from "../training/scan-task.ts";
import type { ArmTask, InferContext } from "./arm.ts";
import type { InnerEngine } from "./inner-engine.ts";

// ML finds the slow waves of the phase, LSQ-ML with a tv prior edges and amplitude: better than any engine alone (ENGINE-040).
export const bestCorrected: InnerEngine = {
  engine: "ml:80+lsqml:60",
  engineOptions: { fixProbe: true, "lsqml.prior": "tv", "lsqml.priorWeight": "noise" },
};

export const correctedShape = {
  engine: z
    .string()
    .default(bestCorrected.engine)
    .describe("Engine or chain whose object the network is given."),
  engineOptions: z
    .record(z.string(), z.unknown())
    .default(bestCorrected.engineOptions)
    .describe(
      "Options of that engine; when another engine than the default is named without, those of the links that it has, too.",
    ),
} as const;

/** Sides that a tile may have. */
const [leastTile, largestTile] = [16, 512];

/** The option `tilePx` of arms that learn on tiles; their schemas are checked by {@link checkTile}. */
export const tileSide = z
  .number()
  .int()
  .min(leastTile)
  .max(largestTile)
  .describe("Side of a training tile, pixels: a multiple of 2 to the power of the number of widths.");

/** A tile that the levels of the network do not divide would be refused by its first batch, after the engine's runs. */
export function checkTile(
  { tilePx, widths }: { readonly tilePx: number; readonly widths: readonly number[] },
  context: z.core.$RefinementCtx,
): void {
  const multiple = 2 ** widths.length;
  if (tilePx % multiple === 0 || tilePx < leastTile || tilePx > largestTile) return;
  const below = multiple * Math.floor(tilePx / multiple);
  const fitting = [below, below + multiple].filter((side) => side >= leastTile && side <= largestTile);
  const levels = widths.length === 1 ? "the one level" : `each of the ${widths.length} levels`;
  context.addIssue({
    code: "custom",
    path: ["tilePx"],
    message: `must be a multiple of ${multiple}: ${levels} of widths halves a tile`,
    params: { hint: `Take ${fitting.join(" or ")}, or other widths.` },
  });
}

/** The engine's object of a scan, corrected. @throws Range when the budget holds no part, and what the engine throws. */
export async function inferCorrected(
  problem: Problem,
  {
    engine: spec,
    engineOptions,
    ...network
  }: InnerEngine & TileNetworkShape & Pick<ApplyOptions, "parameters" | "symmetric">,
  { memoryBudgetBytes, ...context }: InferContext,
): Promise<Inferred> {
  const { widths, stages, parameters, symmetric } = network;
  const engine = prepareEngine(spec, engineOptions);
  // A budget that holds no part is refused before the engine's minutes.
  passTiles({ height: problem.objectHeight, width: problem.objectWidth }, widths, memoryBudgetBytes);
  // The network's own pass is short.
  const planes = await scanPlanes(engine, problem, context);
  const object = await applyToScan(planes, {
    ...context,
    widths,
    stages,
    parameters,
    memoryBudgetBytes,
    symmetric,
    // Under the probe of the scan, as while training.
    pulledAgain: (corrected) => correctedPlanes(corrected, problem, context.backend),
  });
  return { object, from: polarImage(planes), probe: planes.probe };
}

/** The task of the frames that may be used alone: the engine sees no others either. */
export function usableTask(task: ArmTask): ArmTask {
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
