// PtychoShelves and fold_slice: frames in /dp, positions in /ppX and /ppY of the same file, reconstructions in .mat files,
// which are HDF5 since version 7.3. MATLAB stores the first axis fastest, so that (H, W, M) arrives as (M, W, H) and images arrive transposed.
// Wakonig et al., J. Appl. Cryst. 53, 574 (2020), doi:10.1107/S1600576720001776; https://github.com/yijiang1/fold_slice

import type { ArrayNode, ArrayTree } from "../tree.ts";
import { isColumnMajor } from "../scan/column-major.ts";
import { framesOf, rasterAxes, type FrameAxes } from "../scan/frames-of.ts";
import { arrayAt, LookUp } from "../scan/look-up.ts";
import { positionsFrom } from "../scan/positions-of.ts";
import type { MeasuredFormat, RawOptions, RawPositions, RawScan } from "../scan/raw-scan.ts";

export const ptychoshelves: MeasuredFormat = {
  name: "PtychoShelves",
  holds: ["frames", "positions", "geometry", "probe", "object"],
  source: "https://doi.org/10.1107/S1600576720001776",
  detect(tree) {
    if (tree.container !== "HDF5" && tree.container !== "MATLAB 5") return undefined;
    if (arrayAt(tree, "/dp") !== undefined) return "/dp is there: frames of PtychoShelves or fold_slice";
    const isResult = ["/object", "/probe", "/outputs/probe_positions"].every(
      (path) => arrayAt(tree, path) !== undefined,
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
  const pixels = pixel && (await look.optional("object pixel", () => look.vector(pixel)));
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
      pixelSizeM: pixels?.[0],
    },
    probe: probeNode && (await look.optional("probe", () => look.probe(probeNode, true))),
    object: objectNode && (await look.optional("object", () => look.object(objectNode, true))),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

/** MATLAB's (H, W, M), unless the positions say that M is its first axis, as others write it. */
function axesOf(look: LookUp, node: ArrayNode, count: number | undefined): FrameAxes {
  const isMarked = isColumnMajor(node);
  if (node.shape.length === 4) return rasterAxes(node);
  const [first, , last] = node.shape;
  const isLast = count !== undefined && first !== count && last === count;
  // h5create leaves no mark of MATLAB either, so that an array without one is most likely its own.
  if (!isMarked)
    look.told.push(
      `${node.path} has no mark of MATLAB: rows and columns of each frame are taken for swapped, as fold_slice leaves them; if they are not: --layout ${isLast ? "HWM" : "MHW"}`,
    );
  if (!isLast) return "MWH";
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
