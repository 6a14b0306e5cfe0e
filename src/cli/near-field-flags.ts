// Flags that state a near field: how far the detector stands behind the sample, and how waves travel there.

import { DoselapError } from "../errors.ts";
import { propagators, type NearFieldGeometry, type Propagator } from "../optics/near-field.ts";
import { parsePositive } from "./flags.ts";

export interface NearFieldFlags {
  readonly nearField?: number;
  readonly wavelength?: number;
  readonly pixelSize?: number;
  readonly propagator?: Propagator;
}

export const nearFieldFlags = {
  nearField: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "METRES",
    brief: "Near field: distance from the sample to the detector; needs --wavelength and --pixel-size",
  },
  wavelength: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "METRES",
    brief: "Wavelength, for --near-field",
  },
  pixelSize: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "METRES",
    brief: "Pixel size of the frames in the sample plane, for --near-field",
  },
  propagator: {
    kind: "enum",
    values: propagators,
    optional: true,
    brief: "How waves travel in the near field (default: angular-spectrum)",
  },
} as const;

/** The geometry; undefined for a far field. @throws Usage for flags that miss each other. */
export function nearFieldOf(flags: NearFieldFlags): NearFieldGeometry | undefined {
  const { nearField, wavelength, pixelSize, propagator } = flags;
  if (nearField !== undefined && wavelength !== undefined && pixelSize !== undefined) {
    return {
      wavelengthM: wavelength,
      pixelSizeM: pixelSize,
      distanceM: nearField,
      ...(propagator === undefined ? {} : { propagator }),
    };
  }
  const given = Object.entries({
    "--near-field": nearField,
    "--wavelength": wavelength,
    "--pixel-size": pixelSize,
    "--propagator": propagator,
  }).flatMap(([flag, value]) => (value === undefined ? [] : [flag]));
  if (given.length === 0) return undefined;
  throw new DoselapError("Usage", "a near field needs its whole geometry", {
    expected: "--near-field, --wavelength and --pixel-size together",
    got: given.join(" and "),
  });
}
