// A trained tile network over a whole scan: each stage in one pass, or in strips of rows when one pass would take too much
// memory. A pixel of a stage's output depends on inputs within the network's reach alone, so strips that overlap by it leave
// no seam; between stages the pull is that of the whole corrected object.

import type { ComplexImage } from "../../array/ndarray.ts";
import { input } from "../graph/tensor.ts";
import { parameterInputs, type ParameterValues } from "../models/parameters.ts";
import { tileChannels, tileNetwork } from "../models/tile-network.ts";
import { reachPx, type Unet } from "../models/unet.ts";
import { toOnnx } from "../onnx/to-onnx.ts";
import { polarImage, type PolarObject, type ScanPlanes } from "../physics/scan-state.ts";
import { loadGraph } from "../runtime/load-graph.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { cutWindow } from "../training/tiles.ts";
import type { InferenceModel, Port } from "./inference-model.ts";

export interface TileNetworkShape {
  readonly widths: readonly number[];
  /** K. */
  readonly stages: number;
}

export interface ApplyOptions extends TileNetworkShape {
  readonly runtime: Runtime;
  readonly threads: number;
  readonly parameters: ParameterValues;
  /** The planes of a corrected object, which the next stage sees. */
  readonly pulledAgain: (corrected: PolarObject) => ScanPlanes;
  /** Most bytes of activations at a time; strips are made smaller until they fit. */
  readonly memoryBudgetBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The networks of one tile, one beside the other, their weights inside: the pull between two stages is the caller's. */
export function tileInferenceModel(
  tilePx: number,
  { widths, stages }: TileNetworkShape,
  parameters: ParameterValues,
): InferenceModel {
  const { nets, specs } = tileNetwork(widths, stages);
  const shape = [1, tileChannels.inputs, tilePx, tilePx];
  const fed = parameterInputs(specs);
  const corrections = nets.map((net, k) => net.apply(input(portName("planes", k), shape), fed));
  const ports = (kind: "planes" | "corrections", meaning: (stage: number) => string): Port[] =>
    corrections.map((output, k) => ({
      name: portName(kind, k),
      shape: kind === "planes" ? shape : output.shape,
      meaning: meaning(k),
    }));
  return {
    onnx: toOnnx({
      outputs: Object.fromEntries(corrections.map((output, k) => [portName("corrections", k), output])),
      values: parameters,
    }),
    inputs: ports("planes", (k) => {
      const object = k === 0 ? "the engine's object" : `the object after stage ${k}`;
      return `|O|-1, arg O, real and imaginary part of G conj(O)/sqrt(|O|^2+0.01), sqrt(light/brightest); O ${object}, G its gradient over the brightest light`;
    }),
    outputs: ports("corrections", () => "what is added to |O| and to arg O"),
    specs,
  };
}

/** Stages are counted from 1; the first has the bare name. */
function portName(kind: "planes" | "corrections", k: number): string {
  return k === 0 ? kind : `${kind}.${k + 1}`;
}

/** The corrected object, on the frame of the planes. @throws Interrupted. */
export async function applyToScan(scan: ScanPlanes, options: ApplyOptions): Promise<ComplexImage> {
  const { nets } = tileNetwork(options.widths, options.stages);
  let corrected: PolarObject = scan;
  for (const [k, net] of nets.entries()) {
    const planes = k === 0 ? scan : options.pulledAgain(corrected);
    corrected = await applyStage(net, { planes, from: corrected }, options);
  }
  return polarImage(corrected);
}

/** One stage's network over the planes; what it gives is added to the object that it was made for. */
async function applyStage(
  net: Unet,
  { planes: scan, from: before }: { readonly planes: ScanPlanes; readonly from: PolarObject },
  options: ApplyOptions,
): Promise<PolarObject> {
  const { widths, parameters, runtime, threads, memoryBudgetBytes = 2 ** 30, signal } = options;
  const { height, width } = scan;
  const step = 2 ** widths.length;
  const columns = step * Math.ceil(width / step);
  const halo = step * Math.ceil(reachPx(widths.length) / step);
  const bytesPerRow = columns * bytesPerPixel(widths);
  const fitting = step * Math.floor(memoryBudgetBytes / bytesPerRow / step);
  const whole = step * Math.ceil(height / step);
  const rows = Math.min(whole, Math.max(fitting, 2 * halo + step));
  const inner = rows === whole ? whole : rows - 2 * halo;

  const planes = input("planes", [1, tileChannels.inputs, rows, columns]);
  const corrections = net.apply(planes, parameterInputs(net.specs));
  const values = Object.fromEntries(net.specs.map(({ name }) => [name, parameters[name]!]));
  const session = await loadGraph(runtime, { outputs: { corrections }, values }, { threads });
  const modulus = Float64Array.from(before.modulus);
  const phase = Float64Array.from(before.phase);
  const fed = new Float32Array(tileChannels.inputs * rows * columns);
  try {
    for (let from = 0; from < height; from += inner) {
      // Strips start at multiples of the network's coarsest pixel, and none reaches over the canvas's edge, where layers
      // are padded with zeros.
      const y = Math.min(Math.max(0, from - halo), whole - rows);
      cutWindow(scan, scan.planes, { x: 0, y, rows, columns, outside: 0 }, fed);
      const outputs = await session.run({ planes: { shape: planes.shape, data: fed } }, { signal });
      const u = outputs["corrections"]!;
      for (let row = from; row < Math.min(height, from + inner); row++) {
        for (let column = 0; column < width; column++) {
          const pixel = row * width + column;
          const at = (row - y) * columns + column;
          modulus[pixel] = modulus[pixel]! + u[at]!;
          phase[pixel] = phase[pixel]! + u[rows * columns + at]!;
        }
      }
    }
  } finally {
    await session.release();
  }
  return { height, width, modulus, phase };
}

/** float32 activations alive at a time: at the finest level a block's input and output, and what is kept for the skip. */
function bytesPerPixel(widths: readonly number[]): number {
  return 4 * (tileChannels.inputs + 4 * (widths[0] ?? 1) + 2 * (widths[1] ?? 0));
}
