// AssemblyScript. Patches out of an object and back: bilinear, and its exact adjoint, row by row along memory.
//   O_r[v, u] = Σ weights (1−fx, fx)×(1−fy, fy) · O[top + v + 0|1, left + u + 0|1]
// A neighbour of weight 0 is not touched: it may lie outside the object, or belong to another thread's band of rows.

import { size } from "./state";
import { add, evens, highs, larger, largest, ld, madd, mix, mul, odds, splat, st } from "./vector";

/** Upper half of a, lower half of b: two complex numbers, one further along. */
@inline
function nextPair(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 3, 4, 5);
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

/** Object row number `row` of the N (or N + 1, when fy is not 0) below a patch += (1 − fy) of its line `a` and fy of the
 * line above, `b`; the ends have one of them. */
export function addRow(a: usize, b: usize, row: i32, fx: f32, fy: f32, to: usize): void {
  const w0: f32 = row < size ? 1 - fy : 0;
  const w1: f32 = row > 0 ? fy : 0;
  const x0 = splat(1 - fx);
  const x1 = splat(fx);
  if (fx !== 0) scatterRow(a, b, splat(w0), splat(w1), x0, x1, to, true);
  else scatterRow(a, b, splat(w0), splat(w1), x0, x1, to, false);
}

function addWhole(a: usize, to: usize): void {
  for (const end = to + (<usize>size << 3); to < end; to += 32) {
    st(to, add(ld(to), ld(a)));
    st(to + 16, add(ld(to + 16), ld(a + 16)));
    a += 32;
  }
}

/** Rows first … last − 1 of the object rows below a patch: += its adjoint. `to` is the address of row 0. */
export function scatter(patch: usize, to: usize, pitch: usize, fx: f32, fy: f32, first: i32, last: i32): void {
  const line = <usize>size << 3;
  for (let row = first; row < last; row++) {
    const a = patch + <usize>min(row, size - 1) * line;
    const address = to + <usize>row * pitch;
    if (fx === 0 && fy === 0) addWhole(a, address);
    else addRow(a, patch + <usize>max(row - 1, 0) * line, row, fx, fy, address);
  }
}
