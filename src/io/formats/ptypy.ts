// PtyPy's prepared data (.ptyd) and reconstructions (.ptyr): HDF5 by its own layout. SI units but for the energy, in keV;
// positions are (row, column) in metres; weights are 1 where a pixel is good.
// https://ptycho.github.io/ptypy/rst/ptyd.html

import type { ArrayNode, ArrayTree } from "../tree.ts";
import { photonWavelength } from "../scan/beam.ts";
import { concatenated, framesOf } from "../scan/frames-of.ts";
import { arrayAt, firstAt, LookUp } from "../scan/look-up.ts";
import { positionsIn } from "../scan/positions-of.ts";
import type { MeasuredFormat, RawGeometry, RawOptions, RawPositions, RawScan } from "../scan/raw-scan.ts";
import { shown } from "../scan/units.ts";
import { ptypyMask } from "./ptypy-mask.ts";

const chunkPath = /^\/chunks\/(\d+)\/data$/u;
const storagePath = /^\/content\/(obj|probe)\/[^/]+\/data$/u;

export const ptypy: MeasuredFormat = {
  name: "PtyPy",
  holds: ["frames", "positions", "geometry", "mask", "probe", "object"],
  source: "https://ptycho.github.io/ptypy/rst/ptyd.html",
  detect({ container, arrays }) {
    if (container !== "HDF5") return undefined;
    if (arrays.some(({ path }) => chunkPath.test(path))) return "/chunks/…/data is there: PtyPy data (.ptyd)";
    if (arrays.some(({ path }) => storagePath.test(path)))
      return "/content/obj/…/data is there: a PtyPy reconstruction (.ptyr)";
    return undefined;
  },
  read: async (tree, options) =>
    tree.arrays.some(({ path }) => chunkPath.test(path))
      ? readData(tree, options)
      : readReconstruction(tree, options),
};

async function readData(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const look = new LookUp(tree, ptypy.detect(tree)!);
  const chunks = tree.arrays
    .flatMap((node) => {
      const number = chunkPath.exec(node.path)?.[1];
      return number === undefined ? [] : [{ number: Number(number), node }];
    })
    .toSorted((a, b) => a.number - b.number);
  const stack = concatenated(
    chunks.map(({ node }) => node),
    tree.file,
  );
  look.told.push(`diffraction: ${chunks.length} chunks, ${stack.shape[0]} frames`);
  const frames = framesOf(stack, {
    file: tree.file,
    axes: "MHW",
    domain: options.domain ?? "counts",
    selection: options.frames,
  });
  const positions = positionNodes(
    tree,
    chunks.map(({ number }) => number),
  );
  return {
    file: tree.file,
    format: ptypy.name,
    frames,
    positions:
      positions === undefined
        ? undefined
        : await positionsIn(look, positions, options, { unit: "m", order: "yx" }),
    geometry: await geometry(look),
    nearField: await nearField(look),
    mask: await ptypyMask(
      look,
      frames,
      chunks.map(({ number }) => number),
    ),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

function positionNodes(tree: ArrayTree, numbers: readonly number[]): ArrayNode | undefined {
  const nodes = numbers.map((number) => arrayAt(tree, `/chunks/${number}/positions`));
  const there = nodes.filter((node) => node !== undefined);
  if (there.length === nodes.length) return concatenated(there, tree.file);
  return firstAt(tree, ["/common/positions_scan", "/info/positions_scan"]);
}

async function geometry(look: LookUp): Promise<RawGeometry> {
  const wavelengthM = await photonWavelength(look, ["/meta/energy", "/info/energy"], "keV");
  const distanceM = await look.metres("distance", ["/meta/distance", "/info/distance"], "m");
  const psize = look.first("detector pixel", ["/meta/psize", "/info/psize"]);
  const sizes = psize && (await look.optional("detector pixel", () => look.vector(psize)));
  const [y, x = y] = sizes ?? [];
  return {
    wavelengthM,
    distanceM,
    detectorPixelM: x === undefined || y === undefined ? undefined : { x, y },
  };
}

/** PtyPy propagates "farfield" unless the file says "nearfield". */
async function nearField(look: LookUp): Promise<boolean | undefined> {
  const node = firstAt(look.tree, ["/meta/propagation", "/info/propagation"]);
  const stated = node && (await look.optional("propagation", () => node.read()));
  if (stated?.dtype !== "string" || !/^near/iu.test(stated.data[0] ?? "")) return undefined;
  look.warnings.push(
    `${look.tree.file}: ${node!.path} says ${stated.data[0]}: the frames are images near the sample, not diffraction patterns; for a diverging beam state --focus-to-sample`,
  );
  return true;
}

async function readReconstruction(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const look = new LookUp(tree, ptypy.detect(tree)!);
  const storage = (kind: string): ArrayNode | undefined =>
    tree.arrays.find(({ path }) => storagePath.exec(path)?.[1] === kind);
  const objectNode = storage("obj");
  const probeNode = storage("probe");
  const beside = (name: string): string[] =>
    [objectNode, probeNode].flatMap((node) =>
      node === undefined ? [] : [node.path.replace(/data$/u, name)],
    );
  const psize = firstAt(tree, beside("_psize"));
  const sizes = psize && (await look.optional("object pixel", () => look.vector(psize)));
  const several = tree.arrays.filter(({ path }) => storagePath.exec(path)?.[1] === "obj").length;
  if (several > 1) look.warnings.push(`${tree.file}: holds ${several} objects; ${objectNode!.path} is read`);
  if (objectNode !== undefined) look.told.push(`object: ${objectNode.path}`);
  if (probeNode !== undefined) look.told.push(`probe: ${probeNode.path}`);
  return {
    file: tree.file,
    format: ptypy.name,
    positions: await look.optional("positions", () => placesOf(look, objectNode, sizes, options)),
    geometry: {
      wavelengthM: await photonWavelength(look, beside("_energy"), "keV"),
      pixelSizeM: sizes?.[0],
    },
    probe: probeNode && (await look.optional("probe", () => look.probe(probeNode))),
    object: objectNode && (await look.optional("object", () => look.object(objectNode))),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

/** The positions of the object that is read, from the object's middle: PtyPy counts them from the pixel `_center`. */
async function placesOf(
  look: LookUp,
  object: ArrayNode | undefined,
  psize: Float64Array | undefined,
  options: RawOptions,
): Promise<RawPositions | undefined> {
  const lists = look.tree.arrays.filter(({ path }) => /^\/content\/positions\/[^/]+$/u.test(path));
  const id = object?.path.split("/").at(-2);
  const node = lists.find(({ path }) => path.endsWith(`/${id}`)) ?? lists[0];
  if (node === undefined) return undefined;
  if (lists.length > 1)
    look.warnings.push(`${look.tree.file}: of ${lists.length} lists of positions, ${node.path} is read`);
  look.told.push(`positions: ${node.path}`);
  const positions = await positionsIn(look, node, options, { unit: "m", order: "yx" });
  const centre = object && arrayAt(look.tree, object.path.replace(/data$/u, "_center"));
  const [height, width] = object?.shape.slice(-2) ?? [];
  if (centre === undefined || psize === undefined || height === undefined || width === undefined)
    return positions;
  const [row = height / 2, column = width / 2] = await look.vector(centre);
  const [tall, wide = tall] = psize;
  const [right, down] = [(column - width / 2) * wide!, (row - height / 2) * tall!];
  if (positions.unit === "px" || (right === 0 && down === 0)) return positions;
  look.told.push(
    `positions: from the object's middle, which is (${shown(right)}, ${shown(down)}) m from PtyPy's zero`,
  );
  return { unit: "m", x: positions.x.map((x) => x + right), y: positions.y.map((y) => y + down) };
}
