// Opening a measured file: its container and its format are told by content, what the user states overrides the file, and what
// does not fit together is refused before anything is read.

import { DoselapError } from "../../errors.ts";
import type { ArrayTree } from "../tree.ts";
import { openTree, type ContainerOptions } from "./containers.ts";
import { readMapped } from "./mapped.ts";
import { absent } from "../scan/look-up.ts";
import { withPositionsFile } from "../scan/position-file.ts";
import type { RawGeometry, RawOptions, RawScan } from "../scan/raw-scan.ts";
import { measuredFormat } from "./registry.ts";
import { shown, wavelengthOfEv } from "../scan/units.ts";

export interface OpenMeasuredOptions extends RawOptions, ContainerOptions {}

export interface MeasuredFile {
  readonly tree: ArrayTree;
  /** Undefined for a file whose arrays are no scan that is known. */
  readonly scan: RawScan | undefined;
  close(): Promise<void>;
}

/** Opens a file and reads everything of the scan but the frames. Close it.
 * @throws File, Format, Contract, Usage. */
export async function openMeasured(path: string, options: OpenMeasuredOptions = {}): Promise<MeasuredFile> {
  const tree = await openTree(path, options);
  try {
    return { tree, scan: await scanIn(tree, options), close: () => tree.close() };
  } catch (cause) {
    await tree.close();
    throw cause;
  }
}

/** Everything of the scan in a tree but the frames; undefined for arrays that are no scan that is known.
 * @throws Contract, Format, Usage. */
export async function scanIn(tree: ArrayTree, options: RawOptions): Promise<RawScan | undefined> {
  const format = options.map === undefined ? measuredFormat(tree) : undefined;
  const found =
    options.map === undefined ? await format?.read(tree, options) : await readMapped(tree, options);
  if (found === undefined) return undefined;
  return stated(matched(await withPositionsFile(rastered(found, options), options), options), options);
}

/** The same as `openMeasured`, or an error for a file that is no ptychography scan. @throws Contract, as `openMeasured` does. */
export async function openScanFile(
  path: string,
  options: OpenMeasuredOptions = {},
): Promise<MeasuredFile & { readonly scan: RawScan }> {
  const opened = await openMeasured(path, options);
  const { scan } = opened;
  if (scan !== undefined) return { ...opened, scan };
  await opened.close();
  throw absent(opened.tree, "diffraction", ["a layout that is known (doselap inspect lists them)"]);
}

/** Positions of a raster of four axes, whose step the user states. @throws Usage for frames that are no raster. */
function rastered(scan: RawScan, { scanStepM, frames: selection }: RawOptions): RawScan {
  if (scanStepM === undefined || scan.frames === undefined || scan.positions !== undefined) return scan;
  const { shape } = scan.frames.node;
  if (shape.length !== 4) {
    throw new DoselapError("Usage", "a scan step needs frames of a raster", {
      file: scan.file,
      key: "--scan-step",
      expected: "an array of four axes",
      got: `${shape.length} axes`,
      hint: "Give the positions: --map x=/path,y=/path or --positions FILE.",
    });
  }
  const columns = shape[1]!;
  const { first, count } = selection ?? { first: 0, count: shape[0]! * columns };
  const along = (indexOf: (m: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => scanStepM * indexOf(first + i));
  const positions = {
    x: along((m) => m % columns),
    y: along((m) => Math.floor(m / columns)),
    unit: "m" as const,
  };
  return {
    ...scan,
    positions,
    told: [...scan.told, `positions: a raster of ${shown(scanStepM)} m, as given`],
  };
}

/** As many positions as frames; a chosen range of frames takes its positions along. @throws Contract. */
function matched(scan: RawScan, { frames: selection }: RawOptions): RawScan {
  const { frames, positions } = scan;
  if (frames === undefined || positions === undefined) return scan;
  const { x, y } = positions;
  if (selection !== undefined && x.length >= selection.first + selection.count && x.length !== frames.count) {
    const end = selection.first + selection.count;
    const part = { ...positions, x: x.slice(selection.first, end), y: y.slice(selection.first, end) };
    return { ...scan, positions: part };
  }
  if (x.length === frames.count) return scan;
  const common = Math.min(x.length, frames.count);
  throw new DoselapError("Contract", "frames and positions differ in number", {
    file: scan.file,
    key: frames.node.path,
    expected: `${x.length} frames, one for each position`,
    got: `${frames.count} frames`,
    hint: `If the first ${common} belong together, say so: --frames 0:${common}.`,
  });
}

const geometryKeys = ["wavelengthM", "distanceM", "detectorPixelM", "pixelSizeM"] as const;

/** What the user states is used, and said where it differs from the file. */
function stated(scan: RawScan, options: RawOptions): RawScan {
  const { energyEv, distanceM, detectorPixelM, pixelSizeM } = options;
  const given: RawGeometry = {
    ...(energyEv === undefined ? {} : { wavelengthM: wavelengthOfEv(energyEv) }),
    ...(distanceM === undefined ? {} : { distanceM }),
    ...(detectorPixelM === undefined ? {} : { detectorPixelM: { x: detectorPixelM, y: detectorPixelM } }),
    ...(pixelSizeM === undefined ? {} : { pixelSizeM }),
  };
  const said = geometryKeys.flatMap((key) => {
    const [value, before] = [given[key], scan.geometry[key]];
    if (value === undefined) return [];
    return `${key}: ${textOf(value)} as given${before === undefined ? "" : `, not ${textOf(before)} of the file`}`;
  });
  return { ...scan, geometry: { ...scan.geometry, ...given }, told: [...scan.told, ...said] };
}

function textOf(value: number | { readonly x: number; readonly y: number }): string {
  if (typeof value === "number") return `${shown(value)} m`;
  const { x, y } = value;
  return x === y ? `${shown(x)} m` : `${shown(x)} m × ${shown(y)} m`;
}
