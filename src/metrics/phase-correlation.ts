// Phase correlation: of e^{iφ} of two images, free of gauge by construction. Constant and linear phase, which ptychography
// cannot know, are left out of both: ramp and offset of a·b* are taken from a, then the ramp of b, where |Σ b e^{−i r·x}| is
// highest, from both. Phasors have no wrap lines, and each is its own image's alone (METRIC-015); of small phases the number is
// Pearson's coefficient. A flat phase has nothing to correlate: null, not a high score (METRIC-002).
//   r = Re Σ p q* / √(Σ|p|² Σ|q|²),  p, q = e^{iφ} less its mean. Higher is better, 1 is identical, 0 unrelated.

import type { ComplexImage } from "../array/ndarray.ts";
import { measureRamp, regionOf } from "./gauge-region.ts";
import { removeOffset, removeRamp } from "./gauge-removal.ts";
import { checkSameShape, countPixels, type PixelMask } from "./mask.ts";
import { phasorsOf } from "./parts.ts";
import { absent, type Measured } from "./range.ts";

/** Of a phase whose ramp is gone, radians rms: below it complex64 rounding is all there is. */
const flatRad = 1e-6;

/** Over the masked pixels, complex64 [h, w] each. null when one phase is flat. @throws Shape when shapes differ. */
export function phaseCorrelation(
  a: ComplexImage,
  b: ComplexImage,
  { mask }: { mask?: PixelMask | undefined } = {},
): Measured {
  checkSameShape(a, b, mask);
  const region = regionOf(a, mask);
  const field = Float64Array.from(a.data);
  const fixed = Float64Array.from(b.data);
  removeRamp(field, a, measureRamp(field, fixed, region));
  removeOffset(field, fixed, mask);
  const ones = Float64Array.from(fixed, (_, i) => (i % 2 === 0 ? 1 : 0));
  const own = measureRamp(fixed, ones, region);
  removeRamp(field, a, own);
  removeRamp(fixed, b, own);
  const p = meanFree(phasorsOf({ ...a, data: field }, mask).data, mask);
  const q = meanFree(phasorsOf({ ...b, data: fixed }, mask).data, mask);
  let [cross, powerP, powerQ] = [0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    cross += p[i]! * q[i]!;
    powerP += p[i]! ** 2;
    powerQ += q[i]! ** 2;
  }
  const n = countPixels(a, mask);
  const floor = n * flatRad ** 2;
  if (powerP <= floor || powerQ <= floor) return absent("a phase is flat: no phase correlation");
  // Cauchy–Schwarz holds to rounding: the clamp keeps the last bit inside it.
  return { value: Math.max(-1, Math.min(1, cross / Math.sqrt(powerP * powerQ))), warnings: [] };
}

/** A complex field less its mean over the mask, 0 outside it. */
function meanFree(field: Float32Array, mask: PixelMask | undefined): Float64Array {
  let [re, im, n] = [0, 0, 0];
  for (let i = 0; i < field.length; i += 2) {
    if (mask !== undefined && mask[i / 2] === 0) continue;
    re += field[i]!;
    im += field[i + 1]!;
    n++;
  }
  const out = new Float64Array(field.length);
  for (let i = 0; i < field.length; i += 2) {
    if (mask !== undefined && mask[i / 2] === 0) continue;
    out[i] = field[i]! - re / n;
    out[i + 1] = field[i + 1]! - im / n;
  }
  return out;
}
