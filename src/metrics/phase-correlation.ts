// Phase correlation: Pearson's coefficient between two phase images, free of gauge by construction. Constant and linear
// phase, which ptychography cannot know, are left out of both: the ramp and offset of a·b* are taken from a, phases are
// read as in parts.ts so that a wrap line of one image is one of the other, and from each the least-squares plane is
// removed. Scale of the phase does not count either. A flat phase has nothing to correlate: null, not a high score (METRIC-002).
//   r = Σ p q / √(Σ p² Σ q²),  p, q the residuals of the planes. Higher is better, 1 is identical, 0 unrelated.

import type { ComplexImage } from "../array/ndarray.ts";
import { measureRamp, regionOf } from "./gauge-region.ts";
import { removeOffset, removeRamp } from "./gauge-removal.ts";
import { checkSameShape, type PixelMask } from "./mask.ts";
import { phasePair } from "./parts.ts";
import { removePlane } from "./plane.ts";
import { absent, type Measured } from "./range.ts";

/** Of a phase whose plane is gone, radians rms: below it complex64 rounding is all there is. */
const flatRad = 1e-6;

/** Over the masked pixels, complex64 [h, w] each. null when one phase is flat. @throws Shape when shapes differ. */
export function phaseCorrelation(
  a: ComplexImage,
  b: ComplexImage,
  { mask }: { mask?: PixelMask | undefined } = {},
): Measured {
  checkSameShape(a, b, mask);
  const field = Float64Array.from(a.data);
  const fixed = Float64Array.from(b.data);
  removeRamp(field, a, measureRamp(field, fixed, regionOf(a, mask)));
  removeOffset(field, fixed, mask);
  const phases = phasePair({ ...a, data: field }, { ...b, data: fixed }, mask);
  const p = removePlane(phases.a, mask);
  const q = removePlane(phases.b, mask);
  let [cross, powerP, powerQ, n] = [0, 0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    if (mask !== undefined && mask[i] === 0) continue;
    cross += p[i]! * q[i]!;
    powerP += p[i]! ** 2;
    powerQ += q[i]! ** 2;
    n++;
  }
  const floor = n * flatRad ** 2;
  if (powerP <= floor || powerQ <= floor) return absent("a phase is flat: no phase correlation");
  // Cauchy–Schwarz holds to rounding: the clamp keeps the last bit inside it.
  return { value: Math.max(-1, Math.min(1, cross / Math.sqrt(powerP * powerQ))), warnings: [] };
}
