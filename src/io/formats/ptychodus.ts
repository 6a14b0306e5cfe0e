// Ptychodus products: positions, probe and object of a reconstruction, in HDF5 or NPZ with the same names. Metres and eV;
// positions are of the probe where the object's stated centre is too: they are counted from the object's middle here. https://github.com/AdvancedPhotonSource/ptychodus

import type { ArrayTree } from "../tree.ts";
import { wavelengthOfStatedEv } from "../scan/beam.ts";
import { arrayAt, LookUp } from "../scan/look-up.ts";
import { positionsFrom } from "../scan/positions-of.ts";
import type { MeasuredFormat, RawGeometry, RawOptions, RawPositions, RawScan } from "../scan/raw-scan.ts";
import { shown } from "../scan/units.ts";

const [xPath, yPath] = ["/probe_position_x_m", "/probe_position_y_m"] as const;

export const ptychodus: MeasuredFormat = {
  name: "ptychodus product",
  holds: ["positions", "geometry", "probe", "object"],
  source: "https://github.com/AdvancedPhotonSource/ptychodus",
  detect(tree) {
    const there = [xPath, yPath, "/probe", "/object"].every((path) => arrayAt(tree, path) !== undefined);
    return there ? "probe_position_x_m, probe and object are there: a ptychodus product" : undefined;
  },
  read,
};

async function read(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const look = new LookUp(tree, ptychodus.detect(tree) ?? "read as a ptychodus product");
  const xNode = look.required("x", [xPath]);
  const yNode = look.required("y", [yPath]);
  const objectNode = look.required("object", ["/object"]);
  const probeNode = look.required("probe", ["/probe"]);
  return {
    file: tree.file,
    format: ptychodus.name,
    positions: fromMiddle(
      look,
      await positionsFrom(look, xNode, yNode, options, { unit: "m", order: "xy" }),
      await centre(look, tree),
    ),
    geometry: await geometry(look, tree),
    probe: await look.optional("probe", () => look.probe(probeNode)),
    object: await look.optional("object", () => look.object(objectNode)),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

/** Attribute in HDF5, an array of its own in NPZ. */
async function number(look: LookUp, attribute: unknown, path: string): Promise<number | undefined> {
  return typeof attribute === "number" ? attribute : (await look.scalar([path]))?.value;
}

/** Of the object, where the positions are; 0 when it is not stated. */
async function centre(look: LookUp, tree: ArrayTree): Promise<{ readonly x: number; readonly y: number }> {
  const about = tree.attributesOf("/object");
  const x = await number(look, about["center_x_m"], "/object_center_x_m");
  const y = await number(look, about["center_y_m"], "/object_center_y_m");
  const stated = (value: number | undefined): number =>
    value === undefined || !Number.isFinite(value) ? 0 : value;
  return { x: stated(x), y: stated(y) };
}

/** Positions that are counted in object pixels already stay. */
function fromMiddle(
  look: LookUp,
  positions: RawPositions,
  { x, y }: { readonly x: number; readonly y: number },
): RawPositions {
  if (positions.unit === "px" || (x === 0 && y === 0)) return positions;
  look.told.push(`positions: less the object's centre, (${shown(x)}, ${shown(y)}) m: from its middle`);
  return {
    unit: "m",
    x: positions.x.map((value) => value - x),
    y: positions.y.map((value) => value - y),
  };
}

async function geometry(look: LookUp, tree: ArrayTree): Promise<RawGeometry> {
  const [onFile, onObject] = [tree.attributesOf("/"), tree.attributesOf("/object")];
  const energyEv = await number(look, onFile["probe_energy_eV"], "/probe_energy_eV");
  const distance = await number(look, onFile["detector_object_distance_m"], "/detector_object_distance_m");
  const pixelSizeM = await number(look, onObject["pixel_width_m"], "/object_pixel_width_m");
  const isKnown = (value: number | undefined): value is number => value !== undefined && value > 0;
  return {
    // Ptychodus writes 0 for what it does not know.
    wavelengthM: isKnown(energyEv) ? wavelengthOfStatedEv(look, energyEv) : undefined,
    distanceM: isKnown(distance) ? distance : undefined,
    pixelSizeM: isKnown(pixelSizeM) ? pixelSizeM : undefined,
  };
}
