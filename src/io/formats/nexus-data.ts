// Any NeXus file with an NXdata group whose signal is a stack of frames: https://manual.nexusformat.org/classes/base_classes/NXdata.html
// Positions are its arrays that mean x and y (nexus-positions.ts), geometry is that of the instrument; the rest is asked for.

import { sizeOf } from "../../array/ndarray.ts";
import { parentPath, type ArrayNode, type ArrayTree, type Attributes } from "../tree.ts";
import { framesOf } from "../scan/frames-of.ts";
import { absent, arrayAt, LookUp } from "../scan/look-up.ts";
import type { MeasuredFormat, RawOptions, RawScan } from "../scan/raw-scan.ts";
import { nexusGeometry } from "./nexus-geometry.ts";
import { nexusPositions } from "./nexus-positions.ts";

interface DataGroup {
  readonly path: string;
  readonly signal: ArrayNode;
}

export const nexusData: MeasuredFormat = {
  name: "NXdata",
  holds: ["frames", "positions", "geometry"],
  source: "https://manual.nexusformat.org/classes/base_classes/NXdata.html",
  detect(tree) {
    const group = dataGroup(tree);
    return group === undefined ? undefined : `${group.path} is NXdata with the signal ${group.signal.path}`;
  },
  read,
};

/** The NXdata group with the largest signal of three or four axes. */
function dataGroup(tree: ArrayTree): DataGroup | undefined {
  if (tree.container !== "HDF5") return undefined;
  const folders = new Set(tree.arrays.map(({ path }) => parentPath(path)));
  const groups = [...folders].flatMap((path): DataGroup[] => {
    const about = tree.attributesOf(path);
    if (about["NX_class"] !== "NXdata") return [];
    const signal = signalOf(tree, path, about);
    return signal !== undefined && signal.shape.length >= 3 && signal.shape.length <= 4
      ? [{ path, signal }]
      : [];
  });
  return groups.toSorted((a, b) => sizeOf(b.signal.shape) - sizeOf(a.signal.shape))[0];
}

/** Named by the group, or marked with signal = 1 by an older convention. */
function signalOf(tree: ArrayTree, path: string, about: Attributes): ArrayNode | undefined {
  if (typeof about["signal"] === "string") return arrayAt(tree, `${path}/${about["signal"]}`);
  return tree.arrays.find(
    (node) => node.path.startsWith(`${path}/`) && Number(node.attributes()["signal"]) === 1,
  );
}

async function read(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const group = dataGroup(tree);
  if (group === undefined) throw absent(tree, "diffraction", ["an NXdata group with a signal"]);
  const look = new LookUp(tree, nexusData.detect(tree)!);
  const axes = options.layout ?? (group.signal.shape.length === 4 ? "YXHW" : "MHW");
  const frames = framesOf(group.signal, {
    file: tree.file,
    axes,
    domain: options.domain,
    selection: options.frames,
  });
  return {
    file: tree.file,
    format: nexusData.name,
    frames,
    positions: await nexusPositions(look, group, axes, options),
    geometry: await nexusGeometry(look, group.path),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}
