// All frames of a scan as the contract holds them, a block at a time. A frame without any count, as of a shutter that stayed closed,
// measured nothing and is left out.

import type { RawFrames } from "../io/scan/raw-scan.ts";
import { DoselapError } from "../errors.ts";
import type { Crop } from "./crop.ts";
import { frameBlocks } from "./frame-blocks.ts";
import { toLight, type Correction } from "./light.ts";

export interface CroppedFrames {
  /** √counts, [M, N, N]. */
  readonly diffraction: Float32Array;
  /** Of these frames, [N, N]. */
  readonly meanCounts: Float64Array;
  /** Their numbers in the scan. */
  readonly rows: readonly number[];
}

/** @throws Range without memory, Interrupted. */
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
): Promise<CroppedFrames> {
  const pixels = sizePx * sizePx;
  const detectorPixels = frames.height * frames.width;
  const diffraction = allocate(frames.count * pixels, file);
  const sums = new Float64Array(pixels);
  const rows: number[] = [];
  const doing = "the frames were cropped";
  for await (const { first, count, values } of frameBlocks(frames, { signal, progress, doing })) {
    toLight(values, detectorPixels, correction);
    for (let m = 0; m < count; m++) {
      const out = diffraction.subarray(rows.length * pixels, (rows.length + 1) * pixels);
      crop.write(values.subarray(m * detectorPixels, (m + 1) * detectorPixels), out);
      if (!out.some((amplitude) => amplitude > 0)) continue;
      for (let i = 0; i < pixels; i++) sums[i] = sums[i]! + out[i]! * out[i]!;
      rows.push(first + m);
    }
  }
  return {
    diffraction: diffraction.subarray(0, rows.length * pixels),
    meanCounts: sums.map((sum) => sum / Math.max(1, rows.length)),
    rows,
  };
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
