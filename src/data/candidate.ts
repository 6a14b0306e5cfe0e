// The arrays of a dataset as found, before they are trusted: what the validator looks at.
// Readers fill it from a file, the writer from a dataset, so that one set of rules serves both.

import { ndarray, type AnyArray } from "../array/ndarray.ts";
import type { Domain } from "../io/scan/raw-scan.ts";
import type { isTooLarge } from "./bad-values.ts";
import type { Dataset, Metadata } from "./dataset.ts";

/** An array with the name it has in its file. */
export interface FoundArray {
  readonly key: string;
  readonly array: AnyArray;
}

/** An array that was looked through and stays in its file. */
export interface SeenArray {
  readonly key: string;
  readonly array: Pick<AnyArray, "dtype" | "shape">;
  /** Which values are bad: {@link BadValues}. */
  readonly notFinite?: string | undefined;
  readonly negative?: string | undefined;
  /** Beyond what is kept of counts, by what the values are. */
  readonly tooLarge?: { readonly [what in keyof typeof isTooLarge]: string | undefined } | undefined;
}

export function isKept(found: FoundArray | SeenArray): found is FoundArray {
  return "data" in found.array;
}

type SmallRole = "xcoords" | "ycoords" | "probeGuess" | "objectGuess" | "scan_index" | "mask";
/** Those with an entry for every pixel of every frame: they may be larger than memory. */
type LargeRole = "diffraction" | "Y";
/** What an array is for; the canonical key of DATA-001. */
export type Role = SmallRole | LargeRole;

export interface Candidate {
  readonly file?: string | undefined;
  /** Frames are frame first, (M, N, N), in whatever domain and dtype they were found. */
  readonly arrays: { readonly [R in SmallRole]?: FoundArray | undefined } & {
    readonly [R in LargeRole]?: FoundArray | SeenArray | undefined;
  };
  readonly metadata: Metadata;
  /** What the frames hold; amplitudes when absent. */
  readonly domain?: Domain | undefined;
}

/** The canonical arrays of a dataset, in the order they are written. Views, not copies, where dtypes allow. */
export function datasetArrays(dataset: Dataset): { readonly [R in Role]?: AnyArray } {
  const { frames, size, diffraction, positions, probe, object, scanIndex, patches, mask } = dataset;
  const probeShape = probe.modes === 1 ? [probe.size, probe.size] : [probe.modes, probe.size, probe.size];
  const column = (data: Float64Array): AnyArray => ({ dtype: "float64", shape: [data.length], data });
  return {
    diffraction: { dtype: "float32", shape: [frames, size, size], data: diffraction },
    xcoords: column(positions.x),
    ycoords: column(positions.y),
    probeGuess: { dtype: "complex64", shape: probeShape, data: probe.data },
    objectGuess: { dtype: "complex64", shape: [object.height, object.width], data: object.data },
    ...(patches === undefined
      ? {}
      : { Y: { dtype: "complex64" as const, shape: [frames, size, size], data: patches } }),
    scan_index: ndarray("int64", [scanIndex.length], BigInt64Array.from(scanIndex, BigInt)),
    ...(mask === undefined ? {} : { mask: { dtype: "uint8" as const, shape: [size, size], data: mask } }),
  };
}

/** A dataset in memory, for the validator. */
export function candidateOf(dataset: Dataset, file?: string): Candidate {
  const arrays = Object.entries(datasetArrays(dataset)).map(([key, array]) => [key, { key, array }] as const);
  return { file, arrays: Object.fromEntries(arrays), metadata: dataset.metadata };
}
