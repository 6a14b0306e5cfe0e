// Memory that reading a dataset takes, from the headers alone: upper bounds, so that a budget is kept.

import type { NpzFile } from "../io/npz.ts";
import type { FramesInFile } from "./frame-stack.ts";

/** Numbers of the sums over a frame and of one frame while it is converted, and the pieces in which members are read. */
const numbersPerPixel = 5;
const blockBytes = 2 ** 22;

/** Bytes at the peak of reading everything into memory, patches included; Infinity for arrays beyond the reader's limit. */
export async function loadCost(found: FramesInFile, maxArrayBytes: number): Promise<number> {
  const { npz, key, layout } = found;
  const { itemBytes, dtype, kind } = await npz.header(key);
  const { bytes } = npz.storage(key);
  if (bytes > maxArrayBytes) return Infinity;
  const pixels = bytes / itemBytes;
  // float16, and integers of 64 bits, are widened; frames that come last are copied to the front.
  const widened = dtype === "int64" || dtype === "uint64" ? 8 : kind === "f" && itemBytes === 2 ? 4 : 0;
  const moved = layout === "MHW" ? 0 : dtype === "float32" ? 4 : 8;
  const amplitudes = 4;
  const kept = bytes + pixels * (widened + moved + amplitudes);
  const patches = npz.names.includes("Y") ? await keptPatches(npz) : 0;
  return kept + patches + (await smallCost(found)) + (await peakOf(npz, [key, "Y"]));
}

/** Bytes while the frames, and patches, stay in the file. */
export async function streamCost(found: FramesInFile, pixels: number): Promise<number> {
  const { itemBytes } = await found.npz.header(found.key);
  const block = Math.max(blockBytes, 2 * itemBytes * pixels);
  return (await smallCost(found)) + block + 8 * numbersPerPixel * pixels;
}

/** Probe, object and columns: as read, and as the dataset has them. */
async function smallCost({ npz, others, madeBytes }: FramesInFile): Promise<number> {
  const read = others.reduce((sum, key) => sum + npz.storage(key).bytes, 0);
  return 2 * read + madeBytes + (await peakOf(npz, others));
}

async function keptPatches(npz: NpzFile): Promise<number> {
  const { bytes } = npz.storage("Y");
  const { dtype } = await npz.header("Y");
  return dtype === "complex128" ? 1.5 * bytes : bytes;
}

/** What the most demanding member takes for a moment: compressed bytes, and the pieces that come out before they are
 * joined; or a copy in C order. */
async function peakOf(npz: NpzFile, keys: readonly string[]): Promise<number> {
  let most = 0;
  for (const key of keys.filter((name) => npz.names.includes(name))) {
    const { bytes, storedBytes, isCompressed } = npz.storage(key);
    const { fortranOrder } = await npz.header(key);
    most = Math.max(most, isCompressed ? storedBytes + bytes : 0, fortranOrder ? bytes : 0);
  }
  return most;
}
