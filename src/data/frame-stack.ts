// The frames of a file as a format needs them: found, looked at once, and then made amplitudes, in memory or when they are
// asked for. The formats decide what the values mean; whoever opens a file decides where the frames are.

import type { FrameReader } from "../array/frame-reader.ts";
import type { AnyArray, DType } from "../array/ndarray.ts";
import type { NpzFile } from "../io/npz.ts";
import type { FoundArray, SeenArray } from "./candidate.ts";
import { realNumbers } from "../array/cast.ts";
import { factsOf, type FrameFacts } from "./frame-facts.ts";
import { framesFirst, toAmplitudes, type FrameForm } from "./frames.ts";
import type { Layout } from "../io/scan/raw-scan.ts";

/** Frames of which only the header was read. */
export interface FramesInFile {
  readonly npz: NpzFile;
  readonly key: string;
  /** As in the file but for axes of 1: (M, N, N), or (N, N, M) by the layout; a wrong one is for the validator. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  /** Other arrays that the format reads whole. */
  readonly others: readonly string[];
  /** [height, width] of the object frame; undefined when the file has no sound one. */
  readonly object: readonly [number, number] | undefined;
  /** Bytes of arrays that the format makes itself. */
  readonly madeBytes: number;
}

/** Frames that were looked at. */
export interface FrameStack<Frames> {
  /** As in the file. */
  readonly dtype: DType;
  /** Frame first. */
  readonly found: FoundArray | SeenArray;
  /** Absent for what is no stack of square frames of real numbers. */
  readonly facts: FrameFacts | undefined;
  /** √counts. Call it only when there are facts. */
  amplitudes(form: Omit<FrameForm, "size">): Frames;
}

/** Where frames, and patches as large as they, are to be. */
export interface FrameOpener<Frames extends Float32Array | FrameReader> {
  frames(found: FramesInFile): Promise<FrameStack<Frames>>;
  /** Looks at patches, after the frames. */
  patches(npz: NpzFile, key: string): Promise<FoundArray | SeenArray>;
}

/** Everything in memory. */
export const inMemory: FrameOpener<Float32Array> = {
  async frames({ npz, key, shape, layout }) {
    const raw = await npz.read(key);
    const array: AnyArray = { ...raw, shape };
    const data = realNumbers(array);
    const [a, b, c] = shape;
    const isLast = layout === "HWM" && shape.length === 3;
    const first = isLast && data !== undefined ? framesFirst(data, [a!, b!, c!]) : array;
    const values = isLast ? realNumbers(first) : data;
    const size = first.shape[1] ?? 0;
    return {
      dtype: raw.dtype,
      found: { key, array: first },
      facts: values !== undefined && isFrameStack(first.shape) ? factsOf(values, size) : undefined,
      amplitudes: (form) => toAmplitudes(values!, { ...form, size }),
    };
  },
  patches: async (npz, key) => ({ key, array: await npz.read(key) }),
};

/** (M, N, N) with M and N above 0. */
export function isFrameStack(shape: readonly number[]): boolean {
  return shape.length === 3 && shape[0]! > 0 && shape[1]! > 0 && shape[1] === shape[2];
}
