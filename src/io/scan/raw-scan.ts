// A scan as a beamline or microscope wrote it: frames on their detector, positions in whatever unit, and what is known of the
// geometry. Nothing is cropped, scaled or guessed yet; `prepare` makes a dataset of it.

import type { ComplexImage } from "../../array/ndarray.ts";
import type { ArrayNode, ArrayTree } from "../tree.ts";
import type { Probe } from "../../array/scan.ts";

/** Order of the axes of a stack of M frames of H×W. */
export type Layout = "MHW" | "HWM";
/** What the values of frames are. */
export type Domain = "amplitude" | "intensity" | "counts";

/** Frames that stay in their file. */
export interface RawFrames {
  readonly node: ArrayNode;
  /** M. */
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** What the values are; undefined when the file does not say. */
  readonly domain: Domain | undefined;
  /** Frames `first` … `first + count − 1`, [count, height, width], as numbers. @throws Interrupted. */
  read(first: number, count: number, signal?: AbortSignal): Promise<Float64Array>;
}

/** Metres, as a stage reports them, or object pixels; x along the columns, y along the rows of the object. */
export interface RawPositions {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly unit: "m" | "px";
}

export interface RawGeometry {
  readonly wavelengthM?: number | undefined;
  /** Sample to detector. */
  readonly distanceM?: number | undefined;
  readonly detectorPixelM?: { readonly x: number; readonly y: number } | undefined;
  /** Of the object, when the file states it itself. */
  readonly pixelSizeM?: number | undefined;
}

export interface RawScan {
  readonly file: string;
  /** Name of its format. */
  readonly format: string;
  /** Absent in a reconstruction. */
  readonly frames?: RawFrames | undefined;
  readonly positions?: RawPositions | undefined;
  readonly geometry: RawGeometry;
  /** uint8 [height, width], not 0 = measured nothing. */
  readonly mask?: Uint8Array | undefined;
  readonly probe?: Probe | undefined;
  readonly object?: ComplexImage | undefined;
  /** How it was told and where each part was found, a sentence each. */
  readonly told: readonly string[];
  /** Every conversion of a unit, with both values. */
  readonly conversions: readonly string[];
  readonly warnings: readonly string[];
}

/** A format of measured files: one value, one line in the registry. */
export interface MeasuredFormat {
  readonly name: string;
  /** What of a scan it can hold, for the table of formats. */
  readonly holds: readonly ("frames" | "positions" | "geometry" | "mask" | "probe" | "object")[];
  /** Where it is defined. */
  readonly source: string;
  /** Why a file looks like this format, or undefined. Looks at names, shapes and attributes only. */
  detect(tree: ArrayTree): string | undefined;
  /** @throws Contract for what the format promises and the file does not have. */
  read(tree: ArrayTree, options: RawOptions): Promise<RawScan>;
}

/** What the command line settles; each overrides the file. */
export interface RawOptions {
  /** Role → path, for files of no known layout. */
  readonly map?: { readonly [role: string]: string } | undefined;
  readonly domain?: Domain | undefined;
  /** A table or .npy array with the positions, when the scan's file has none or other ones. */
  readonly positionsFile?: string | undefined;
  readonly positionOrder?: "xy" | "yx" | undefined;
  readonly positionUnit?: "m" | "mm" | "um" | "nm" | "angstrom" | "px" | undefined;
  readonly layout?: Layout | undefined;
  /** Reads only these frames: first and count. */
  readonly frames?: { readonly first: number; readonly count: number } | undefined;
  /** Step of a raster whose positions the file does not hold. */
  readonly scanStepM?: number | undefined;
  readonly energyEv?: number | undefined;
  readonly distanceM?: number | undefined;
  readonly detectorPixelM?: number | undefined;
  readonly pixelSizeM?: number | undefined;
}
