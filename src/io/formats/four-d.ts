// A raster of diffraction patterns in one array of four axes, (scan y, scan x, detector y, detector x), as py4DSTEM, PtyRAD and
// EMD files hold it: https://emdatasets.com/format. Where its calibration is not in the file, the scan step is asked for.

import { isReal } from "../../array/cast.ts";
import { sizeOf } from "../../array/ndarray.ts";
import type { ArrayNode, ArrayTree } from "../tree.ts";
import { framesOf, rasterAxes } from "../scan/frames-of.ts";
import { absent, LookUp } from "../scan/look-up.ts";
import { datasetIn } from "../scan/dataset-names.ts";
import { emdCalibration } from "./emd-calibration.ts";
import type { MeasuredFormat, RawOptions, RawScan } from "../scan/raw-scan.ts";

export const fourD: MeasuredFormat = {
  name: "4D array",
  holds: ["frames", "positions", "geometry"],
  source: "https://emdatasets.com/format",
  detect(tree) {
    const node = largest(tree);
    return node === undefined
      ? undefined
      : `${node.path} has four axes: a raster of ${node.shape[0]} × ${node.shape[1]} patterns`;
  },
  read,
};

/** Names that frames have; weights of a network have four axes too. */
const namesOfFrames =
  /data|diff|frame|cbed|pattern|4d|cube|raster|stack|scan|detector|count|eiger|pilatus|merlin|medipix|\bdp\b/iu;

function largest(tree: ArrayTree): ArrayNode | undefined {
  if (datasetIn(tree) !== undefined) return undefined;
  const stacks = tree.arrays.filter(
    ({ shape, dtype }) =>
      shape.length === 4 &&
      dtype !== undefined &&
      isReal(dtype) &&
      shape.every((n) => n > 0) &&
      shape[2]! >= 8 &&
      shape[3]! >= 8,
  );
  return stacks.toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape))[0];
}

async function read(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const node = largest(tree);
  if (node === undefined) throw absent(tree, "diffraction", ["an array of four axes"]);
  const look = new LookUp(tree, fourD.detect(tree)!);
  const isGuess = tree.container !== "NPY" && !namesOfFrames.test(node.path);
  if (isGuess)
    look.warnings.push(
      `${tree.file}: ${node.path} has four axes and nothing else says that it holds frames: it is only the likeliest guess; name the frames with --map diffraction=/path`,
    );
  const { positions, geometry } = await emdCalibration(look, node, options);
  return {
    file: tree.file,
    format: fourD.name,
    frames: framesOf(node, {
      file: tree.file,
      axes: rasterAxes(node),
      domain: options.domain,
      selection: options.frames,
    }),
    positions,
    geometry,
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}
