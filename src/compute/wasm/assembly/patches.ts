// AssemblyScript. Patches out of an object and back: bilinear, and its exact adjoint, row by row along memory.
//   O_r[v, u] = Σ weights (1−fx, fx)×(1−fy, fy) · O[top + v + 0|1, left + u + 0|1]
// A neighbour of weight 0 is not touched: it may lie outside the object, or belong to another thread's band of rows.

import { lineStart, modes, size } from "./state";
import { add, evens, highs, larger, largest, ld, madd, mul, odds, splat, st } from "./vector";

/** Upper half of a, lower half of b: two complex numbers, one further along. */
@inline
function nextPair(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 3, 4, 5);
}

/** Lanes 3 of a, 0 … 2 of b: four real numbers, one back. */
@inline
function shiftReal(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 3, 4, 5, 6);
}

@inline
function mix(a: v128, b: v128, wa: v128, wb: v128): v128 {
  return madd(b, wb, mul(a, wa));
}

@inline
function gatherRows(from: usize, pitch: usize, fx: f32, fy: f32, to: usize, across: bool, down: bool): f32 {
  const x0 = splat(1 - fx);
  const x1 = splat(fx);
  const y0 = splat(1 - fy);
  const y1 = splat(fy);
  let peak = splat(0);
  for (let v = 0; v < size; v++) {
    let at = from;
    let here = ld(at);
    if (down) here = mix(here, ld(at + pitch), y0, y1);
    const end = to + (<usize>size << 3);
    for (const last = end - 32; to < last; to += 32) {
      let middle = ld(at + 16);
      let next = ld(at + 32);
      if (down) {
        middle = mix(middle, ld(at + pitch + 16), y0, y1);
        next = mix(next, ld(at + pitch + 32), y0, y1);
      }
      peak = larger(peak, putPairs(to, here, middle, next, x0, x1, across));
      here = next;
      at += 32;
    }
    // The last pair of a row needs one number beyond it, and no more: what lies there may be no part of the object.
    let middle = ld(at + 16);
    if (down) middle = mix(middle, ld(at + pitch + 16), y0, y1);
    let next = middle;
    if (across) {
      next = v128.load_zero<f64>(at + 32);
      if (down) next = mix(next, v128.load_zero<f64>(at + pitch + 32), y0, y1);
    }
    peak = larger(peak, putPairs(to, here, middle, next, x0, x1, across));
    to = end;
    from += pitch;
  }
  return largest(peak);
}

/** Stores four numbers, mixed across from six. Returns their |·|². */
@inline
function putPairs(to: usize, here: v128, middle: v128, next: v128, x0: v128, x1: v128, across: bool): v128 {
  if (across) {
    here = mix(here, nextPair(here, middle), x0, x1);
    middle = mix(middle, nextPair(middle, next), x0, x1);
  }
  st(to, here);
  st(to + 16, middle);
  const re = evens(here, middle);
  const im = odds(here, middle);
  return madd(im, im, mul(re, re));
}

/** The patch whose first pixel is at `from` in an image with lines of `pitch` bytes. Returns max|O_r|². */
export function gather(from: usize, pitch: usize, fx: f32, fy: f32, to: usize): f32 {
  if (fx !== 0) {
    return fy !== 0
      ? gatherRows(from, pitch, fx, fy, to, true, true)
      : gatherRows(from, pitch, fx, fy, to, true, false);
  }
  return fy !== 0
    ? gatherRows(from, pitch, fx, fy, to, false, true)
    : gatherRows(from, pitch, fx, fy, to, false, false);
}

/** image row at `to` += w0·a + w1·b mixed across, a and b lines of a patch; N + 1 numbers wide when fx is not 0. */
@inline
function scatterRow(a: usize, b: usize, w0: v128, w1: v128, x0: v128, x1: v128, to: usize, across: bool): void {
  let before = splat(0);
  for (const end = to + (<usize>size << 3); to < end; to += 32) {
    const here = mix(ld(a), ld(b), w0, w1);
    const next = mix(ld(a + 16), ld(b + 16), w0, w1);
    if (across) {
      st(to, madd(here, x0, madd(nextPair(before, here), x1, ld(to))));
      st(to + 16, madd(next, x0, madd(nextPair(here, next), x1, ld(to + 16))));
    } else {
      st(to, add(ld(to), here));
      st(to + 16, add(ld(to + 16), next));
    }
    before = next;
    a += 32;
    b += 32;
  }
  if (across) {
    const sum = add(v128.load_zero<f64>(to), mul(x1, highs(before, before)));
    v128.store_lane<f64>(to, sum, 0);
  }
}

/** Rows first … last − 1 of the N (or N + 1, when fy is not 0) object rows below a patch: += its adjoint. `to` is the
 * address of row 0. */
export function scatter(
  patch: usize,
  to: usize,
  pitch: usize,
  fx: f32,
  fy: f32,
  first: i32,
  last: i32,
): void {
  const x0 = splat(1 - fx);
  const x1 = splat(fx);
  const line = <usize>size << 3;
  for (let row = first; row < last; row++) {
    // Row r gets (1 − fy) of line r and fy of line r − 1; the ends have one of them.
    const w0: f32 = row < size ? 1 - fy : 0;
    const w1: f32 = row > 0 ? fy : 0;
    const a = patch + <usize>min(row, size - 1) * line;
    const b = patch + <usize>max(row - 1, 0) * line;
    const address = to + <usize>row * pitch;
    if (fx !== 0) scatterRow(a, b, splat(w0), splat(w1), x0, x1, address, true);
    else scatterRow(a, b, splat(w0), splat(w1), x0, x1, address, false);
  }
}

/** line = Σ_m |P_m|² of one row of the probe. */
function powerLine(probe: usize, line: usize): void {
  const plane = <usize>size * (size << 3);
  for (const end = line + (<usize>size << 2); line < end; line += 16) {
    let sum = splat(0);
    let p = probe;
    for (let m = 0; m < modes; m++) {
      const a = ld(p);
      const b = ld(p + 16);
      const re = evens(a, b);
      const im = odds(a, b);
      sum = madd(im, im, madd(re, re, sum));
      p += plane;
    }
    st(line, sum);
    probe += 32;
  }
}

/** The same for Σ_m |P_m|² and a real image. */
export function scatterPower(
  probe: usize,
  to: usize,
  pitch: usize,
  fx: f32,
  fy: f32,
  first: i32,
  last: i32,
): void {
  const x0 = splat(1 - fx);
  const x1 = splat(fx);
  const bytes = <usize>size << 2;
  let above = lineStart;
  let here = lineStart + bytes + 64;
  if (first > 0) powerLine(probe + <usize>(first - 1) * (size << 3), above);
  for (let row = first; row < last; row++) {
    const w0 = splat(row < size ? 1 - fy : 0);
    const w1 = splat(row > 0 ? fy : 0);
    if (row < size) powerLine(probe + <usize>row * (size << 3), here);
    let a = row < size ? here : above;
    let b = row > 0 ? above : here;
    let address = to + <usize>row * pitch;
    let before = splat(0);
    for (const end = address + bytes; address < end; address += 16) {
      const sum = mix(ld(a), ld(b), w0, w1);
      st(address, add(ld(address), mix(sum, shiftReal(before, sum), x0, x1)));
      before = sum;
      a += 16;
      b += 16;
    }
    if (fx !== 0) store<f32>(address, load<f32>(address) + fx * f32x4.extract_lane(before, 3));
    const swap = above;
    above = here;
    here = swap;
  }
}
