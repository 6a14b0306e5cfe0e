// AssemblyScript. The sub-pixel shift of fourier-shift.ts: a ramp along ky times one along kx.
// Two sweeps, each there and back in a strip: columns from the plane into the scratch field, rows from there to a plane.
// The digit reversal costs nothing: ramps lie in the order of the transform's rows, scaled by 1/N, complex64 [N].

import { fieldPitch, fieldStart, size, stripStart } from "./state";
import { planeToStrip, rowsToStrip, stripToNaturalPlane } from "./tile";
import { forward, inverse } from "./transform";
import { larger, largest, ld, madd, mul, nmadd, splat, spread, st } from "./vector";

/** Row k of the strip times number k of the ramp. */
function turnRows(strip: usize, ramp: usize): void {
  for (const end = strip + (<usize>size << 6); strip < end; strip += 64) {
    const c = spread(ramp);
    const s = spread(ramp + 4);
    for (let half: usize = 0; half < 64; half += 32) {
      const re = ld(strip + half);
      const im = ld(strip + half + 16);
      st(strip + half, nmadd(im, s, mul(re, c)));
      st(strip + half + 16, madd(re, s, mul(im, c)));
    }
    ramp += 8;
  }
}

/** Largest |·|² of each lane. */
function peakOf(strip: usize): v128 {
  let peak = splat(0);
  for (const end = strip + (<usize>size << 6); strip < end; strip += 32) {
    const re = ld(strip);
    const im = ld(strip + 16);
    peak = larger(peak, madd(im, im, mul(re, re)));
  }
  return peak;
}

/** The N×N window at `from`, lines `pitch` bytes apart, shifted into the plane `to`; in place is fine. A ramp of 0: no
 * shift along that axis. Returns the largest |·|². */
export function shift(from: usize, pitch: usize, to: usize, rampX: usize, rampY: usize): f32 {
  const line = <usize>size << 3;
  const one = splat(1);
  let field = fieldStart;
  for (let column: usize = 0; column < line; column += 64) {
    const strip = rampY !== 0 ? stripStart : field;
    planeToStrip(from + column, from + column + 32, pitch, size, 0, 16, one, strip);
    if (rampY !== 0) {
      forward(strip, strip);
      turnRows(strip, rampY);
      inverse(strip, field);
    }
    field += fieldPitch;
  }
  let peak = splat(0);
  for (let block = 0; block < size >> 3; block++) {
    rowsToStrip(fieldStart + (<usize>block << 9), fieldPitch, stripStart, size);
    if (rampX !== 0) {
      forward(stripStart, stripStart);
      turnRows(stripStart, rampX);
      inverse(stripStart, stripStart);
    }
    peak = larger(peak, peakOf(stripStart));
    stripToNaturalPlane(stripStart, to, size);
    to += line << 3;
  }
  return largest(peak);
}
