// A trained tile network over a whole scan: each stage in one pass, or part by part when one pass would take too much memory
// (pass-tiles.ts); between stages the pull is that of the whole corrected object.

import type { ComplexImage } from "../../array/ndarray.ts";
import { addLaidBack, laidSides, layBy, symmetries, type Sides } from "../../array/symmetry.ts";
import { input } from "../graph/tensor.ts";
import { parameterInputs, type ParameterValues } from "../models/parameters.ts";
import { tileChannels, tileNetwork } from "../models/tile-network.ts";
import type { Unet } from "../models/unet.ts";
import { toOnnx } from "../onnx/to-onnx.ts";
import { polarImage, type PolarObject, type ScanPlanes } from "../physics/scan-state.ts";
import { loadGraph } from "../runtime/load-graph.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { cutWindow } from "../training/tiles.ts";
import type { InferenceModel, Port } from "./inference-model.ts";
import { passTiles } from "./pass-tiles.ts";

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
  /** Most bytes of activations at a time; parts of the canvas are made smaller until they fit. */
  readonly memoryBudgetBytes?: number | undefined;
  /** The mean over the eight symmetries of a square, for a network that was trained on all of them. */
  readonly symmetric?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The networks of one tile, one beside the other, their weights inside: the pull between two stages is the caller's. */
export function tileInferenceModel(
  tilePx: number,
  { widths, stages, symmetric }: TileNetworkShape & Pick<ApplyOptions, "symmetric">,
  parameters: ParameterValues,
): InferenceModel {
  const { nets, specs } = tileNetwork(widths, stages);
  const shapes = {
    planes: [1, tileChannels.inputs, tilePx, tilePx],
    corrections: [1, tileChannels.outputs, tilePx, tilePx],
  };
  const ports = (kind: "planes" | "corrections", meaning: (stage: number) => string): Port[] =>
    nets.map((_, k) => ({ name: portName(kind, k), shape: shapes[kind], meaning: meaning(k) }));
  return {
    onnx: () => {
      const fed = parameterInputs(specs);
      const corrections = nets.map(
        (net, k) =>
          [portName("corrections", k), net.apply(input(portName("planes", k), shapes.planes), fed)] as const,
      );
      return toOnnx({ outputs: Object.fromEntries(corrections), values: parameters });
    },
    inputs: ports("planes", (k) => {
      const object = k === 0 ? "the engine's object" : `the object after stage ${k}`;
      return `|O|-1, arg O, real and imaginary part of G conj(O)/sqrt(|O|^2+0.01), sqrt(light/brightest); O ${object}, G its gradient over the brightest light`;
    }),
    outputs: ports(
      "corrections",
      () =>
        "what is added to |O| and to arg O" +
        (symmetric === true ? ": the mean over the eight turns and mirrors of the planes" : ""),
    ),
    specs,
  };
}

/** Stages are counted from 1; the first has the bare name. */
function portName(kind: "planes" | "corrections", k: number): string {
  return k === 0 ? kind : `${kind}.${k + 1}`;
}

/** The corrected object, on the frame of the planes. @throws Interrupted, Range when the budget holds no part. */
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
  { planes, from }: { readonly planes: ScanPlanes; readonly from: PolarObject },
  options: ApplyOptions,
): Promise<PolarObject> {
  const { height, width } = planes;
  const pixels = height * width;
  const sides = { rows: height, columns: width };
  const added = new Float64Array(tileChannels.outputs * pixels);
  const orientations = options.symmetric === true ? orientationsOf(sides) : [[0]];
  const factor = 1 / orientations.flat().length;
  for (const orientation of orientations) {
    const laid = laidSides(orientation[0]!, sides);
    const pass = await openPass(net, laid, options);
    try {
      for (const symmetry of orientation) {
        const shown = new Float32Array(planes.planes.length);
        layBy(symmetry, planes.planes, sides, shown);
        addLaidBack(symmetry, await pass.corrections(shown), sides, { factor, sum: added });
      }
    } finally {
      await pass.release();
    }
  }
  return {
    height,
    width,
    modulus: Float64Array.from(from.modulus, (value, i) => value + added[i]!),
    phase: Float64Array.from(from.phase, (value, i) => value + added[pixels + i]!),
  };
}

/** The symmetries, apart by the sides that they leave: those of one group share a session. */
function orientationsOf({ rows, columns }: Sides): number[][] {
  const all = Array.from({ length: symmetries }, (_, k) => k);
  return rows === columns ? [all] : [all.slice(0, symmetries / 2), all.slice(symmetries / 2)];
}

interface Pass {
  /** What the network adds to |O| and to arg O: float32 [2, H, W] for planes [5, H, W]. The next call overwrites it. */
  corrections(planes: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/** A network over a canvas of these sides, in one pass or part by part. @throws Range when the budget holds no part. */
async function openPass(
  net: Unet,
  { rows: height, columns: width }: Sides,
  { widths, parameters, runtime, threads, memoryBudgetBytes, signal }: ApplyOptions,
): Promise<Pass> {
  const { rows, columns, tiles } = passTiles({ height, width }, widths, memoryBudgetBytes);
  const planes = input("planes", [1, tileChannels.inputs, rows, columns]);
  const corrections = net.apply(planes, parameterInputs(net.specs));
  const values = Object.fromEntries(net.specs.map(({ name }) => [name, parameters[name]!]));
  const session = await loadGraph(runtime, { outputs: { corrections }, values }, { threads });
  const fed = new Float32Array(tileChannels.inputs * rows * columns);
  const found = new Float32Array(tileChannels.outputs * height * width);
  return {
    async corrections(all) {
      for (const { y, x, kept } of tiles) {
        cutWindow({ height, width }, all, { x, y, rows, columns, outside: 0 }, fed);
        const outputs = await session.run({ planes: { shape: planes.shape, data: fed } }, { signal });
        const u = outputs["corrections"]!;
        for (let channel = 0; channel < tileChannels.outputs; channel++) {
          for (let row = kept.top; row < kept.bottom; row++) {
            const from = (channel * rows + row - y) * columns - x;
            const to = (channel * height + row) * width;
            found.set(u.subarray(from + kept.left, from + kept.right), to + kept.left);
          }
        }
      }
      return found;
    },
    release: () => session.release(),
  };
}
