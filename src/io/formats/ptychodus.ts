// Ptychodus products: positions, probe and object of a reconstruction, in HDF5 or NPZ with the same names. Metres and eV;
// positions are of the probe on the object, whose centre is stated. https://github.com/AdvancedPhotonSource/ptychodus

import type { ArrayTree } from "../tree.ts";
import { LookUp } from "../scan/look-up.ts";
import { positionsFrom } from "../scan/positions-of.ts";
import type { MeasuredFormat, RawGeometry, RawOptions, RawScan } from "../scan/raw-scan.ts";
import { shown, wavelengthOfEv } from "../scan/units.ts";

const [xPath, yPath] = ["/probe_position_x_m", "/probe_position_y_m"] as const;

export const ptychodus: MeasuredFormat = {
  name: "ptychodus product",
  holds: ["positions", "geometry", "probe", "object"],
  source: "https://github.com/AdvancedPhotonSource/ptychodus",
  detect(tree) {
    const there = [xPath, yPath, "/probe", "/object"].every((path) => tree.find(path) !== undefined);
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
    positions: await positionsFrom(look, xNode, yNode, options, { unit: "m", order: "xy" }),
    geometry: await geometry(look, tree),
    probe: await look.probe(probeNode),
    object: await look.object(objectNode),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

/** Attributes in HDF5, arrays of their own in NPZ. */
async function geometry(look: LookUp, tree: ArrayTree): Promise<RawGeometry> {
  const [onFile, onObject] = [tree.attributesOf("/"), tree.attributesOf("/object")];
  const number = async (attribute: unknown, path: string): Promise<number | undefined> =>
    typeof attribute === "number" ? attribute : (await look.scalar([path]))?.value;
  const energyEv = await number(onFile["probe_energy_eV"], "/probe_energy_eV");
  const distance = await number(onFile["detector_object_distance_m"], "/detector_object_distance_m");
  const pixelSizeM = await number(onObject["pixel_width_m"], "/object_pixel_width_m");
  const isKnown = (value: number | undefined): value is number => value !== undefined && value > 0;
  if (isKnown(energyEv))
    look.conversions.push(`energy: ${shown(energyEv)} eV, wavelength ${shown(wavelengthOfEv(energyEv))} m`);
  return {
    // Ptychodus writes 0 for what it does not know.
    wavelengthM: isKnown(energyEv) ? wavelengthOfEv(energyEv) : undefined,
    distanceM: isKnown(distance) ? distance : undefined,
    pixelSizeM: isKnown(pixelSizeM) ? pixelSizeM : undefined,
  };
}
