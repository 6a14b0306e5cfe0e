// Area under a Fourier ring correlation: its mean over frequency, ∫ FRC df / (f_last − f_first), by the trapezoidal rule from
// the first to the last ring that has a value. So 1 is a perfect image at any size, 0 an unrelated one, and the number stays
// within −1 … 1. Rings without a value are bridged by the straight line between their neighbours.

import type { FrcCurve } from "./frc.ts";

/** null when fewer than two rings have a value. */
export function frcAuc({ frequency, value }: Pick<FrcCurve, "frequency" | "value">): number | null {
  let area = 0;
  let first: number | null = null;
  let last = -1;
  for (let i = 0; i < value.length; i++) {
    const here = value[i];
    if (here === null || here === undefined) continue;
    if (last >= 0) area += ((frequency[i]! - frequency[last]!) * (here + value[last]!)) / 2;
    first ??= frequency[i]!;
    last = i;
  }
  const span = first === null ? 0 : frequency[last]! - first;
  return span > 0 ? area / span : null;
}
