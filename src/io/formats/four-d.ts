// A raster of diffraction patterns in one array of four axes, (scan y, scan x, detector y, detector x), as py4DSTEM, PtyRAD and
// EMD files hold it: https://emdatasets.com/format. The scan step is asked for: the positions are the raster's indices.

import { isReal } from "../../array/cast.ts";
import type { ArrayNode, ArrayTree } from "../tree.ts";
import { framesOf, rasterAxes } from "../scan/frames-of.ts";
import { absent, LookUp } from "../scan/look-up.ts";
import type { MeasuredFormat, RawOptions, RawScan } from "../scan/raw-scan.ts";

export const fourD: MeasuredFormat = {
  name: "4D array",
  holds: ["frames"],
  source: "https://emdatasets.com/format",
  detect(tree) {
    const node = largest(tree);
    return node === undefined
      ? undefined
      : `${node.path} has four axes: a raster of ${node.shape[0]} × ${node.shape[1]} patterns`;
  },
  read,
};

function largest(tree: ArrayTree): ArrayNode | undefined {
  const stacks = tree.arrays.filter(
    ({ shape, dtype }) =>
      shape.length === 4 &&
      dtype !== undefined &&
      isReal(dtype) &&
      shape.every((n) => n > 0) &&
      shape[2]! >= 8 &&
      shape[3]! >= 8,
  );
  const size = ({ shape }: ArrayNode): number => shape.reduce((total, length) => total * length, 1);
  return stacks.toSorted((a, b) => size(b) - size(a))[0];
}

async function read(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const node = largest(tree);
  if (node === undefined) throw absent(tree, "diffraction", ["an array of four axes"]);
  const look = new LookUp(tree, fourD.detect(tree)!);
  return {
    file: tree.file,
    format: fourD.name,
    frames: framesOf(node, {
      file: tree.file,
      axes: rasterAxes(node),
      domain: options.domain,
      selection: options.frames,
    }),
    geometry: {},
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}
