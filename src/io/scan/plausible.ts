// Geometry that no instrument has: a number in another unit than the one it was taken for. It is not used, so that it is asked for.

import { DoselapError } from "../../errors.ts";
import type { RawGeometry } from "./raw-scan.ts";
import { shown } from "./units.ts";

interface Limits {
  readonly least: number;
  readonly most: number;
  readonly flags: string;
}

const limits = {
  // From electrons of 2 MeV to the far infrared.
  wavelengthM: { least: 0.5e-12, most: 10e-6, flags: "--energy EV (photons) or --wavelength METRES" },
  distanceM: { least: 1e-6, most: 100, flags: "--distance METRES" },
  detectorPixelM: { least: 1e-7, most: 1e-2, flags: "--detector-pixel METRES" },
  // From a hundredth of an ångström to a pixel of a detector without a lens.
  pixelSizeM: { least: 1e-12, most: 1e-3, flags: "--pixel-size METRES" },
} as const satisfies { readonly [key in keyof RawGeometry]: Limits };

const names = {
  wavelengthM: "wavelength",
  distanceM: "distance",
  detectorPixelM: "detector pixel",
  pixelSizeM: "object pixel",
} as const;

type Key = keyof typeof limits;
const keys = Object.keys(limits) as readonly Key[];

/** What of a file's geometry can be, and a warning for the rest. */
export function plausible(
  file: string,
  geometry: RawGeometry,
): { readonly geometry: RawGeometry; readonly warnings: readonly string[] } {
  const doubted = keys.filter((key) => !isPossible(key, geometry));
  const left = Object.fromEntries(
    Object.entries(geometry).filter(([key]) => !(doubted as readonly string[]).includes(key)),
  );
  const warnings = doubted.map((key) => {
    const { least, most, flags } = limits[key];
    const text = valuesOf(key, geometry).map((value) => `${shown(value)} m`);
    return `${file}: the ${names[key]} of ${text.join(" × ")} is not used: expected ${least} to ${most} m, so that its unit is another; state ${flags}`;
  });
  return { geometry: left, warnings };
}

/** @throws Usage for a geometry that a flag states and nothing has. */
export function refuseImpossible(file: string, given: RawGeometry): void {
  const wrong = keys.find((key) => !isPossible(key, given));
  if (wrong === undefined) return;
  const { least, most, flags } = limits[wrong];
  throw new DoselapError("Usage", `the ${names[wrong]} is one that no instrument has`, {
    file,
    key: flags,
    expected: `${least} to ${most} m`,
    got: valuesOf(wrong, given)
      .map((value) => `${shown(value)} m`)
      .join(" × "),
  });
}

function isPossible(key: Key, geometry: RawGeometry): boolean {
  const { least, most } = limits[key];
  return valuesOf(key, geometry).every((value) => value >= least && value <= most);
}

function valuesOf(key: Key, geometry: RawGeometry): readonly number[] {
  const value = geometry[key];
  if (value === undefined) return [];
  return typeof value === "number" ? [value] : [value.x, value.y];
}
