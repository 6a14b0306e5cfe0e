// CXI 1.6 (Maia, Nature Methods 9, 854 (2012), doi:10.1038/nmeth.2110; cxidb.org/cxi.html) and NXcxi_ptycho, which keeps its
// paths and units: SI throughout, energy in joules, positions of the sample in metres, mask bits of which any but 0 is bad.

import { DoselapError } from "../../errors.ts";
import { shapeText } from "../../array/ndarray.ts";
import type { ArrayTree } from "../tree.ts";
import { realNumbers } from "../../array/cast.ts";
import { framesOf } from "../scan/frames-of.ts";
import { LookUp, unitOf } from "../scan/look-up.ts";
import { positionsIn } from "../scan/positions-of.ts";
import type { MeasuredFormat, RawGeometry, RawOptions, RawPositions, RawScan } from "../scan/raw-scan.ts";
import { evOf, shown, wavelengthOfEv } from "../scan/units.ts";

const detector = "/entry_1/instrument_1/detector_1";
const sourceGroup = "/entry_1/instrument_1/source_1";
const paths = {
  diffraction: [`${detector}/data`, "/entry_1/data_1/data"],
  positions: [
    "/entry_1/sample_1/geometry_1/translation",
    "/entry_1/data_1/translation",
    `${detector}/translation`,
  ],
  mask: [`${detector}/mask`, `${detector}/mask_shared`],
  probe: ["/entry_1/image_1/data", `${sourceGroup}/illumination`, `${sourceGroup}/data_illumination`],
  object: ["/entry_1/image_2/data"],
} as const;

export const cxi: MeasuredFormat = {
  name: "CXI",
  holds: ["frames", "positions", "geometry", "mask", "probe", "object"],
  source: "https://www.cxidb.org/cxi.html",
  detect(tree) {
    if (tree.container !== "HDF5") return undefined;
    const definition = tree.find("/entry_1/definition");
    const isCxi = tree.find("/cxi_version") !== undefined;
    const frames = paths.diffraction.find((path) => tree.find(path) !== undefined);
    if (isCxi) return "/cxi_version is there: CXI";
    if (frames === undefined) return undefined;
    return definition === undefined
      ? `${frames} is there: the paths of CXI`
      : `${frames} and /entry_1/definition are there: NXcxi_ptycho`;
  },
  read,
};

async function read(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const look = new LookUp(tree, cxi.detect(tree) ?? "read as CXI");
  const version = await look.scalar(["/cxi_version"]);
  if (version !== undefined) look.told.push(`version ${(version.value / 100).toFixed(1)}`);
  const probeNode = look.first("probe", paths.probe);
  const objectNode = look.first("object", paths.object);
  const frameNode =
    objectNode === undefined
      ? look.required("diffraction", paths.diffraction)
      : look.first("diffraction", paths.diffraction);
  const positionNode = look.first("positions", paths.positions);
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
  return {
    file: tree.file,
    format: cxi.name,
    frames,
    positions: positionNode === undefined ? undefined : await translation(look, positionNode, options),
    geometry: await geometry(look),
    mask: frames === undefined ? undefined : await mask(look, [frames.height, frames.width]),
    probe: probeNode === undefined ? undefined : await look.probe(probeNode),
    object: objectNode === undefined ? undefined : await look.object(objectNode),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

function translation(
  look: LookUp,
  node: NonNullable<ReturnType<LookUp["first"]>>,
  options: RawOptions,
): Promise<RawPositions> {
  return positionsIn(look, node, options, { unit: "m", order: "xy" });
}

async function geometry(look: LookUp): Promise<RawGeometry> {
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
  const energy = await look.scalar([`${sourceGroup}/energy`, "/entry_1/instrument_1/beam_1/energy"]);
  const stated = await look.metres("wavelength", [`${sourceGroup}/wavelength`], "m");
  if (energy === undefined) return stated;
  const unit = unitOf(energy.node) ?? "J";
  const ev = evOf(energy.value, unit);
  if (ev === undefined) {
    throw new DoselapError("Contract", "is in a unit that is no energy", {
      file: look.tree.file,
      key: energy.node.path,
      expected: "J, eV or keV",
      got: `"${unit}"`,
      hint: "State it with --energy.",
    });
  }
  const wavelengthM = wavelengthOfEv(ev);
  look.conversions.push(
    `energy: ${shown(energy.value)} ${unit} = ${shown(ev)} eV, wavelength ${shown(wavelengthM)} m`,
  );
  if (stated !== undefined && Math.abs(stated / wavelengthM - 1) > 1e-3) {
    look.warnings.push(
      `${look.tree.file}: energy means a wavelength of ${shown(wavelengthM)} m, the file states ${shown(stated)} m; the energy is used`,
    );
  }
  return wavelengthM;
}

async function mask(
  look: LookUp,
  [height, width]: readonly [number, number],
): Promise<Uint8Array | undefined> {
  const node = look.first("mask", paths.mask);
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
