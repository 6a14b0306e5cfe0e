// Validation frames by blocks of the scan, not by chance: a frame beside a training frame sees the same object, and would
// praise a network for what it has memorised.

import { groupBy } from "../../array/group.ts";
import { extentOf, type Positions } from "../../array/scan.ts";
import { DoselapError } from "../../errors.ts";
import { createRng, shuffle } from "../../math/random/rng.ts";

export interface FrameSplit {
  /** Frames that are trained on, ascending. */
  readonly training: Int32Array;
  /** Frames that only choose, ascending. */
  readonly validation: Int32Array;
}

/** Cuts the scan's box into squares of `blockPx` and takes squares, drawn by the seed, until they hold `fraction` of the
 * frames; of a square that holds more than is missing, a strip at its end. From four frames up there are at least two on
 * either side of a small fraction, and never none: one alone cannot tell whether outputs vary.
 * @throws Range for a scan of one frame. */
export function splitByBlocks(
  positions: Positions,
  { fraction, blockPx, seed }: { fraction: number; blockPx: number; seed: number },
): FrameSplit {
  const frames = positions.x.length;
  if (frames < 2) {
    throw new DoselapError("Range", "there is no frame to validate with", {
      key: "frames",
      expected: "at least 2 frames",
      got: String(frames),
    });
  }
  const least = Math.min(2, Math.floor(frames / 2));
  const wanted = Math.min(frames - 1, Math.max(least, Math.round(fraction * frames)));
  const { blocks, along } = blocksOf(positions, blockPx);
  const order = [...blocks.keys()].sort((a, b) => a - b);
  shuffle(order, createRng(seed, "training", { pixel: 1 }));
  const validation: number[] = [];
  for (const block of order) {
    const missing = wanted - validation.length;
    if (missing === 0) break;
    const members = blocks.get(block)!.sort((a, b) => along[a]! - along[b]! || a - b);
    validation.push(...members.slice(0, missing));
  }
  const taken = new Set(validation);
  return {
    training: Int32Array.from({ length: frames }, (_, j) => j).filter((j) => !taken.has(j)),
    validation: Int32Array.from(validation).sort(),
  };
}

/** The frames of each square that holds any, and the coordinate along the scan's longer side. */
function blocksOf(
  { x, y }: Positions,
  blockPx: number,
): { readonly blocks: ReadonlyMap<number, number[]>; readonly along: Float64Array } {
  const [{ from: left, to: right }, { from: top, to: bottom }] = [extentOf(x), extentOf(y)];
  const across = 1 + Math.floor((right - left) / blockPx);
  const blocks = groupBy(
    x.keys(),
    (j) => Math.floor((y[j]! - top) / blockPx) * across + Math.floor((x[j]! - left) / blockPx),
  );
  return { blocks, along: right - left > bottom - top ? x : y };
}
