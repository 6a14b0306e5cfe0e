// Units of measured files, made the project's: metres. Constants: CODATA 2018 (exact in the SI).

import { DoselapError } from "../../errors.ts";

/** h c, J m. */
const planckTimesLight = 6.626_070_15e-34 * 299_792_458;
/** e, C: one electronvolt in joules. */
const electronvoltJ = 1.602_176_634e-19;

/** Of a photon. */
export function wavelengthOfEv(energyEv: number): number {
  return planckTimesLight / (energyEv * electronvoltJ);
}

function evOfJoules(energyJ: number): number {
  return energyJ / electronvoltJ;
}

export function evOfWavelength(wavelengthM: number): number {
  return evOfJoules(joulesOfWavelength(wavelengthM));
}

/** Of a photon. */
export function joulesOfWavelength(wavelengthM: number): number {
  return planckTimesLight / wavelengthM;
}

const metresPer: { readonly [unit: string]: number } = {
  m: 1,
  meter: 1,
  metre: 1,
  meters: 1,
  metres: 1,
  cm: 1e-2,
  mm: 1e-3,
  um: 1e-6,
  µm: 1e-6,
  μm: 1e-6,
  micron: 1e-6,
  microns: 1e-6,
  nm: 1e-9,
  angstrom: 1e-10,
  angstroms: 1e-10,
  a: 1e-10,
  å: 1e-10,
  pm: 1e-12,
};

/** Whether a unit is that of a picture, not of a length. */
export function isPixels(unit: string): boolean {
  return /^(px|pixels?)$/iu.test(unit.trim());
}

/** Metres per unit; undefined for a name that is no length. */
export function metresPerUnit(unit: string): number | undefined {
  return metresPer[unit.trim().toLowerCase()];
}

/** Metres per unit; `where` it is stated. @throws Contract for a unit that is no length. */
export function lengthFactor(unit: string, where: { readonly file: string; readonly key: string }): number {
  const factor = metresPerUnit(unit);
  if (factor !== undefined) return factor;
  throw new DoselapError("Contract", "is in a unit that is no length", {
    ...where,
    expected: "m, mm, um, nm or angstrom",
    got: `"${unit}"`,
    hint: "State the unit with --position-unit.",
  });
}

const joulesPer: { readonly [unit: string]: number } = {
  j: 1,
  joule: 1,
  joules: 1,
  ev: electronvoltJ,
  kev: 1e3 * electronvoltJ,
  mev: 1e6 * electronvoltJ,
};

/** Electronvolts of an energy; undefined for a unit that is no energy. "MeV" and "meV" differ by case alone and neither is a
 * photon's in ptychography, so neither is told from the other: MeV. */
export function evOf(value: number, unit: string): number | undefined {
  const factor = joulesPer[unit.trim().toLowerCase()];
  return factor === undefined ? undefined : evOfJoules(value * factor);
}

/** "2.028e-15 J = 12658 eV": for the list of conversions. */
export function shown(value: number, digits = 5): string {
  return String(Number(value.toPrecision(digits)));
}
