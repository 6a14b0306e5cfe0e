// CXI 1.6 (Maia, Nature Methods 9, 854 (2012), doi:10.1038/nmeth.2110; cxidb.org/cxi.html) and NXcxi_ptycho, which keeps its
// paths and units: SI throughout, energy in joules, positions of the sample in metres, mask bits of which any but 0 is bad.

import { DoselapError } from "../../errors.ts";
import { shapeText } from "../../array/ndarray.ts";
import type { ArrayTree } from "../tree.ts";
import { realNumbers } from "../../array/cast.ts";
import { photonWavelength } from "../scan/beam.ts";
import { framesOf } from "../scan/frames-of.ts";
import { arrayAt, firstAt, LookUp } from "../scan/look-up.ts";
import { positionsIn } from "../scan/positions-of.ts";
import type { MeasuredFormat, RawGeometry, RawOptions, RawScan } from "../scan/raw-scan.ts";
import { shown } from "../scan/units.ts";
import { cxiImages, imagePath } from "./cxi-images.ts";

const instrument = "/entry_1/instrument_1";
const sourceGroup = `${instrument}/source_1`;
const dataPath = "/entry_1/data_1/data";
/** More detectors than an instrument has. */
const detectors = Array.from({ length: 9 }, (_, i) => `${instrument}/detector_${i + 1}`);
const framePaths = [...detectors.map((group) => `${group}/data`), dataPath];

export const cxi: MeasuredFormat = {
  name: "CXI",
  holds: ["frames", "positions", "geometry", "mask", "probe", "object"],
  source: "https://www.cxidb.org/cxi.html",
  detect(tree) {
    if (tree.container !== "HDF5") return undefined;
    if (arrayAt(tree, "/cxi_version") !== undefined) return "/cxi_version is there: CXI";
    const frames = firstAt(tree, framePaths);
    if (frames === undefined) return undefined;
    return arrayAt(tree, "/entry_1/definition") === undefined
      ? `${frames.path} is there: the paths of CXI`
      : `${frames.path} and /entry_1/definition are there: NXcxi_ptycho`;
  },
  read,
};

async function read(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const look = new LookUp(tree, cxi.detect(tree) ?? "read as CXI");
  const version = await look.scalar(["/cxi_version"]);
  if (version !== undefined) look.told.push(`version ${(version.value / 100).toFixed(1)}`);
  const detector = detectorOf(look);
  const paths = [`${detector}/data`, dataPath];
  const hasImages = tree.arrays.some(({ path }) => imagePath.test(path));
  const frameNode = hasImages ? look.first("diffraction", paths) : look.required("diffraction", paths);
  const positionNode = look.first("positions", [
    "/entry_1/sample_1/geometry_1/translation",
    "/entry_1/data_1/translation",
    `${detector}/translation`,
  ]);
  const axes = options.layout === "HWM" ? "HWM" : frameNode?.shape.length === 4 ? "YXHW" : "MHW";
  const frames =
    frameNode === undefined
      ? undefined
      : framesOf(frameNode, {
          file: tree.file,
          axes,
          domain: options.domain ?? "counts",
          selection: options.frames,
        });
  const { probe, object } = cxiImages(look, frames);
  return {
    file: tree.file,
    format: cxi.name,
    frames,
    positions:
      positionNode === undefined
        ? undefined
        : await positionsIn(look, positionNode, options, { unit: "m", order: "xy" }),
    geometry: await geometry(look, detector),
    mask:
      frames === undefined
        ? undefined
        : await look.optional("mask", () => mask(look, detector, [frames.height, frames.width])),
    probe: probe && (await look.optional("probe", () => look.probe(probe))),
    object: object && (await look.optional("object", () => look.object(object))),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

/** The detector whose frames are read: of several, the one that data_1 shows. */
function detectorOf(look: LookUp): string {
  const shownAs = arrayAt(look.tree, dataPath)?.shape.join();
  const there = detectors.flatMap((group) => {
    const shape = arrayAt(look.tree, `${group}/data`)?.shape.join();
    return shape === undefined ? [] : [{ group, isShown: shape === shownAs }];
  });
  const chosen = (there.find(({ isShown }) => isShown) ?? there[0])?.group ?? detectors[0]!;
  if (there.length > 1)
    look.warnings.push(
      `${look.tree.file}: has the frames of ${there.length} detectors; those of ${chosen} are read`,
    );
  return chosen;
}

async function geometry(look: LookUp, detector: string): Promise<RawGeometry> {
  const distanceM = await look.metres("distance", [`${detector}/distance`], "m");
  const x = await look.metres("detector pixel x", [`${detector}/x_pixel_size`], "m");
  const y = await look.metres("detector pixel y", [`${detector}/y_pixel_size`], "m");
  return {
    distanceM: distanceM === undefined ? undefined : Math.abs(distanceM),
    detectorPixelM: x === undefined || y === undefined ? undefined : { x, y },
    wavelengthM: await wavelength(look),
  };
}

async function wavelength(look: LookUp): Promise<number | undefined> {
  const paths = [`${sourceGroup}/energy`, `${instrument}/beam_1/energy`];
  const ofEnergy = await photonWavelength(look, paths, "J");
  const stated = await look.metres("wavelength", [`${sourceGroup}/wavelength`], "m");
  if (ofEnergy === undefined) return stated;
  if (stated !== undefined && Math.abs(stated / ofEnergy - 1) > 1e-3) {
    look.warnings.push(
      `${look.tree.file}: energy means a wavelength of ${shown(ofEnergy)} m, the file states ${shown(stated)} m; the energy is used`,
    );
  }
  return ofEnergy;
}

async function mask(
  look: LookUp,
  detector: string,
  [height, width]: readonly [number, number],
): Promise<Uint8Array | undefined> {
  const node = look.first("mask", [`${detector}/mask`, `${detector}/mask_shared`]);
  if (node === undefined) return undefined;
  const [rows, columns] = node.shape.slice(-2);
  if (rows !== height || columns !== width) {
    throw new DoselapError("Contract", "the mask does not fit the frames", {
      file: look.tree.file,
      key: node.path,
      expected: shapeText([height, width]),
      got: shapeText(node.shape),
    });
  }
  // A mask for every frame: a pixel that is bad in any is left out.
  const perFrame = node.shape.length === 3;
  const out = new Uint8Array(height * width);
  const count = perFrame ? node.shape[0]! : 1;
  const block = Math.max(1, Math.floor(2 ** 22 / out.length));
  for (let first = 0; first < count; first += block) {
    const array = perFrame ? await node.readRows(first, Math.min(block, count - first)) : await node.read();
    const values = array.dtype === "bool" ? array.data : realNumbers(array);
    if (values === undefined) {
      throw new DoselapError("Contract", "holds something else", {
        file: look.tree.file,
        key: node.path,
        expected: "whole numbers, 0 = good",
        got: node.typeName,
      });
    }
    values.forEach((value, i) => {
      if (value !== 0) out[i % out.length] = 1;
    });
  }
  const bad = out.reduce((sum, value) => sum + value, 0);
  look.told.push(`mask: ${bad} of ${out.length} pixels are bad`);
  return out;
}
