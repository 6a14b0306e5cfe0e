// PtyPy's prepared data (.ptyd) and reconstructions (.ptyr): HDF5 by its own layout. SI units but for the energy, in keV;
// positions are (row, column) in metres; weights are 1 where a pixel is good.
// https://ptycho.github.io/ptypy/rst/ptyd.html

import { DoselapError } from "../../errors.ts";
import type { ArrayNode, ArrayTree } from "../tree.ts";
import { realNumbers } from "../../array/cast.ts";
import { concatenated, framesOf } from "../scan/frames-of.ts";
import { LookUp } from "../scan/look-up.ts";
import { positionsIn } from "../scan/positions-of.ts";
import type { MeasuredFormat, RawFrames, RawGeometry, RawOptions, RawScan } from "../scan/raw-scan.ts";
import { shown, wavelengthOfEv } from "../scan/units.ts";

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
    tree.arrays.some(({ path }) => chunkPath.test(path)) ? readData(tree, options) : readReconstruction(tree),
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
    mask: await mask(look, frames),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

function positionNodes(tree: ArrayTree, numbers: readonly number[]): ArrayNode | undefined {
  const nodes = numbers.map((number) => tree.find(`/chunks/${number}/positions`));
  const there = nodes.filter((node) => node !== undefined);
  if (there.length === nodes.length) return concatenated(there, tree.file);
  return tree.find("/common/positions_scan") ?? tree.find("/info/positions_scan");
}

async function geometry(look: LookUp): Promise<RawGeometry> {
  const energy = await look.scalar(["/meta/energy", "/info/energy"]);
  const distanceM = await look.metres("distance", ["/meta/distance", "/info/distance"], "m");
  const psize = look.first("detector pixel", ["/meta/psize", "/info/psize"]);
  const sizes = psize === undefined ? undefined : await look.vector(psize);
  if (energy !== undefined)
    look.conversions.push(
      `energy: ${shown(energy.value)} keV, wavelength ${shown(wavelengthOfEv(1e3 * energy.value))} m`,
    );
  const [y, x = y] = sizes ?? [];
  return {
    wavelengthM: energy === undefined ? undefined : wavelengthOfEv(1e3 * energy.value),
    distanceM,
    detectorPixelM: x === undefined || y === undefined ? undefined : { x, y },
  };
}

async function mask(look: LookUp, { height, width }: RawFrames): Promise<Uint8Array | undefined> {
  const node = look.first("mask", ["/meta/weight2d", "/common/weight2d"]);
  if (node === undefined) return undefined;
  const weights = realNumbers(await node.read());
  // PtyPy leaves an empty or one-element array when every pixel is good.
  if (weights === undefined || weights.length <= 1) return undefined;
  if (weights.length !== height * width) {
    throw new DoselapError("Contract", "the weights do not fit the frames", {
      file: look.tree.file,
      key: node.path,
      expected: `${height} × ${width}`,
      got: `${weights.length} weights`,
    });
  }
  return Uint8Array.from(weights, (weight) => (weight > 0 ? 0 : 1));
}

async function readReconstruction(tree: ArrayTree): Promise<RawScan> {
  const look = new LookUp(tree, ptypy.detect(tree)!);
  const storage = (kind: string): ArrayNode | undefined =>
    tree.arrays.find(({ path }) => storagePath.exec(path)?.[1] === kind);
  const objectNode = storage("obj");
  const probeNode = storage("probe");
  const psize = objectNode === undefined ? undefined : tree.find(objectNode.path.replace(/data$/u, "_psize"));
  const pixel = psize === undefined ? undefined : (await look.vector(psize))[0];
  const several = tree.arrays.filter(({ path }) => storagePath.exec(path)?.[1] === "obj").length;
  if (several > 1) look.warnings.push(`${tree.file}: holds ${several} objects; ${objectNode!.path} is read`);
  if (objectNode !== undefined) look.told.push(`object: ${objectNode.path}`);
  if (probeNode !== undefined) look.told.push(`probe: ${probeNode.path}`);
  return {
    file: tree.file,
    format: ptypy.name,
    geometry: { pixelSizeM: pixel },
    probe: probeNode === undefined ? undefined : await look.probe(probeNode),
    object: objectNode === undefined ? undefined : await look.object(objectNode),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}
