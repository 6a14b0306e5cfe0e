// AssemblyScript. The 2-D transform of one interleaved N×N field, natural order in and out, in two sweeps:
// columns from the plane into the scratch field, rows from there back to the plane. The digit reversal costs nothing:
// the second sweep chooses the rows that enter each transpose.

import { fieldPitch, fieldStart, places, size, stripStart } from "./state";
import { chosenRowsToStrip, planeToStrip, stripToForwardPlane, stripToInversePlane } from "./tile";
import { forward } from "./transform";
import { splat } from "./vector";

/** to = scale·F from (or its inverse kernel, `back`), from = to is fine. With `shiftIn` DC of the input is at N/2, with
 * `shiftOut` that of the output: both are 0 or N/2. */
export function fft2(from: usize, to: usize, back: i32, scale: f32, shiftIn: i32, shiftOut: i32): void {
  const n = size;
  const pitch = <usize>n << 3;
  const factor = splat(scale);
  const quads = n >> 2;
  const head = n - shiftIn;
  let field = fieldStart;
  for (let column = 0; column < quads; column += 2) {
    const left = from + (<usize>((column + (shiftIn >> 2)) % quads) << 5);
    const right = from + (<usize>((column + 1 + (shiftIn >> 2)) % quads) << 5);
    const turn = <usize>shiftIn * pitch;
    const tail = stripStart + (<usize>head << 6);
    // The inverse is the forward transform with real and imaginary parts exchanged, here and in the last store.
    if (back) {
      planeToStrip(left + turn, right + turn, pitch, head, 16, 0, factor, stripStart);
      if (shiftIn) planeToStrip(left, right, pitch, shiftIn, 16, 0, factor, tail);
    } else {
      planeToStrip(left + turn, right + turn, pitch, head, 0, 16, factor, stripStart);
      if (shiftIn) planeToStrip(left, right, pitch, shiftIn, 0, 16, factor, tail);
    }
    forward(stripStart, field);
    field += fieldPitch;
  }
  const columns = places + (<usize>shiftOut << 2);
  for (let row = 0; row < n; row += 8) {
    chosenRowsToStrip(fieldStart, fieldPitch, columns + (<usize>row << 2), stripStart, n);
    forward(stripStart, stripStart);
    if (back) stripToInversePlane(stripStart, columns, to, n);
    else stripToForwardPlane(stripStart, columns, to, n);
    to += pitch << 3;
  }
}
