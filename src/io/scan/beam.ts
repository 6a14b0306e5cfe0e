// The wavelength of a beam whose photon energy a file states.

import { DoselapError } from "../../errors.ts";
import { unitOf, type LookUp } from "./look-up.ts";
import { evOf, shown, wavelengthOfEv } from "./units.ts";

/** Metres; the unit of the energy is the array's attribute `units`, else `defaultUnit`. One in no unit is a warning. */
export async function photonWavelength(
  look: LookUp,
  paths: readonly string[],
  defaultUnit: string | undefined,
): Promise<number | undefined> {
  const found = await look.scalar(paths);
  if (found === undefined) return undefined;
  const { value, node } = found;
  const stated = unitOf(node);
  const unit = stated ?? defaultUnit;
  return look.optional("energy", async () => {
    const ev = unit === undefined ? undefined : evOf(value, unit);
    if (unit !== undefined && ev !== undefined)
      return wavelengthOfStated(look, value, stated === undefined ? `${unit} (the format's unit)` : unit, ev);
    throw new DoselapError(
      "Contract",
      unit === undefined ? "states no unit" : "is in a unit that is no energy",
      {
        file: look.tree.file,
        key: node.path,
        expected: "J, eV or keV",
        got: unit === undefined ? String(value) : `"${unit}"`,
        hint: "State it with --energy.",
      },
    );
  });
}

/** Of an energy that the name of its key states in eV. */
export function wavelengthOfStatedEv(look: LookUp, ev: number): number {
  return wavelengthOfStated(look, ev, "eV", ev);
}

function wavelengthOfStated(look: LookUp, value: number, unit: string, ev: number): number {
  const wavelengthM = wavelengthOfEv(ev);
  const same = unit === "eV" ? "" : ` = ${shown(ev)} eV`;
  look.conversions.push(`energy: ${shown(value)} ${unit}${same}, wavelength ${shown(wavelengthM)} m`);
  return wavelengthM;
}
