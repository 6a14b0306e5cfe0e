// Flags that say how a measured scan is prepared: of `prepare` itself, and of the commands that plan or run a measured study.

import { resolve } from "node:path";
import { planeNames, type PrepareSettings } from "../prepare/settings.ts";
import { parseCount, parseNumber, parsePath, parsePositive } from "./flags.ts";
import { measuredFilesOf, measuredFlags, measuredSettingsOf, type MeasuredFlags } from "./measured-flags.ts";
import type { NamedPaths } from "./output-file.ts";

export interface PrepareFlags extends MeasuredFlags {
  readonly size?: number;
  readonly bin?: number;
  readonly centre?: readonly [number, number];
  readonly gain?: number;
  readonly mask?: string;
  readonly dark?: string;
  readonly flat?: string;
  readonly saturation?: number;
  readonly keepBadPixels: boolean;
  readonly nearField: boolean;
  readonly focusToSample?: number;
  readonly defocus?: number;
  readonly zonePlateDiameter?: number;
  readonly outermostZone?: number;
  readonly centralStop?: number;
  readonly probeModes?: number;
  readonly orientation?: "find" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7";
}

const metres = (brief: string) =>
  ({ kind: "parsed", parse: parsePositive, optional: true, placeholder: "m", brief }) as const;
const plane = (brief: string) =>
  ({ kind: "parsed", parse: parsePath, optional: true, placeholder: "FILE", brief }) as const;
const toggle = (brief: string) => ({ kind: "boolean", default: false, withNegated: false, brief }) as const;

export const prepareFlags = {
  ...measuredFlags,
  size: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "N",
    brief: "Side of the frames after cropping and binning (default: what the detector holds)",
  },
  bin: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "B",
    brief: "Add B × B pixels into one (default: 1)",
  },
  centre: {
    kind: "parsed",
    parse: parsePair,
    optional: true,
    placeholder: "X,Y",
    brief: "Zero frequency, detector pixels (default: found)",
  },
  gain: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "ADU",
    brief: "Detector units per photon (default: found from the values)",
  },
  mask: plane("Further bad pixels of the whole detector, not 0 = bad (.npy or FILE.npz:key)"),
  dark: plane("Dark frame, subtracted (.npy or FILE.npz:key)"),
  flat: plane("Flat field, divided by; 0 = bad pixel"),
  saturation: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "ADU",
    brief: "Detector units at which a pixel saturates: it is masked",
  },
  keepBadPixels: toggle("Do not look for hot and dead pixels, nor for a beam stop"),
  nearField: toggle("Frames are images near the sample, not diffraction patterns"),
  focusToSample: metres("Near field with a diverging beam: focus to sample, metres"),
  defocus: {
    kind: "parsed",
    parse: parseNumber,
    optional: true,
    placeholder: "m",
    brief: "Sample's distance behind the focus, for the start probe, metres",
  },
  zonePlateDiameter: metres("Start probe of a zone plate: its diameter, metres"),
  outermostZone: metres("Width of its outermost zone, metres"),
  centralStop: metres("Diameter of its central stop, metres (default: none)"),
  probeModes: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "K",
    brief: "Modes of the start probe: its own and Hermite modes of it",
  },
  orientation: {
    kind: "enum",
    values: ["find", "0", "1", "2", "3", "4", "5", "6", "7"],
    optional: true,
    brief:
      "Positions against the detector: find = score all eight; or 4 swapped + 2 y reversed + 1 x reversed",
  },
} as const;

/** Files beside the scan that are read, by flag. @throws Usage for two of positions. */
export function prepareFilesOf(flags: PrepareFlags): NamedPaths {
  return [...measuredFilesOf(flags), ...planeNames.map((name) => [`--${name}`, flags[name]] as const)];
}

/** What the flags state; only what was given. Files are named absolutely. @throws Usage for a map that is none. */
export function prepareSettingsOf(flags: PrepareFlags, cwd: string): PrepareSettings {
  const { centre, orientation } = flags;
  const settings: PrepareSettings = {
    ...measuredSettingsOf(flags, cwd),
    size: flags.size,
    bin: flags.bin,
    centre: centre && [...centre],
    gain: flags.gain,
    ...Object.fromEntries(
      planeNames.flatMap((name) => {
        const path = flags[name];
        return path === undefined ? [] : [[name, { kind: "file" as const, path: resolve(cwd, path) }]];
      }),
    ),
    saturation: flags.saturation,
    keepBadPixels: flags.keepBadPixels ? true : undefined,
    nearField: flags.nearField ? true : undefined,
    focusToSample: flags.focusToSample,
    defocus: flags.defocus,
    zonePlateDiameter: flags.zonePlateDiameter,
    outermostZone: flags.outermostZone,
    centralStop: flags.centralStop,
    probeModes: flags.probeModes,
    orientation: orientation === undefined || orientation === "find" ? orientation : Number(orientation),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function parsePair(text: string): readonly [number, number] {
  const [x, y, ...more] = text.split(",").map(parseNumber);
  if (x === undefined || y === undefined || more.length > 0)
    throw new SyntaxError(`expected X,Y, got "${text}"`);
  return [x, y];
}
