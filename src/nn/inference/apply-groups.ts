// A trained group network over a scan: every group on its own canvas, laid at its absolute place, weighted by its own light.
// The same weight stands in numerator and denominator, so perfect canvases give the perfect object.

import { flatImage, type ComplexImage } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import { groupInputs, type CanvasNetwork } from "../models/canvas-network.ts";
import { parameterInputs, type ParameterValues } from "../models/parameters.ts";
import { toOnnx } from "../onnx/to-onnx.ts";
import type { InferenceModel } from "./inference-model.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { batchBuilder } from "../training/batch.ts";
import { storeFrames, type FrameStore } from "../training/frame-store.ts";
import type { CanvasPlace, GroupTable } from "../training/groups.ts";
import { probeFeeds, type ScanTask } from "../training/scan-task.ts";
import { createRng } from "../../math/random/rng.ts";
import { groupsByCanvas, widerText, type GrowingNetwork } from "./wider-canvases.ts";

export interface GroupInference {
  readonly runtime: Runtime;
  readonly threads: number;
  readonly network: GrowingNetwork;
  readonly parameters: ParameterValues;
  readonly groupsPerBatch: number;
  /** Is told of groups that the network's own canvas does not hold. */
  readonly log?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((fraction: number, note: string) => void) | undefined;
}

/** The inference model of a batch of B groups, its weights inside. */
export function groupInferenceModel(
  model: CanvasNetwork,
  parameters: ParameterValues,
  { groups, probeModes }: { groups: number; probeModes: number },
): InferenceModel {
  const { sizePx, framesPerGroup, canvasPx, masked, specs } = model;
  const frames = [groups * framesPerGroup, sizePx, sizePx];
  const places = [groups, framesPerGroup];
  const modes = [probeModes, sizePx, sizePx];
  const canvas = [groups, canvasPx, canvasPx];
  const probe = "the probe over the square root of the dose, first pixel at the patch's";
  return {
    onnx: () => {
      const feeds = groupInputs(model, { groups, probeModes });
      const { object, light } = model.apply(feeds, parameterInputs(specs));
      return toOnnx({
        outputs: { "object.re": object.re, "object.im": object.im, light },
        values: parameters,
      });
    },
    inputs: [
      {
        name: "amplitudes",
        shape: frames,
        meaning: `sqrt(counts/dose), DC at N/2, each frame transposed: columns of the detector first${masked === true ? "; -1 in masked pixels" : ""}`,
      },
      { name: "top", shape: places, meaning: "first row of each patch on its group's canvas, pixels" },
      { name: "left", shape: places, meaning: "first column of each patch on its group's canvas, pixels" },
      { name: "probe.re", shape: modes, meaning: `real part of ${probe}` },
      { name: "probe.im", shape: modes, meaning: `imaginary part of ${probe}` },
    ],
    outputs: [
      { name: "object.re", shape: canvas, meaning: "real part of the object on the group's canvas" },
      { name: "object.im", shape: canvas, meaning: "imaginary part of the object on the group's canvas" },
      { name: "light", shape: canvas, meaning: "sum of |probe|^2 over the group: the weight of a pixel" },
    ],
    specs,
  };
}

/** The object on the scan's frame, flat where no light falls.
 * @throws Shape when groups or frames are of another size than the network's. */
export async function applyToGroups(
  task: ScanTask,
  table: GroupTable,
  options: GroupInference,
): Promise<ComplexImage> {
  const { problem } = task;
  const { network } = options;
  const { framesPerGroup, sizePx } = network.on(network.shape);
  if (table.groupSize !== framesPerGroup || problem.size !== sizePx) {
    throw new DoselapError("Shape", "the scan does not fit the network", {
      expected: `groups of ${framesPerGroup} frames of ${sizePx} px`,
      got: `groups of ${table.groupSize} frames of ${problem.size} px`,
    });
  }
  const parts = groupsByCanvas(problem.positions, table, { sizePx, network });
  const told = widerText(parts, network);
  if (told !== undefined) options.log?.(told);
  const stitch = stitcher(problem.objectHeight, problem.objectWidth);
  const store = storeFrames(problem.diffraction, sizePx, problem.mask);
  let done = 0;
  for (const { shape, order } of parts) {
    await applyOnCanvas(
      { task, table, store, order, model: network.on(shape), stitch },
      options,
      (groups) => {
        done += groups;
        options.progress?.(done / table.count, "inference");
      },
    );
  }
  return stitch.object();
}

interface Part {
  readonly task: ScanTask;
  readonly table: GroupTable;
  readonly store: FrameStore;
  /** Groups of the table that are solved on this model's canvas. */
  readonly order: Int32Array;
  readonly model: CanvasNetwork;
  readonly stitch: Stitcher;
}

async function applyOnCanvas(
  { task, table, store, order, model, stitch }: Part,
  { runtime, threads, parameters, groupsPerBatch, signal }: GroupInference,
  advance: (groups: number) => void,
): Promise<void> {
  const { canvasPx, framesPerGroup } = model;
  const { probeModes, positions } = task.problem;
  const inference = groupInferenceModel(model, parameters, { groups: groupsPerBatch, probeModes });
  const session = await runtime.load(inference.onnx(), { threads });
  const builder = batchBuilder(store, positions, {
    groupsPerBatch,
    groupSize: framesPerGroup,
    canvasPx,
    dosePhotons: task.dosePhotons,
    seenShare: 1,
  });
  const unused = createRng(0, "thinning");
  const feeds = { ...builder.seen, ...probeFeeds(task) };
  try {
    for (let first = 0; first < order.length; first += groupsPerBatch) {
      builder.fill(table, order, first, unused);
      const { originX, originY } = builder.batch;
      const outputs = await session.run(feeds, { signal });
      const whole = Math.min(groupsPerBatch, order.length - first);
      for (let b = 0; b < whole; b++)
        stitch.add(outputs, b, { originX: originX[b]!, originY: originY[b]!, canvasPx });
      advance(whole);
    }
  } finally {
    await session.release();
  }
}

/** Below this share of its group's brightest pixel a pixel's light is rounding: it counts nothing. */
const darkShare = 1e-6;

type Stitcher = ReturnType<typeof stitcher>;

function stitcher(height: number, width: number) {
  const sum = new Float64Array(2 * height * width);
  const weight = new Float64Array(height * width);
  return {
    add(
      outputs: { readonly [name: string]: Float32Array },
      b: number,
      { originX, originY, canvasPx }: CanvasPlace & { readonly canvasPx: number },
    ): void {
      const area = canvasPx * canvasPx;
      const [re, im, light] = [outputs["object.re"]!, outputs["object.im"]!, outputs["light"]!];
      // By the group's own light: that of others in the scan must not decide what it counts (F-23).
      const own = light.subarray(b * area, (b + 1) * area);
      const floor = darkShare * own.reduce((a, c) => Math.max(a, c), 0);
      for (let row = 0; row < canvasPx; row++) {
        const y = originY + row;
        if (y < 0 || y >= height) continue;
        for (let column = 0; column < canvasPx; column++) {
          const x = originX + column;
          if (x < 0 || x >= width) continue;
          const from = b * area + row * canvasPx + column;
          if (light[from]! <= floor) continue;
          const to = y * width + x;
          weight[to] = weight[to]! + light[from]!;
          sum[2 * to] = sum[2 * to]! + light[from]! * re[from]!;
          sum[2 * to + 1] = sum[2 * to + 1]! + light[from]! * im[from]!;
        }
      }
    },
    object(): ComplexImage {
      const object = flatImage(height, width);
      for (const [pixel, light] of weight.entries()) {
        if (light === 0) continue;
        object.data[2 * pixel] = sum[2 * pixel]! / light;
        object.data[2 * pixel + 1] = sum[2 * pixel + 1]! / light;
      }
      return object;
    },
  };
}
