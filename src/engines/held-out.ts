// Frames that are left out of the fit and only scored: those that the problem names, or a fraction drawn by the seed.

import { createRng, shuffle } from "../math/random/rng.ts";
import type { Problem } from "./problem.ts";

type Scan = Pick<Problem, "frames" | "heldOut">;

/** How many. */
export function heldOutCount({ frames, heldOut }: Scan, fraction: number): number {
  return heldOut?.length ?? Math.floor(fraction * frames);
}

/** Which ones, ascending. */
export function heldOutFrames({ frames, heldOut }: Scan, fraction: number, seed: number): Int32Array {
  if (heldOut !== undefined) return Int32Array.from(heldOut).sort();
  const order = Int32Array.from({ length: frames }, (_, j) => j);
  shuffle(order, createRng(seed, "heldOut"));
  return order.subarray(0, heldOutCount({ frames }, fraction)).slice().sort();
}
