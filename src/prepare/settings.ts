// What a user may state of a measured scan, by the names of the command line's flags: `doselap prepare` and the section
// `prepare` of a study file mean the same by them. Lengths are metres, energies electronvolts. What is left out is found in the
// file or in the frames, or asked for.

import { z } from "zod";
import { fileSource } from "../data/file-source.ts";
import type { Domain } from "../io/scan/raw-scan.ts";
import type { OpenMeasuredOptions } from "../io/formats/open.ts";

const positive = z.number().positive().finite();
const count = z.number().int().positive();
const index = z.number().int().min(0);

export const prepareSettings = z.strictObject({
  /** Role → path, for files of no known layout. */
  map: z.record(z.string(), z.string()).optional(),
  /** First frame, and the one after the last. */
  frames: z
    .tuple([index, count])
    .refine(([first, end]) => end > first, "the end is above the first")
    .optional(),
  /** A table of positions beside the frames. */
  positions: fileSource.optional(),
  positionUnit: z.enum(["m", "mm", "um", "nm", "angstrom", "px"]).optional(),
  scanStep: positive.optional(),
  /** Of photons. */
  energy: positive.optional(),
  /** Of electrons too; one of the two. */
  wavelength: positive.optional(),
  distance: positive.optional(),
  detectorPixel: positive.optional(),
  pixelSize: positive.optional(),
  allowOutsideLinks: z.boolean().optional(),
  size: count.optional(),
  bin: count.optional(),
  /** x, y. */
  centre: z.tuple([z.number(), z.number()]).optional(),
  gain: positive.optional(),
  mask: fileSource.optional(),
  dark: fileSource.optional(),
  flat: fileSource.optional(),
  saturation: positive.optional(),
  keepBadPixels: z.boolean().optional(),
  nearField: z.boolean().optional(),
  focusToSample: positive.optional(),
  defocus: z.number().optional(),
  zonePlateDiameter: positive.optional(),
  outermostZone: positive.optional(),
  centralStop: positive.optional(),
  probeModes: count.optional(),
  orientation: z.union([z.literal("find"), z.number().int().min(0).max(7)]).optional(),
});

export type PrepareSettings = z.infer<typeof prepareSettings>;

/** Settings that name files of [height, width] of the detector. */
export const planeNames = ["mask", "dark", "flat"] as const;
/** Settings that name files: each counts by its content. */
export const fileNames = [...planeNames, "positions"] as const;

/** How the file's content is read where it leaves that open. */
export interface Reading {
  readonly layout?: "MHW" | "HWM" | undefined;
  readonly domain?: Domain | undefined;
  readonly dc?: "center" | "corner" | undefined;
  readonly positionOrder?: "xy" | "yx" | undefined;
}

/** What of the settings the readers of files take. */
export function openOptions(
  {
    map,
    frames,
    positions,
    positionUnit,
    scanStep,
    energy,
    wavelength,
    distance,
    detectorPixel,
    ...more
  }: PrepareSettings,
  { layout, domain, positionOrder }: Reading,
): OpenMeasuredOptions {
  return {
    map,
    frames: frames === undefined ? undefined : { first: frames[0], count: frames[1] - frames[0] },
    domain,
    positionsFile: positions?.path,
    positionOrder,
    positionUnit,
    layout,
    scanStepM: scanStep,
    energyEv: energy,
    wavelengthM: wavelength,
    distanceM: distance,
    detectorPixelM: detectorPixel,
    pixelSizeM: more.pixelSize,
    allowOutsideLinks: more.allowOutsideLinks,
  };
}
