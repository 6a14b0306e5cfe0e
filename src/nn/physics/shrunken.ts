// The step that ends an engine's run with a prior (engines/shrink.ts, ENGINE-031), for an object that comes from elsewhere: a
// network's of groups, or a few gradient steps'. Where the frames of the scan do not tell it from noise it is drawn towards
// its mean: at 1,000 photons and little overlap such objects had an amplitude worse than a flat one (NN-009).

import type { ComplexImage } from "../../array/ndarray.ts";
import type { Backend } from "../../compute/backend.ts";
import type { Problem } from "../../engines/problem.ts";
import { openScanRun } from "../../engines/scan-run.ts";
import { shrinkObject } from "../../engines/shrink.ts";

export interface ShrinkContext {
  readonly backend: Backend;
  /** Draws the signs that information is measured with. */
  readonly seed: number;
  readonly memoryBudgetBytes?: number | undefined;
}

/** Frames in flight. */
const slots = 32;

/** The object, complex64 [H, W] on the problem's frame, as the frames and the problem's probe leave it. A copy.
 * @throws Contract, Range, Shape for what cannot be reconstructed. */
export function shrunken(object: ComplexImage, problem: Problem, context: ShrinkContext): ComplexImage {
  const run = openScanRun(problem, {
    ...context,
    slots,
    keepsWaves: false,
    heldOut: new Int32Array(),
  });
  try {
    const data = object.data.slice();
    shrinkObject(run, data, problem.probe);
    return { ...object, data };
  } finally {
    run.session.dispose();
  }
}
