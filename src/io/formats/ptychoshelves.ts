// PtychoShelves and fold_slice: frames in /dp, positions in /ppX and /ppY of the same file, reconstructions in .mat files,
// which are HDF5 since version 7.3. MATLAB stores the first axis fastest, so that (H, W, M) arrives as (M, W, H) and images arrive transposed.
// Wakonig et al., J. Appl. Cryst. 53, 574 (2020), doi:10.1107/S1600576720001776; https://github.com/yijiang1/fold_slice

import type { ArrayNode, ArrayTree } from "../tree.ts";
import { framesOf, rasterAxes, type FrameAxes } from "../scan/frames-of.ts";
import { LookUp } from "../scan/look-up.ts";
import { positionsFrom } from "../scan/positions-of.ts";
import type { MeasuredFormat, RawOptions, RawPositions, RawScan } from "../scan/raw-scan.ts";

export const ptychoshelves: MeasuredFormat = {
  name: "PtychoShelves",
  holds: ["frames", "positions", "geometry", "probe", "object"],
  source: "https://doi.org/10.1107/S1600576720001776",
  detect(tree) {
    if (tree.container !== "HDF5" && tree.container !== "MATLAB 5") return undefined;
    if (tree.find("/dp") !== undefined) return "/dp is there: frames of PtychoShelves or fold_slice";
    const isResult = ["/object", "/probe", "/outputs/probe_positions"].every(
      (path) => tree.find(path) !== undefined,
    );
    return isResult ? "/object, /probe and /outputs are there: a PtychoShelves reconstruction" : undefined;
  },
  read,
};

async function read(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const look = new LookUp(tree, ptychoshelves.detect(tree) ?? "read as PtychoShelves");
  const frameNode = look.first("diffraction", ["/dp"]);
  const objectNode =
    frameNode === undefined ? look.required("object", ["/object"]) : look.first("object", ["/object"]);
  const probeNode = look.first("probe", ["/probe"]);
  const wavelengthM = await look.metres("wavelength", ["/lambda", "/p/lambda"], "m");
  const found = await positions(look, options);
  const pixel = look.first("object pixel", ["/p/dx_spec", "/dx_spec"]);
  return {
    file: tree.file,
    format: ptychoshelves.name,
    frames:
      frameNode === undefined
        ? undefined
        : framesOf(frameNode, {
            file: tree.file,
            axes: options.layout ?? axesOf(look, frameNode, found?.x.length),
            domain: options.domain ?? "counts",
            selection: options.frames,
          }),
    positions: found,
    geometry: {
      wavelengthM,
      pixelSizeM: pixel === undefined ? undefined : (await look.vector(pixel))[0],
    },
    probe: probeNode === undefined ? undefined : await look.probe(probeNode, true),
    object: objectNode === undefined ? undefined : await look.object(objectNode, true),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

/** MATLAB's (H, W, M), unless the positions say that M is its first axis, as others write it. */
function axesOf(look: LookUp, node: ArrayNode, count: number | undefined): FrameAxes {
  if (node.shape.length === 4) return rasterAxes(node);
  const [first, , last] = node.shape;
  if (count === undefined || first === count || last !== count) return "MWH";
  look.told.push(`frames are MATLAB's first axis: there are ${count} positions`);
  return "WHM";
}

async function positions(look: LookUp, options: RawOptions): Promise<RawPositions | undefined> {
  const [x, y] = [look.first("x", ["/ppX"]), look.first("y", ["/ppY"])];
  if (x !== undefined && y !== undefined)
    return positionsFrom(look, x, y, options, { unit: undefined, order: "xy" });
  const result = look.first("positions", ["/outputs/probe_positions"]);
  if (result === undefined) return undefined;
  // (M, 2) in MATLAB: two rows here.
  const values = await look.vector(result);
  const count = values.length / 2;
  return { x: values.slice(0, count), y: values.slice(count), unit: "px" };
}
