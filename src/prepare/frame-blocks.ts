// All frames of a scan as they were recorded, some at a time.

import type { RawFrames } from "../io/scan/raw-scan.ts";
import { DoselapError } from "../errors.ts";

/** Frames that are in memory at once take at most this. */
const blockBytes = 2 ** 25;

export interface FrameBlock {
  /** Number of its first frame. */
  readonly first: number;
  readonly count: number;
  /** [count, height, width]. */
  readonly values: Float64Array;
}

export interface BlockOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((fraction: number) => void) | undefined;
  /** What is done meanwhile, for the message of an interruption. */
  readonly doing: string;
}

/** In order; progress is told when a block was worked on. @throws Interrupted, as the reader does. */
export async function* frameBlocks(
  frames: RawFrames,
  { signal, progress, doing }: BlockOptions,
): AsyncGenerator<FrameBlock> {
  const block = Math.max(1, Math.floor(blockBytes / (8 * frames.height * frames.width)));
  for (let first = 0; first < frames.count; first += block) {
    if (signal?.aborted === true) throw new DoselapError("Interrupted", `stopped while ${doing}`);
    const count = Math.min(block, frames.count - first);
    yield { first, count, values: await frames.read(first, count, signal) };
    progress?.((first + count) / frames.count);
  }
}
