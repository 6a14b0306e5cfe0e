// What a writer of a format is: a value, a line in the registry.

import { DoselapError } from "../../errors.ts";
import { pixelSizeOf, type ScanContent } from "./content.ts";

/** Parts of a scan. Metadata: what a dataset says of itself, with the provenance. */
export const parts = [
  "frames",
  "positions",
  "energy",
  "distance",
  "detector pixel",
  "pixel size",
  "mask",
  "probe",
  "object",
  "frame intensities",
  "scan index",
  "patches",
  "metadata",
] as const;
export type Part = (typeof parts)[number];

export interface ScanWriter {
  /** As `--to` takes it. */
  readonly name: string;
  readonly title: string;
  /** Of OUT, the first is the usual one. */
  readonly endings: readonly string[];
  /** What every program that reads the format finds. */
  readonly holds: readonly Part[];
  /** What is kept beside it, where doselap alone looks. */
  readonly holdsForUs: readonly Part[];
  /** What of the parts that it holds becomes coarser, in words. */
  readonly reduces?: string;
  /** Where the format is defined. */
  readonly source: string;
  /** Flags of what is needed and not known. */
  needs(content: ScanContent): readonly string[];
  /** What it takes for granted of the source, in words. */
  doubts?(content: ScanContent): readonly string[];
  /** Writes whole files or none; returns their paths. @throws File, Contract. */
  write(path: string, content: ScanContent): Promise<readonly string[]>;
}

export function partsOf(content: ScanContent): Part[] {
  const { frames, positions, geometry, mask, probe, object, scales, dataset, metadata } = content;
  const present: { readonly [P in Part]: boolean } = {
    frames: frames !== undefined,
    positions: positions !== undefined,
    energy: geometry.wavelengthM !== undefined,
    distance: geometry.distanceM !== undefined,
    "detector pixel": geometry.detectorPixelM !== undefined,
    "pixel size": pixelSizeOf(content) !== undefined,
    mask: mask !== undefined,
    probe: probe !== undefined,
    object: object !== undefined,
    "frame intensities": scales !== undefined,
    "scan index": dataset?.scanIndex.some((index) => index !== 0) ?? false,
    patches: dataset?.patches !== undefined,
    metadata: dataset !== undefined || metadata !== undefined,
  };
  return parts.filter((part) => present[part]);
}

/** Flags for a wavelength, and for the size of an object pixel where positions or pictures need it. */
export function neededGeometry(
  content: ScanContent,
  wanted: { readonly energy?: boolean; readonly pixel?: boolean; readonly detector?: boolean },
): string[] {
  const { wavelengthM, distanceM, detectorPixelM } = content.geometry;
  const lacksPixel = wanted.pixel === true && pixelSizeOf(content) === undefined;
  const isWanted = wanted.detector === true;
  return [
    ...(wanted.energy === true && wavelengthM === undefined ? ["--energy EV"] : []),
    ...(isWanted && distanceM === undefined ? ["--distance METRES"] : []),
    ...(isWanted && detectorPixelM === undefined ? ["--detector-pixel METRES"] : []),
    // With all three of a detector it follows from them.
    ...(lacksPixel && !isWanted ? ["--pixel-size METRES"] : []),
  ];
}

/** The part, or an error that says what is missing. @throws Contract. */
export function present<Value>(
  value: Value | undefined,
  what: string,
  { file }: ScanContent,
  hint: string,
): Value {
  if (value !== undefined) return value;
  throw new DoselapError("Contract", `has no ${what}, which this format is made of`, {
    file,
    expected: what,
    got: "none",
    hint,
  });
}
