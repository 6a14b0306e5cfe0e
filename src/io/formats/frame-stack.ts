// Frames alone: one .npy array of three axes, or the pages of a TIFF file or folder. Positions come from a file of their own, the
// geometry from flags. Four axes are a raster: four-d.ts.

import { shapeText, sizeOf } from "../../array/ndarray.ts";
import type { ArrayNode, ArrayTree } from "../tree.ts";
import { isReal } from "../../array/cast.ts";
import { framesOf } from "../scan/frames-of.ts";
import { absent, LookUp } from "../scan/look-up.ts";
import type { MeasuredFormat, RawOptions, RawScan } from "../scan/raw-scan.ts";

export const npyStack = stackIn("NPY", {
  name: "NPY stack",
  source: "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html",
  told: ({ path, shape }) => `${path} ${shapeText(shape)} has three axes: a stack of frames`,
});

export const tiffStack = stackIn("TIFF", {
  name: "TIFF stack",
  source: "https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf",
  told: ({ shape: [count] }) => `${count} pages of one size: a stack of frames`,
});

/** A smaller picture is no frame. */
const leastPx = 4;

function stackIn(
  container: ArrayTree["container"],
  about: Pick<MeasuredFormat, "name" | "source"> & { readonly told: (node: ArrayNode) => string },
): MeasuredFormat {
  const { name, source, told } = about;
  const largest = (tree: ArrayTree): ArrayNode | undefined =>
    tree.container === container
      ? tree.arrays.filter(isStack).toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape))[0]
      : undefined;

  async function read(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
    const node = largest(tree);
    if (node === undefined) throw absent(tree, "diffraction", ["an array of three axes"]);
    const look = new LookUp(tree, told(node));
    const { file } = tree;
    const { layout: axes = "MHW", domain, frames: selection } = options;
    return {
      file,
      format: name,
      frames: framesOf(node, { file, axes, domain, selection }),
      geometry: {},
      told: look.told,
      conversions: look.conversions,
      warnings: [...tree.problems, ...tree.arrays.filter((other) => other !== node).map(leftOut)],
    };
  }

  return {
    name,
    holds: ["frames"],
    source,
    detect(tree) {
      const node = largest(tree);
      return node === undefined ? undefined : told(node);
    },
    read,
  };
}

/** Of another size or type than the stack's. */
function leftOut({ path, typeName, shape }: ArrayNode): string {
  return `not read: ${path}, ${typeName} ${shapeText(shape)}`;
}

function isStack({ shape, dtype }: ArrayNode): boolean {
  const isNumbers = dtype !== undefined && isReal(dtype);
  return isNumbers && shape.length === 3 && sizeOf(shape) > 0 && shape[1]! >= leastPx && shape[2]! >= leastPx;
}
