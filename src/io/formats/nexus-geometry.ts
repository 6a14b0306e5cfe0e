// Geometry in a NeXus file: the monochromator or beam, and the detector, of the entry whose data are read. The energy of a source
// is not looked at: on a ring it is that of the electrons. NeXus demands units, so that a number without is not used.
// https://manual.nexusformat.org/classes/base_classes/NXdetector.html

import { parentPath } from "../tree.ts";
import { photonWavelength } from "../scan/beam.ts";
import type { LookUp } from "../scan/look-up.ts";
import type { RawGeometry } from "../scan/raw-scan.ts";

export async function nexusGeometry(look: LookUp, within: string): Promise<RawGeometry> {
  const entry = within.split("/")[1] ?? "";
  const folders = new Set(
    look.tree.arrays.filter(({ path }) => path.startsWith(`/${entry}/`)).map(({ path }) => parentPath(path)),
  );
  const groups = (name: string): string[] =>
    [...folders].filter((path) => look.tree.attributesOf(path)["NX_class"] === name);
  const beams = [...groups("NXmonochromator"), ...groups("NXbeam")];
  const under = (paths: readonly string[], ...names: readonly string[]): string[] =>
    paths.flatMap((path) => names.map((name) => `${path}/${name}`));
  const energies = under(beams, "energy", "incident_energy");
  const wavelengths = under(beams, "wavelength", "incident_wavelength");
  const detectors = groups("NXdetector").filter((path) =>
    look.tree.arrays.some(({ path: of }) => of === `${path}/distance` || of === `${path}/x_pixel_size`),
  );
  const [detector, ...others] = detectors;
  if (others.length > 0)
    look.warnings.push(
      `${look.tree.file}: of ${detectors.length} detectors, the geometry of ${detector} is read`,
    );
  const wavelengthM =
    (await photonWavelength(look, energies, undefined)) ??
    (await look.metres("wavelength", wavelengths, undefined));
  if (detector === undefined) return { wavelengthM };
  const distanceM = await look.metres("distance", [`${detector}/distance`], undefined);
  const x = await look.metres("detector pixel x", [`${detector}/x_pixel_size`], undefined);
  const y = await look.metres("detector pixel y", [`${detector}/y_pixel_size`], undefined);
  return {
    wavelengthM,
    distanceM: distanceM === undefined ? undefined : Math.abs(distanceM),
    detectorPixelM: x === undefined || y === undefined ? undefined : { x, y },
  };
}
