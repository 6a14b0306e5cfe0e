// PtychoShelves and fold_slice: frames in /dp, positions in /ppX and /ppY of the same file, reconstructions in .mat files of
// version 7.3. MATLAB stores the first axis fastest, so that (H, W, M) arrives as (M, W, H) and images arrive transposed.
// Wakonig et al., J. Appl. Cryst. 53, 574 (2020), doi:10.1107/S1600576720001776; https://github.com/yijiang1/fold_slice

import type { ComplexImage } from "../../../array/ndarray.ts";
import type { ArrayTree } from "../../../io/tree.ts";
import type { Probe } from "../../dataset.ts";
import { framesOf } from "../frames-of.ts";
import { LookUp } from "../look-up.ts";
import { positionsFrom } from "../positions-of.ts";
import type { MeasuredFormat, RawOptions, RawPositions, RawScan } from "../raw-scan.ts";

export const ptychoshelves: MeasuredFormat = {
  name: "PtychoShelves",
  holds: ["frames", "positions", "geometry", "probe", "object"],
  source: "https://doi.org/10.1107/S1600576720001776",
  detect(tree) {
    if (tree.container !== "HDF5") return undefined;
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
  const pixel = look.first("object pixel", ["/p/dx_spec", "/dx_spec"]);
  return {
    file: tree.file,
    format: ptychoshelves.name,
    frames:
      frameNode === undefined
        ? undefined
        : framesOf(frameNode, {
            file: tree.file,
            axes: options.layout ?? (frameNode.shape.length === 4 ? "YXHW" : "MWH"),
            domain: options.domain ?? "counts",
            selection: options.frames,
          }),
    positions: await positions(look, options),
    geometry: {
      wavelengthM,
      pixelSizeM: pixel === undefined ? undefined : (await look.vector(pixel))[0],
    },
    probe: probeNode === undefined ? undefined : transposedProbe(await look.probe(probeNode)),
    object: objectNode === undefined ? undefined : transposed(await look.object(objectNode)),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
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

function transposed({ height, width, data }: ComplexImage): ComplexImage {
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [2 * (y * width + x), 2 * (x * height + y)];
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
    }
  }
  return { height: width, width: height, data: out };
}

function transposedProbe({ modes, size, data }: Probe): Probe {
  const each = 2 * size * size;
  const out = new Float32Array(data.length);
  for (let mode = 0; mode < modes; mode++) {
    const part = data.subarray(mode * each, (mode + 1) * each);
    out.set(transposed({ height: size, width: size, data: part }).data, mode * each);
  }
  return { modes, size, data: out };
}
