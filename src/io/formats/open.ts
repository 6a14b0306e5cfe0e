// Opening a measured file: its container and its format are told by content, what the user states overrides the file, and what
// does not fit together is refused before anything is read.

import { shapeText } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import type { ArrayTree } from "../tree.ts";
import { openTree, type ContainerOptions } from "./containers.ts";
import { readMapped } from "./mapped.ts";
import { absent } from "../scan/look-up.ts";
import { datasetIn } from "../scan/dataset-names.ts";
import { rasterPositions } from "../scan/raster.ts";
import { withPositionsFile } from "../scan/position-file.ts";
import { plausible, refuseImpossible } from "../scan/plausible.ts";
import type { RawFrames, RawGeometry, RawOptions, RawScan } from "../scan/raw-scan.ts";
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
  refuseEmpty(found);
  return stated(matched(await withPositionsFile(rastered(found, options), options), options), options);
}

/** @throws Contract for a file none of whose parts could be used. */
function refuseEmpty({ file, format, frames, probe, object, warnings }: RawScan): void {
  if (frames !== undefined || probe !== undefined || object !== undefined) return;
  throw new DoselapError("Contract", "has no part that can be used", {
    file,
    expected: `frames, a probe or an object in ${format}`,
    got: warnings.length === 0 ? "none" : warnings.join("; "),
  });
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
  const dataset = datasetIn(opened.tree);
  if (dataset !== undefined) {
    throw new DoselapError("Contract", "is a dataset already", {
      file: path,
      expected: "a scan as it was measured",
      got: dataset,
      hint: "Every command reads it as it is; doselap convert writes it in other formats. To prepare it anew, name its arrays with --map.",
    });
  }
  throw noScan(opened.tree);
}

/** What a file says of whose arrays none are a scan that is known. */
export function noScan(tree: ArrayTree): DoselapError {
  return absent(tree, "diffraction", ["a layout that is known (doselap inspect lists them)"]);
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
  const steps = { alongRowM: scanStepM, alongColumnM: scanStepM };
  return {
    ...scan,
    positions: rasterPositions(shape, steps, { frames: selection }),
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
  throw new DoselapError("Contract", "frames and positions differ in number", {
    file: scan.file,
    key: frames.node.path,
    expected: `${x.length} frames, one for each position`,
    got: `${frames.count} frames`,
    hint: wayOut(frames, x.length),
  });
}

/** Another order of the axes where that explains the numbers, else the frames that both have. */
function wayOut({ node: { shape }, count }: RawFrames, positions: number): string {
  if (shape.length === 3 && shape[2] === positions)
    return `The last axis of ${shapeText(shape)} is as long: if the frames are last, say so: --layout HWM.`;
  if (shape.length === 3 && shape[0] === positions)
    return `The first axis of ${shapeText(shape)} is as long: if the frames are first, say so: --layout MHW.`;
  const common = Math.min(positions, count);
  return `If the first ${common} belong together, say so: --frames 0:${common}.`;
}

const geometryKeys = ["wavelengthM", "distanceM", "detectorPixelM", "pixelSizeM"] as const;

/** The geometry that flags state. @throws Usage for two wavelengths, or a geometry that nothing has. */
export function givenGeometry(file: string, options: RawOptions): RawGeometry {
  const { energyEv, wavelengthM, distanceM, detectorPixelM, pixelSizeM } = options;
  if (energyEv !== undefined && wavelengthM !== undefined) {
    throw new DoselapError("Usage", "the wavelength is stated twice", {
      file,
      key: "--energy, --wavelength",
      expected: "the energy of photons, or the wavelength of what it may be",
      got: `${shown(energyEv)} eV, ${shown(wavelengthM)} m`,
    });
  }
  const given = {
    ...(energyEv === undefined ? {} : { wavelengthM: wavelengthOfEv(energyEv) }),
    ...(wavelengthM === undefined ? {} : { wavelengthM }),
    ...(distanceM === undefined ? {} : { distanceM }),
    ...(detectorPixelM === undefined ? {} : { detectorPixelM: { x: detectorPixelM, y: detectorPixelM } }),
    ...(pixelSizeM === undefined ? {} : { pixelSizeM }),
  };
  refuseImpossible(file, given);
  return given;
}

/** What the user states is used, and said where it differs from the file. */
function stated(scan: RawScan, options: RawOptions): RawScan {
  const given = givenGeometry(scan.file, options);
  const said = geometryKeys.flatMap((key) => {
    const [value, before] = [given[key], scan.geometry[key]];
    if (value === undefined) return [];
    return `${key}: ${textOf(value)} as given${before === undefined ? "" : `, not ${textOf(before)} of the file`}`;
  });
  // A detector pixel that is stated in metres is not that of the file's calibration.
  const overridden = given.detectorPixelM === undefined ? given : { ...given, frequencyPixelPerM: undefined };
  const left = Object.entries(scan.geometry).filter(([key]) => !(key in overridden));
  const { geometry, warnings } = plausible(scan.file, Object.fromEntries(left));
  return {
    ...scan,
    geometry: { ...geometry, ...given },
    told: [...scan.told, ...said],
    warnings: [...scan.warnings, ...warnings],
  };
}

function textOf(value: number | { readonly x: number; readonly y: number }): string {
  if (typeof value === "number") return `${shown(value)} m`;
  const { x, y } = value;
  return x === y ? `${shown(x)} m` : `${shown(x)} m × ${shown(y)} m`;
}
