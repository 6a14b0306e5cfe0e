// Train and test halves of a scan, with a band between them that belongs to neither, so that no train frame sees
// a pixel of the object that a test frame sees (F-08). A patch at y covers rows [y − N/2, y + N/2).

import { extentOf, type Positions } from "../../array/scan.ts";
import { DoselapError } from "../../errors.ts";

export type SplitAxis = "x" | "y";

export interface SplitOptions {
  readonly axis: SplitAxis;
  /** Where the line lies between the ends of the scan, in (0, 1). */
  readonly fraction: number;
  /** Least distance along the axis between a train and a test position. */
  readonly guardPx: number;
  /** N. */
  readonly sizePx: number;
  /** Ends of the scan along the axis; of these positions when absent. Views that share it share the line. */
  readonly extent?: { readonly from: number; readonly to: number } | undefined;
}

export interface Split {
  /** Frame numbers before the line, ascending. */
  readonly train: Int32Array;
  /** Frame numbers beyond the line, ascending. */
  readonly test: Int32Array;
  /** Frames inside the guard band. */
  readonly dropped: number;
  readonly linePx: number;
  readonly guardPx: number;
  /** Fraction of test frames whose patch meets a train patch: 0 when the guard is at least N. */
  readonly leakage: number;
}

/** Rounding of positions far from the origin: no patch overlap smaller than this is real. */
const roundingPx = 1e-6;

/** Splits frames by position: train up to half a guard before the line, test from half a guard beyond it.
 * @throws Range for a fraction outside (0, 1) or a negative guard. */
export function splitWithGuard(positions: Positions, options: SplitOptions): Split {
  const { axis, fraction, guardPx, sizePx, extent } = options;
  if (!(fraction > 0 && fraction < 1)) {
    throw new DoselapError("Range", "the split line lies inside the scan", {
      key: "split.fraction",
      expected: "a fraction in (0, 1)",
      got: String(fraction),
    });
  }
  if (!(guardPx >= 0)) {
    throw new DoselapError("Range", "the guard band has a width", {
      key: "split.guardPx",
      expected: "0 px or more",
      got: String(guardPx),
    });
  }
  const along = positions[axis];
  const { from, to } = extent ?? extentOf(along);
  const linePx = from + (to - from) * fraction;
  const train: number[] = [];
  const test: number[] = [];
  for (let frame = 0; frame < along.length; frame++) {
    const at = along[frame]!;
    // Without a guard a position on the line is a test position.
    if (at >= linePx + guardPx / 2) test.push(frame);
    else if (at <= linePx - guardPx / 2) train.push(frame);
  }
  return {
    train: Int32Array.from(train),
    test: Int32Array.from(test),
    dropped: along.length - train.length - test.length,
    linePx,
    guardPx,
    leakage: leakage(
      train.map((frame) => along[frame]!),
      test.map((frame) => along[frame]!),
      sizePx,
    ),
  };
}

/** Fraction of test frames whose N×N patch meets a row (axis y) or column (axis x) that a train patch covers. */
export function splitLeakage(
  train: Positions,
  test: Positions,
  { axis, sizePx }: { readonly axis: SplitAxis; readonly sizePx: number },
): number {
  return leakage(train[axis], test[axis], sizePx);
}

function leakage(train: ArrayLike<number>, test: ArrayLike<number>, sizePx: number): number {
  if (test.length === 0) return 0;
  const sorted = Float64Array.from(train).sort();
  let leaking = 0;
  for (let j = 0; j < test.length; j++) {
    if (distanceToNearest(sorted, test[j]!) < sizePx - roundingPx) leaking++;
  }
  return leaking / test.length;
}

/** |value − nearest| by bisection; Infinity when there is nothing. */
function distanceToNearest(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  const above = low < sorted.length ? sorted[low]! - value : Infinity;
  const below = low > 0 ? value - sorted[low - 1]! : Infinity;
  return Math.min(above, below);
}
