// Frames that may stay in their file: looked at once, then read one at a time. Whoever opens the file is told what each way
// costs, and chooses.

import { tmpdir } from "node:os";
import type { FrameReader } from "../array/frame-reader.ts";
import { sizeOf } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import type { NpzFile } from "../io/npz.ts";
import type { RowReader } from "../io/npz-rows.ts";
import { countBad, isNegative, isNotFinite, isTooLarge } from "./bad-values.ts";
import type { SeenArray } from "./candidate.ts";
import { isReal } from "../array/cast.ts";
import { lookAtFrames } from "./frame-facts.ts";
import {
  inMemory,
  isFrameStack,
  type FrameOpener,
  type FramesInFile,
  type FrameStack,
} from "./frame-stack.ts";
import { amplitudeWriter } from "./frames.ts";
import { loadCost, streamCost } from "./read-cost.ts";

/** What is known of a scan before a frame is read. Bytes are upper bounds. */
export interface AccessCost {
  readonly file: string;
  /** Name of the frames. */
  readonly key: string;
  readonly frames: number;
  readonly size: number;
  readonly objectHeight: number;
  readonly objectWidth: number;
  /** Memory, at its peak, when everything is read; Infinity when the reader does not take frames as large. */
  readonly loadBytes: number;
  /** Memory when the frames stay in the file. */
  readonly streamBytes: number;
  /** The frames once decompressed. */
  readonly frameBytes: number;
  /** Temporary files that streaming needs. */
  readonly spoolBytes: number;
  /** Why the frames cannot stay in the file; undefined when they can. */
  readonly obstacle: string | undefined;
}

export interface StreamOptions {
  /** Loads or streams; may throw when neither can be afforded. Not asked for frames that break the contract. */
  readonly choose: (cost: AccessCost) => "load" | "stream";
  /** Folder for temporary files; absent: the system's, and what was inside bzip2 is in memory. */
  readonly scratch: string | undefined;
  /** Largest array that is read whole. */
  readonly maxArrayBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface StreamOpener extends FrameOpener<Float32Array | FrameReader> {
  /** What was chosen; undefined before. */
  access(): { readonly kind: "load" | "stream"; readonly cost: AccessCost } | undefined;
  /** Removes temporary files. */
  close(): Promise<void>;
}

export function streamOpener({ choose, scratch, maxArrayBytes, signal }: StreamOptions): StreamOpener {
  let access: { readonly kind: "load" | "stream"; readonly cost: AccessCost } | undefined;
  let reader: RowReader | undefined;

  async function streamed(found: FramesInFile): Promise<FrameStack<FrameReader>> {
    const { npz, key, shape } = found;
    const size = shape[1]!;
    const pixels = size * size;
    const { dtype } = await npz.header(key);
    const look = lookAtFrames(size);
    const notFinite = countBad(shape, 1, isNotFinite);
    const negative = countBad(shape, 1, isNegative);
    // What the values are is decided after this look.
    const amplitude = countBad(shape, 1, isTooLarge.amplitude);
    const counts = countBad(shape, 1, isTooLarge.counts);
    const rows = await npz.openRows(key, {
      rowElements: pixels,
      scratch: scratch ?? tmpdir(),
      signal,
      visit(_frame, values) {
        look.add(values);
        notFinite.add(values);
        negative.add(values);
        amplitude.add(values);
        counts.add(values);
      },
    });
    reader = rows;
    const array = { dtype: dtype!, shape };
    const tooLarge = { amplitude: amplitude.found(), counts: counts.found() };
    return {
      dtype: dtype!,
      found: { key, array, notFinite: notFinite.found(), negative: negative.found(), tooLarge },
      facts: look.facts(),
      amplitudes(form) {
        const values = new Float64Array(pixels);
        const write = amplitudeWriter({ ...form, size });
        return (frame, out) => {
          rows.read(frame, values);
          write(values, out);
        };
      },
    };
  }

  return {
    async frames(found) {
      const { dtype, shape, isStack } = await headerOf(found);
      // Broken frames are for the validator: their values are not looked at.
      if (dtype === undefined) return inMemory.frames(found);
      if (!isStack)
        return { dtype, found: { key: found.key, array: { dtype, shape } }, facts: undefined, amplitudes };
      const cost = await costOf(found, shape, { scratch, maxArrayBytes });
      access = { kind: choose(cost), cost };
      if (access.kind === "load") return inMemory.frames(found);
      if (cost.obstacle === undefined) return streamed(found);
      throw new DoselapError("Usage", `the frames cannot stay in the file: ${cost.obstacle}`, {
        file: cost.file,
        key: cost.key,
      });
    },
    patches: (npz, key) =>
      access?.kind === "load" ? inMemory.patches(npz, key) : lookAtPatches(npz, key, signal),
    access: () => access,
    close: async () => reader?.close(),
  };
}

function amplitudes(): never {
  throw new DoselapError("Contract", "frames that break the contract have no amplitudes", {
    finding: "DATA-001",
  });
}

async function headerOf({ npz, key, shape, layout }: FramesInFile) {
  const { dtype } = await npz.header(key);
  const first = layout === "HWM" && shape.length === 3 ? [shape[2]!, shape[0]!, shape[1]!] : shape;
  return { dtype, shape: first, isStack: dtype !== undefined && isReal(dtype) && isFrameStack(first) };
}

async function costOf(
  found: FramesInFile,
  [frames, size]: readonly number[],
  { scratch, maxArrayBytes }: Pick<StreamOptions, "scratch" | "maxArrayBytes">,
): Promise<AccessCost> {
  const { npz, key, layout, object } = found;
  const { fortranOrder } = await npz.header(key);
  const { bytes, isCompressed } = npz.storage(key);
  const [objectHeight, objectWidth] = object ?? [0, 0];
  const unwrapped = npz.wrapping === undefined ? 0 : npz.size;
  const [held, spooled] = scratch === undefined ? [unwrapped, 0] : [0, unwrapped];
  return {
    file: npz.file,
    key,
    frames: frames!,
    size: size!,
    objectHeight,
    objectWidth,
    loadBytes: held + (await loadCost(found, maxArrayBytes)),
    streamBytes: held + (await streamCost(found, size! ** 2)),
    frameBytes: bytes,
    spoolBytes: spooled + (isCompressed ? bytes : 0),
    obstacle:
      layout === "HWM"
        ? "they come last, (N, N, M), so that each is spread over the whole array"
        : fortranOrder
          ? "they are stored first axis fastest (Fortran order), so that each is spread over the whole array"
          : undefined,
  };
}

async function lookAtPatches(npz: NpzFile, key: string, signal: AbortSignal | undefined): Promise<SeenArray> {
  const { dtype, shape } = await npz.header(key);
  // One of no dtype that is read is refused with the reader's own words.
  if (dtype === undefined) return { key, array: await npz.read(key) };
  const array = { dtype, shape };
  if (dtype !== "complex64" && dtype !== "complex128") return { key, array };
  const bad = countBad(shape, 2, isNotFinite);
  // Any stretch of elements will do: what counts are the values and the checksum.
  const rowElements = sizeOf(shape.slice(1));
  if (rowElements === 0) return { key, array };
  await npz.visitRows(key, { rowElements, signal, visit: (_row, values) => bad.add(values) });
  return { key, array, notFinite: bad.found() };
}
