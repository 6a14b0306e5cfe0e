// All frames of a scan as the contract holds them, a block at a time.

import type { RawFrames } from "../data/measured/raw-scan.ts";
import { DoselapError } from "../errors.ts";
import type { Crop } from "./crop.ts";
import { toLight, type Correction } from "./light.ts";

/** Frames that are in memory at once as they were recorded take at most this. */
const blockBytes = 2 ** 25;

/** √counts of all frames, [M, N, N], and their mean counts, [N, N]. @throws Range without memory, Interrupted. */
export async function cropFrames(
  frames: RawFrames,
  crop: Crop,
  {
    file,
    sizePx,
    correction,
    signal,
    progress,
  }: {
    readonly file: string;
    readonly sizePx: number;
    readonly correction: Correction;
    readonly signal: AbortSignal | undefined;
    readonly progress: (fraction: number) => void;
  },
): Promise<{ readonly diffraction: Float32Array; readonly meanCounts: Float64Array }> {
  const pixels = sizePx * sizePx;
  const detectorPixels = frames.height * frames.width;
  const diffraction = allocate(frames.count * pixels, file);
  const sums = new Float64Array(pixels);
  const block = Math.max(1, Math.floor(blockBytes / (8 * detectorPixels)));
  for (let first = 0; first < frames.count; first += block) {
    if (signal?.aborted === true)
      throw new DoselapError("Interrupted", "stopped while the frames were cropped");
    const many = Math.min(block, frames.count - first);
    const values = await frames.read(first, many);
    toLight(values, detectorPixels, correction);
    for (let m = 0; m < many; m++) {
      const out = diffraction.subarray((first + m) * pixels, (first + m + 1) * pixels);
      crop.write(values.subarray(m * detectorPixels, (m + 1) * detectorPixels), out);
      for (let i = 0; i < pixels; i++) sums[i] = sums[i]! + out[i]! * out[i]!;
    }
    progress((first + many) / frames.count);
  }
  return { diffraction, meanCounts: sums.map((sum) => sum / frames.count) };
}

function allocate(length: number, file: string): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw new DoselapError("Range", "the prepared frames do not fit into memory", {
      file,
      got: `${4 * length} bytes`,
      cause,
      hint: "Use fewer frames (--frames first:end), smaller ones (--size), or bin them (--bin).",
    });
  }
}
