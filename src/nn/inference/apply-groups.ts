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
import { storeFrames } from "../training/frame-store.ts";
import type { GroupTable } from "../training/groups.ts";
import { probeFeeds, type ScanTask } from "../training/scan-task.ts";
import { createRng } from "../../math/random/rng.ts";

export interface GroupInference {
  readonly runtime: Runtime;
  readonly threads: number;
  readonly model: CanvasNetwork;
  readonly parameters: ParameterValues;
  readonly groupsPerBatch: number;
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
  const { object, light } = model.apply(groupInputs(model, { groups, probeModes }), parameterInputs(specs));
  const probe = "the probe over the square root of the dose, first pixel at the patch's";
  return {
    onnx: toOnnx({
      outputs: { "object.re": object.re, "object.im": object.im, light },
      values: parameters,
    }),
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
 * @throws Shape when a group does not fit the model's canvas. */
export async function applyToGroups(
  task: ScanTask,
  table: GroupTable,
  options: GroupInference,
): Promise<ComplexImage> {
  const { problem } = task;
  const { model, runtime, threads, groupsPerBatch } = options;
  const { canvasPx, framesPerGroup, sizePx } = model;
  if (table.groupSize !== framesPerGroup || problem.size !== sizePx) {
    throw new DoselapError("Shape", "the scan does not fit the network", {
      expected: `groups of ${framesPerGroup} frames of ${sizePx} px`,
      got: `groups of ${table.groupSize} frames of ${problem.size} px`,
    });
  }
  const { onnx } = groupInferenceModel(model, options.parameters, {
    groups: groupsPerBatch,
    probeModes: problem.probeModes,
  });
  const session = await runtime.load(onnx, { threads });
  const builder = batchBuilder(storeFrames(problem.diffraction, sizePx, problem.mask), problem.positions, {
    groupsPerBatch,
    groupSize: framesPerGroup,
    canvasPx,
    dosePhotons: task.dosePhotons,
    seenShare: 1,
  });
  const order = Int32Array.from({ length: table.count }, (_, group) => group);
  const unused = createRng(0, "thinning");
  const stitch = stitcher(problem.objectHeight, problem.objectWidth, canvasPx);
  const feeds = { ...builder.seen, ...probeFeeds(task) };
  try {
    for (let first = 0; first < table.count; first += groupsPerBatch) {
      builder.fill(table, order, first, unused);
      const { originX, originY } = builder.batch;
      const outputs = await session.run(feeds, { signal: options.signal });
      const whole = Math.min(groupsPerBatch, table.count - first);
      for (let b = 0; b < whole; b++) stitch.add(outputs, b, originX[b]!, originY[b]!);
      options.progress?.((first + whole) / table.count, "inference");
    }
  } finally {
    await session.release();
  }
  return stitch.object();
}

/** Below this share of the brightest pixel a quotient is rounding: the object stays flat there. */
const darkShare = 1e-6;

function stitcher(height: number, width: number, canvasPx: number) {
  const sum = new Float64Array(2 * height * width);
  const weight = new Float64Array(height * width);
  const area = canvasPx * canvasPx;
  return {
    add(
      outputs: { readonly [name: string]: Float32Array },
      b: number,
      originX: number,
      originY: number,
    ): void {
      const [re, im, light] = [outputs["object.re"]!, outputs["object.im"]!, outputs["light"]!];
      for (let row = 0; row < canvasPx; row++) {
        const y = originY + row;
        if (y < 0 || y >= height) continue;
        for (let column = 0; column < canvasPx; column++) {
          const x = originX + column;
          if (x < 0 || x >= width) continue;
          const from = b * area + row * canvasPx + column;
          const to = y * width + x;
          weight[to] = weight[to]! + light[from]!;
          sum[2 * to] = sum[2 * to]! + light[from]! * re[from]!;
          sum[2 * to + 1] = sum[2 * to + 1]! + light[from]! * im[from]!;
        }
      }
    },
    object(): ComplexImage {
      const object = flatImage(height, width);
      const floor = darkShare * weight.reduce((a, b) => Math.max(a, b), 0);
      for (const [pixel, light] of weight.entries()) {
        if (light <= floor) continue;
        object.data[2 * pixel] = sum[2 * pixel]! / light;
        object.data[2 * pixel + 1] = sum[2 * pixel + 1]! / light;
      }
      return object;
    },
  };
}
