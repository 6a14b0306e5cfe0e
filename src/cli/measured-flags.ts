// Flags that state what a measured file leaves out, or override it.

import { resolve } from "node:path";
import type { OpenMeasuredOptions } from "../io/formats/open.ts";
import { DoselapError } from "../errors.ts";
import { parsePositive } from "./flags.ts";
import type { ReadOptions } from "../data/read.ts";
import { openOptions, type PrepareSettings } from "../prepare/settings.ts";
import type { NamedPaths } from "./output-file.ts";
import { readFlags, readOptionsOf, type ReadFlags } from "./read-flags.ts";

export interface MeasuredFlags extends Omit<ReadFlags, "positions"> {
  readonly positions?: readonly string[];
  readonly map?: readonly string[];
  readonly frames?: readonly [number, number];
  readonly positionUnit?: "m" | "mm" | "um" | "nm" | "angstrom" | "px";
  readonly scanStep?: number;
  readonly energy?: number;
  readonly wavelength?: number;
  readonly distance?: number;
  readonly detectorPixel?: number;
  readonly pixelSize?: number;
  readonly allowOutsideLinks: boolean;
}

const metres = (brief: string) =>
  ({ kind: "parsed", parse: parsePositive, optional: true, placeholder: "m", brief }) as const;

export const measuredFlags = {
  ...readFlags,
  positions: {
    kind: "parsed",
    parse: String,
    variadic: true,
    optional: true,
    placeholder: "xy|yx|FILE",
    brief: "Column order of the positions, or the table (CSV, TXT) or .npy file that holds them; both: twice",
  },
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
  wavelength: metres("Wavelength, of electrons too, in place of --energy, metres"),
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

/** What the flags state, some of it perhaps undefined; files are named from `cwd`. @throws Usage for a map that is none, two files. */
export function measuredSettingsOf(flags: MeasuredFlags, cwd: string): PrepareSettings {
  const { map, frames, positionUnit, scanStep, energy, wavelength, distance, detectorPixel, pixelSize } =
    flags;
  const { file } = positionsOf(flags);
  return {
    map: map === undefined || map.length === 0 ? undefined : mapOf(map),
    frames: frames && [...frames],
    positions: file === undefined ? undefined : { kind: "file", path: resolve(cwd, file) },
    positionUnit,
    scanStep,
    energy,
    wavelength,
    distance,
    detectorPixel,
    pixelSize,
    allowOutsideLinks: flags.allowOutsideLinks ? true : undefined,
  };
}

/** Files beside the scan that are read, by flag. @throws Usage for two of positions. */
export function measuredFilesOf(flags: MeasuredFlags): NamedPaths {
  return [["--positions", positionsOf(flags).file]];
}

/** The flags that datasets know too. */
export function datasetOptionsOf(flags: MeasuredFlags): ReadOptions {
  const { positions: _stated, ...others } = flags;
  const { order } = positionsOf(flags);
  return readOptionsOf(order === undefined ? others : { ...others, positions: order });
}

const orders = ["xy", "yx"] as const;

function positionsOf({ positions = [] }: MeasuredFlags): {
  readonly order?: "xy" | "yx" | undefined;
  readonly file?: string | undefined;
} {
  const order = orders.find((candidate) => positions.includes(candidate));
  const files = positions.filter((text) => !orders.some((candidate) => candidate === text));
  if (files.length <= 1 && positions.length - files.length <= 1) return { order, file: files[0] };
  throw new DoselapError("Usage", "positions are stated twice", {
    key: "--positions",
    expected: "one order, one file",
    got: positions.join(", "),
  });
}

/** The flags as the readers' options; files are named from `cwd`. @throws Usage for a map that is none, two files. */
export function measuredOptionsOf(flags: MeasuredFlags, cwd: string): OpenMeasuredOptions {
  return openOptions(measuredSettingsOf(flags, cwd), datasetOptionsOf(flags));
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
