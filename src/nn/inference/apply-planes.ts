// A trained tile network over a whole scan: in one pass, or in strips of rows when one pass would take too much memory.
// A pixel of the output depends on inputs within the network's reach alone, so strips that overlap by it leave no seam.

import { flatImage, type ComplexImage } from "../../array/ndarray.ts";
import { input } from "../graph/tensor.ts";
import { parameterInputs, type ParameterValues } from "../models/parameters.ts";
import { tileChannels, tileNetwork } from "../models/tile-network.ts";
import { reachPx } from "../models/unet.ts";
import { toOnnx } from "../onnx/to-onnx.ts";
import type { ScanPlanes } from "../physics/scan-state.ts";
import { loadGraph } from "../runtime/load-graph.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { cutWindow } from "../training/tiles.ts";
import type { InferenceModel } from "./inference-model.ts";

export interface ApplyOptions {
  readonly runtime: Runtime;
  readonly threads: number;
  readonly widths: readonly number[];
  readonly parameters: ParameterValues;
  /** Most bytes of activations at a time; strips are made smaller until they fit. */
  readonly memoryBudgetBytes?: number | undefined;
}

/** The network of one tile, its weights inside. */
export function tileInferenceModel(
  tilePx: number,
  widths: readonly number[],
  parameters: ParameterValues,
): InferenceModel {
  const network = tileNetwork(widths);
  const shape = [1, tileChannels.inputs, tilePx, tilePx];
  const corrections = network.apply(input("planes", shape), parameterInputs(network.specs));
  return {
    onnx: toOnnx({ outputs: { corrections }, values: parameters }),
    inputs: [
      {
        name: "planes",
        shape,
        meaning:
          "|O|-1, arg O, real and imaginary part of G conj(O)/sqrt(|O|^2+0.01), sqrt(light/brightest); O the engine's object, G its gradient over the brightest light",
      },
    ],
    outputs: [
      { name: "corrections", shape: corrections.shape, meaning: "what is added to |O| and to arg O" },
    ],
    specs: network.specs,
  };
}

/** The corrected object, on the frame of the planes. */
export async function applyToScan(scan: ScanPlanes, options: ApplyOptions): Promise<ComplexImage> {
  const { widths, parameters, runtime, threads, memoryBudgetBytes = 2 ** 30 } = options;
  const { height, width } = scan;
  const step = 2 ** widths.length;
  const columns = step * Math.ceil(width / step);
  const halo = step * Math.ceil(reachPx(widths.length) / step);
  const bytesPerRow = columns * bytesPerPixel(widths);
  const fitting = step * Math.floor(memoryBudgetBytes / bytesPerRow / step);
  const whole = step * Math.ceil(height / step);
  const rows = Math.min(whole, Math.max(fitting, 2 * halo + step));
  const inner = rows === whole ? whole : rows - 2 * halo;

  const network = tileNetwork(widths);
  const planes = input("planes", [1, tileChannels.inputs, rows, columns]);
  const corrections = network.apply(planes, parameterInputs(network.specs));
  const session = await loadGraph(runtime, { outputs: { corrections }, values: parameters }, { threads });
  const object = flatImage(height, width);
  const fed = new Float32Array(tileChannels.inputs * rows * columns);
  try {
    for (let from = 0; from < height; from += inner) {
      // Strips start at multiples of the network's coarsest pixel, and none reaches over the canvas's edge, where layers
      // are padded with zeros.
      const y = Math.min(Math.max(0, from - halo), whole - rows);
      cutWindow(scan, scan.planes, { x: 0, y, rows, columns, outside: 0 }, fed);
      const { corrections: u } = await session.run({ planes: { shape: planes.shape, data: fed } });
      for (let row = from; row < Math.min(height, from + inner); row++) {
        correctRow(object, scan, u!, { row, at: (row - y) * columns, second: rows * columns });
      }
    }
  } finally {
    await session.release();
  }
  return object;
}

function correctRow(
  object: ComplexImage,
  { width, modulus, phase }: ScanPlanes,
  corrections: Float32Array,
  { row, at, second }: { row: number; at: number; second: number },
): void {
  for (let column = 0; column < width; column++) {
    const pixel = row * width + column;
    const length = modulus[pixel]! + corrections[at + column]!;
    const angle = phase[pixel]! + corrections[second + at + column]!;
    object.data[2 * pixel] = length * Math.cos(angle);
    object.data[2 * pixel + 1] = length * Math.sin(angle);
  }
}

/** float32 activations alive at a time: at the finest level a block's input and output, and what is kept for the skip. */
function bytesPerPixel(widths: readonly number[]): number {
  return 4 * (tileChannels.inputs + 4 * (widths[0] ?? 1) + 2 * (widths[1] ?? 0));
}
