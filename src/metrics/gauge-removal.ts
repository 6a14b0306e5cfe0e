// Takes ramp, phase offset and amplitude scale out of a complex128 [h, w] field, in place. All sums run over the mask.

import type { Box, PixelMask } from "./mask.ts";
import type { Ramp } from "./phase-ramp.ts";

/** Multiplies by e^{−i(x·column + y·row)}. */
export function removeRamp(
  field: Float64Array,
  { height, width }: { readonly height: number; readonly width: number },
  { x, y }: Ramp,
): void {
  if (x === 0 && y === 0) return;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const angle = -(x * column + y * row);
      turn(field, 2 * (row * width + column), Math.cos(angle), Math.sin(angle));
    }
  }
}

/** Multiplies by e^{−iκ|x−c|²}, c the centre of a box. */
export function removeCurvature(
  field: Float64Array,
  { height, width }: { readonly height: number; readonly width: number },
  { x0, y0, x1, y1 }: Box,
  curvature: number,
): void {
  if (curvature === 0) return;
  const cx = (x0 + x1 - 1) / 2;
  const cy = (y0 + y1 - 1) / 2;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const angle = -curvature * ((column - cx) ** 2 + (row - cy) ** 2);
      turn(field, 2 * (row * width + column), Math.cos(angle), Math.sin(angle));
    }
  }
}

/** Removes and returns the phase of Σ recon·truth*. */
export function removeOffset(recon: Float64Array, truth: Float64Array, mask: PixelMask | undefined): number {
  let [re, im] = [0, 0];
  for (let i = 0; i < recon.length; i += 2) {
    if (mask !== undefined && mask[i / 2] === 0) continue;
    re += recon[i]! * truth[i]! + recon[i + 1]! * truth[i + 1]!;
    im += recon[i + 1]! * truth[i]! - recon[i]! * truth[i + 1]!;
  }
  const length = Math.hypot(re, im);
  if (length === 0 || (im === 0 && re > 0)) return 0;
  for (let i = 0; i < recon.length; i += 2) turn(recon, i, re / length, -im / length);
  return Math.atan2(im, re);
}

/** Divides by and returns the amplitude scale; 1 when the reconstruction is dark or anticorrelated.
 * `phase`: the fields are complex and their moduli are scaled; else real parts are. */
export function removeScale(
  recon: Float64Array,
  truth: Float64Array,
  { mask, phase }: { readonly mask: PixelMask | undefined; readonly phase: boolean },
): number {
  let [cross, power] = [0, 0];
  for (let i = 0; i < recon.length; i += 2) {
    if (mask !== undefined && mask[i / 2] === 0) continue;
    const r = phase ? Math.sqrt(recon[i]! ** 2 + recon[i + 1]! ** 2) : recon[i]!;
    const t = phase ? Math.sqrt(truth[i]! ** 2 + truth[i + 1]! ** 2) : truth[i]!;
    cross += r * t;
    power += r * r;
  }
  const factor = cross / power;
  if (!(factor > 0 && Number.isFinite(factor)) || factor === 1) return 1;
  for (let i = 0; i < recon.length; i++) recon[i] = recon[i]! * factor;
  return 1 / factor;
}

/** Multiplies one complex number by c + i s. */
function turn(field: Float64Array, i: number, c: number, s: number): void {
  const re = field[i]! * c - field[i + 1]! * s;
  field[i + 1] = field[i]! * s + field[i + 1]! * c;
  field[i] = re;
}
