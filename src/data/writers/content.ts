// What a file gives to a writer, wherever it came from: a DATA-001 dataset, or a measured file that is no dataset yet.

import type { ComplexImage, DType } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import type { Dataset, Metadata } from "../dataset.ts";
import type { Probe } from "../../array/scan.ts";
import type { RawGeometry, RawPositions, RawScan } from "../../io/scan/raw-scan.ts";

/** Counts, some frames at a time. `type` holds every value exactly. */
export interface CountFrames {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly type: "uint16" | "uint32" | "int32" | "int64" | "float64";
  /** [count, height, width]. */
  read(first: number, count: number): Promise<Float64Array>;
}

export interface ScanContent {
  readonly file: string;
  readonly frames?: CountFrames | undefined;
  readonly positions?: RawPositions | undefined;
  readonly geometry: RawGeometry;
  readonly mask?: Uint8Array | undefined;
  readonly probe?: Probe | undefined;
  readonly object?: ComplexImage | undefined;
  /** Factor of each frame that a reconstruction fitted. */
  readonly scales?: Float64Array | undefined;
  /** The whole scan, when the file is a dataset: with scan index, patches, metadata, and positions in object pixels. */
  readonly dataset?: Dataset | undefined;
  /** What a reconstruction of doselap says of itself. */
  readonly metadata?: Metadata | undefined;
}

/** Geometry that a dataset's metadata states, as `prepare` and `convert` write it. */
function statedGeometry(metadata: Metadata): RawGeometry {
  const number = (key: string): number | undefined => {
    const value = metadata[key];
    return typeof value === "number" && value > 0 ? value : undefined;
  };
  const x = number("detectorPixelM");
  return {
    wavelengthM: number("wavelengthM"),
    distanceM: number("distanceM"),
    detectorPixelM: x === undefined ? undefined : { x, y: x },
    pixelSizeM: number("pixelSizeM"),
  };
}

/** The same the other way: what is known, as metadata state it. */
export function geometryMetadata({ detectorPixelM, ...numbers }: RawGeometry): Metadata {
  const all = { ...numbers, detectorPixelM: detectorPixelM?.x };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What metadata state, under what is given. */
export function knownGeometry(metadata: Metadata, given: RawGeometry): RawGeometry {
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...statedGeometry(metadata), ...known };
}

/** Of a dataset; `given` wins over its metadata, and is kept in them. */
export function contentOfDataset(dataset: Dataset, file: string, given: RawGeometry): ScanContent {
  const geometry = knownGeometry(dataset.metadata, given);
  const metadata: Metadata = { ...dataset.metadata, ...geometryMetadata(given) };
  const { frames, size, diffraction, positions, mask, probe, object } = dataset;
  const pixels = size * size;
  return {
    file,
    frames: {
      count: frames,
      height: size,
      width: size,
      type: countType(diffraction),
      read: async (first, count) =>
        Float64Array.from(diffraction.subarray(first * pixels, (first + count) * pixels), countOf),
    },
    positions: { ...positions, unit: "px" },
    geometry,
    mask,
    probe,
    object,
    dataset: { ...dataset, metadata },
  };
}

/** Amplitudes are √counts rounded to float32: the nearest whole number where its root is that amplitude, else the square, which
 * float64 holds exactly. Either gives the same amplitude again. */
function countOf(amplitude: number): number {
  const squared = amplitude * amplitude;
  const whole = Math.round(squared);
  return Math.fround(Math.sqrt(whole)) === amplitude ? whole : squared;
}

function countType(amplitudes: Float32Array): CountFrames["type"] {
  let most = 0;
  for (const amplitude of amplitudes) {
    const count = countOf(amplitude);
    if (!Number.isInteger(count)) return "float64";
    if (count > most) most = count;
  }
  return most < 2 ** 16 ? "uint16" : most < 2 ** 32 ? "uint32" : "float64";
}

/** Integers of a file as they are written: with their sign, which markers have. */
const wholeTypes: { readonly [dtype in DType]?: CountFrames["type"] } = {
  uint8: "uint16",
  uint16: "uint16",
  uint32: "uint32",
  uint64: "int64",
  int8: "int32",
  int16: "int32",
  int32: "int32",
  int64: "int64",
};

/** Of a measured file. @throws Contract for frames that nobody said the meaning of. */
export function contentOfScan(scan: RawScan): ScanContent {
  const { file, frames, positions, geometry, mask, probe, object } = scan;
  const rest = { file, positions, geometry, mask, probe, object };
  if (frames === undefined) return rest;
  const { count, height, width, domain, node } = frames;
  if (domain === undefined) {
    throw new DoselapError("Contract", "the file does not say what its frames are", {
      file,
      key: node.path,
      expected: "counts, intensity or amplitude",
      got: node.typeName,
      hint: "State it: --domain counts.",
    });
  }
  const type = (domain === "amplitude" ? undefined : wholeTypes[node.dtype ?? "float64"]) ?? "float64";
  return {
    ...rest,
    frames: {
      count,
      height,
      width,
      type,
      async read(first, many) {
        const values = await frames.read(first, many);
        return domain === "amplitude" ? values.map((value) => value * value) : values;
      },
    },
  };
}

/** Metres per object pixel: as stated, or λ z / (N p) of a far field. */
export function pixelSizeOf({ geometry, frames, probe }: ScanContent): number | undefined {
  const { pixelSizeM, wavelengthM, distanceM, detectorPixelM } = geometry;
  if (pixelSizeM !== undefined) return pixelSizeM;
  if (wavelengthM === undefined || distanceM === undefined || detectorPixelM === undefined) return undefined;
  // A reconstruction has no frames; its probe is as wide as they were.
  const width = frames?.width ?? probe?.size;
  return width === undefined ? undefined : (wavelengthM * distanceM) / (width * detectorPixelM.x);
}

/** Positions in metres from the middle of the object; undefined when pixels have no size. */
export function positionsInMetres(content: ScanContent): { x: Float64Array; y: Float64Array } | undefined {
  const { positions, object } = content;
  if (positions === undefined || positions.unit === "m") return positions;
  const size = pixelSizeOf(content);
  if (size === undefined) return undefined;
  const along = (values: Float64Array, length: number): Float64Array =>
    values.map((value) => (value - length / 2) * size);
  return { x: along(positions.x, object?.width ?? 0), y: along(positions.y, object?.height ?? 0) };
}
