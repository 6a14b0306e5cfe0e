// Flags that state what a measured file leaves out, or override it.

import type { OpenMeasuredOptions } from "../data/measured/open.ts";
import { DoselapError } from "../errors.ts";
import { parsePositive } from "./flags.ts";
import { openOptions, type PrepareSettings } from "../prepare/settings.ts";
import { readFlags, readOptionsOf, type ReadFlags } from "./read-flags.ts";

export interface MeasuredFlags extends ReadFlags {
  readonly map?: readonly string[];
  readonly frames?: readonly [number, number];
  readonly positionUnit?: "m" | "mm" | "um" | "nm" | "angstrom" | "px";
  readonly scanStep?: number;
  readonly energy?: number;
  readonly distance?: number;
  readonly detectorPixel?: number;
  readonly pixelSize?: number;
  readonly allowOutsideLinks: boolean;
}

const metres = (brief: string) =>
  ({ kind: "parsed", parse: parsePositive, optional: true, placeholder: "m", brief }) as const;

export const measuredFlags = {
  ...readFlags,
  map: {
    kind: "parsed",
    parse: String,
    variadic: ",",
    optional: true,
    placeholder: "ROLE=/PATH",
    brief: "Name the arrays of a file of no known layout: diffraction=/a/b,x=/a/x,y=/a/y",
  },
  frames: {
    kind: "parsed",
    parse: parseRange,
    optional: true,
    placeholder: "FIRST:END",
    brief: "Only these frames and their positions; END is not read",
  },
  positionUnit: {
    kind: "enum",
    values: ["m", "mm", "um", "nm", "angstrom", "px"],
    optional: true,
    brief: "Unit of the positions, when the file does not say",
  },
  scanStep: metres("Step of a raster whose positions are not in the file, metres"),
  energy: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "eV",
    brief: "Photon energy, electronvolts",
  },
  distance: metres("Sample to detector, metres"),
  detectorPixel: metres("Pixel of the detector, metres"),
  pixelSize: metres("Pixel of the object, metres"),
  allowOutsideLinks: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Follow links of the file to other folders",
  },
} as const;

/** What the flags state, some of it perhaps undefined. @throws Usage for a map that is none. */
export function measuredSettingsOf(flags: MeasuredFlags): PrepareSettings {
  const { map, frames, positionUnit, scanStep, energy, distance, detectorPixel, pixelSize } = flags;
  return {
    map: map === undefined || map.length === 0 ? undefined : mapOf(map),
    frames: frames && [...frames],
    positionUnit,
    scanStep,
    energy,
    distance,
    detectorPixel,
    pixelSize,
    allowOutsideLinks: flags.allowOutsideLinks ? true : undefined,
  };
}

/** The flags as the readers' options. @throws Usage for a map that is none. */
export function measuredOptionsOf(flags: MeasuredFlags): OpenMeasuredOptions {
  return openOptions(measuredSettingsOf(flags), readOptionsOf(flags));
}

function mapOf(entries: readonly string[]): { readonly [role: string]: string } {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf("=");
      if (at > 0 && at < entry.length - 1) return [entry.slice(0, at), entry.slice(at + 1)];
      throw new DoselapError("Usage", "a map names a role and a path", {
        key: "--map",
        expected: "diffraction=/path,x=/path,y=/path",
        got: `"${entry}"`,
      });
    }),
  );
}

function parseRange(text: string): readonly [number, number] {
  const match = /^(\d+):(\d+)$/u.exec(text);
  const [first, end] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || !(end > first))
    throw new SyntaxError(`expected FIRST:END, such as 0:1000, got "${text}"`);
  return [first, end];
}
