// A measured file made a dataset: what `doselap prepare` and a measured study call, by the same settings. The provenance holds
// what was stated and the sha256 of every file that was read.

import { basename, dirname, relative, resolve, sep } from "node:path";
import type { Backend } from "../compute/backend.ts";
import { readArrayArgument } from "../data/array-argument.ts";
import { anyNumbers } from "../array/cast.ts";
import type { FileSource } from "../data/file-source.ts";
import { maskOf } from "../data/mask.ts";
import { openScanFile } from "../io/formats/open.ts";
import type { RawFrames } from "../io/scan/raw-scan.ts";
import { DoselapError } from "../errors.ts";
import { sha256Path } from "../io/hash.ts";
import type { ZonePlate } from "../optics/zone-plate.ts";
import type { OrientationScore } from "./find-orientation.ts";
import { prepareScan, type Prepared } from "./prepare.ts";
import { fileNames, openOptions, planeNames, type PrepareSettings, type Reading } from "./settings.ts";

export interface PrepareFileOptions {
  readonly settings: PrepareSettings;
  readonly read?: Reading | undefined;
  /** The file's name in messages; absent: the path. */
  readonly shown?: string | undefined;
  /** doselap's. */
  readonly version: string;
  /** For scoring orientations. */
  readonly backend: Backend;
  readonly signal?: AbortSignal | undefined;
  readonly onScore?: ((score: OrientationScore) => void) | undefined;
}

/** A file that was read, named from the folder of the scan. */
export interface ReadFile {
  readonly role: "scan" | "linked" | (typeof fileNames)[number];
  readonly file: string;
  readonly sha256: string;
}

export interface PreparedFile extends Prepared {
  readonly files: readonly ReadFile[];
}

/** @throws as opening and preparing do; Usage for settings that miss each other, Shape for a mask, dark or flat of another size. */
export async function prepareFile(
  path: string,
  { settings, read = {}, shown = path, ...options }: PrepareFileOptions,
): Promise<PreparedFile> {
  const zonePlate = zonePlateOf(settings);
  const opened = await openScanFile(path, openOptions(settings, read));
  try {
    const { scan, tree } = opened;
    const { mask, dark, flat } = await planesOf(settings, scan.frames);
    const { centre } = settings;
    const files = [
      ...(await hashesOf("scan", [path], path)),
      ...(await hashesOf("linked", tree.linked?.() ?? [], path)),
      ...(await namedHashes(settings)),
    ];
    const prepared = await prepareScan(
      { ...scan, file: shown },
      {
        ...options,
        sizePx: settings.size,
        bin: settings.bin,
        centre: centre && { x: centre[0], y: centre[1] },
        dc: read.dc,
        gain: settings.gain,
        mask: mask && maskOf(mask, { file: settings.mask?.path ?? path, key: "--mask" }),
        dark,
        flat,
        saturation: settings.saturation,
        findBadPixels: settings.keepBadPixels !== true,
        nearField: settings.nearField ?? scan.nearField,
        focusToSampleM: settings.focusToSample,
        defocusM: settings.defocus,
        zonePlate,
        probeModes: settings.probeModes,
        orientation: settings.orientation,
        record: { files, stated: statedOf(settings, read) },
      },
    );
    return { ...prepared, files };
  } finally {
    await opened.close();
  }
}

/** @throws Usage for half a zone plate. */
function zonePlateOf(settings: PrepareSettings): ZonePlate | undefined {
  const { zonePlateDiameter: diameterM, outermostZone: outermostZoneM, centralStop } = settings;
  if (diameterM !== undefined && outermostZoneM !== undefined)
    return { diameterM, outermostZoneM, centralStopM: centralStop ?? 0 };
  if (diameterM === undefined && outermostZoneM === undefined && centralStop === undefined) return undefined;
  throw new DoselapError("Usage", "a zone plate is stated by half", {
    key: diameterM === undefined ? "--zone-plate-diameter" : "--outermost-zone",
    expected: "--zone-plate-diameter and --outermost-zone, and --central-stop when it has one",
    got: "not both",
  });
}

async function planesOf(
  settings: PrepareSettings,
  frames: RawFrames | undefined,
): Promise<{ readonly [name in (typeof planeNames)[number]]?: Float64Array }> {
  if (frames === undefined) return {};
  const planes: { [name in (typeof planeNames)[number]]?: Float64Array } = {};
  for (const name of planeNames) {
    const source = settings[name];
    if (source !== undefined) planes[name] = await readPlane(name, source, frames);
  }
  return planes;
}

async function readPlane(
  name: string,
  { path }: FileSource,
  { height, width }: RawFrames,
): Promise<Float64Array> {
  const array = await readArrayArgument(path, { preferKeys: planeNames });
  const values = anyNumbers(array);
  if (
    values !== undefined &&
    array.shape.length === 2 &&
    array.shape[0] === height &&
    array.shape[1] === width
  ) {
    return Float64Array.from(values);
  }
  throw new DoselapError("Shape", "does not fit the detector", {
    file: path,
    key: `--${name}`,
    expected: `real (${height}, ${width})`,
    got: `${array.dtype} (${array.shape.join(", ")})`,
  });
}

/** What the user said, files apart: those are named by their content. */
function statedOf(settings: PrepareSettings, read: Reading): { [key: string]: unknown } {
  const said = Object.entries({ ...read, ...settings });
  return Object.fromEntries(
    said.filter(([key, value]) => value !== undefined && !fileNames.some((name) => name === key)),
  );
}

async function namedHashes(settings: PrepareSettings): Promise<ReadFile[]> {
  const hashed = fileNames.map(async (role): Promise<ReadFile[]> => {
    const source = settings[role];
    if (source === undefined) return [];
    // `FILE.npz:key` names one array of a file: the content is the file's.
    const file = source.path.replace(/(\.npz):[^:/\\]*$/u, "$1");
    return [{ role, file: basename(file), sha256: source.sha256 ?? (await sha256Path(file)) }];
  });
  return (await Promise.all(hashed)).flat();
}

async function hashesOf(
  role: "scan" | "linked",
  files: readonly string[],
  scan: string,
): Promise<ReadFile[]> {
  const hashes: ReadFile[] = [];
  for (const path of files.toSorted()) {
    const file = relative(dirname(resolve(scan)), resolve(path))
      .split(sep)
      .join("/");
    hashes.push({ role, file, sha256: await sha256Path(path) });
  }
  return hashes;
}
