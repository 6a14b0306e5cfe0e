// AssemblyScript. Sums of a batch over bands of object rows: object rows += A* of Σ_m P_m*·wave_m, made while it is added,
// and += A* of Σ_m|P_m|². No gradient is stored between: the object and the probe stay as they are within a batch.

import { lineStart, modes, size } from "./state";
import { addRow } from "./patches";
import { add, evens, ld, madd, mix, nmadd, odds, plus, splat, st, zipHigh, zipLow } from "./vector";

/** Half a row, to += or = Σ_m P_m*·wave_m. */
@inline
function productHalf(p: usize, w: usize, to: usize, plane: usize, count: i32, sums: bool): void {
  let gr = splat(0);
  let gi = splat(0);
  let m = count;
  do {
    const a = ld(p);
    const b = ld(p + 16);
    const c = ld(w);
    const d = ld(w + 16);
    const pr = evens(a, b);
    const pi = odds(a, b);
    const re = evens(c, d);
    const im = odds(c, d);
    gr = madd(pi, im, plus(pr, re, gr, count));
    gi = nmadd(pi, re, plus(pr, im, gi, count));
    p += plane;
    w += plane;
  } while (--m);
  const low = zipLow(gr, gi);
  const high = zipHigh(gr, gi);
  st(to, sums ? add(ld(to), low) : low);
  st(to + 16, sums ? add(ld(to + 16), high) : high);
}

@inline
function productRow(p: usize, w: usize, to: usize, count: i32, sums: bool): void {
  const line = <usize>size << 3;
  const plane = line * size;
  for (const end = to + line; to < end; to += 64) {
    productHalf(p, w, to, plane, count, sums);
    productHalf(p + 32, w + 32, to + 32, plane, count, sums);
    p += 64;
    w += 64;
  }
}

// One function each, so that each loop is compiled for its case.
function sumOne(p: usize, w: usize, to: usize): void {
  productRow(p, w, to, 1, true);
}

function sumAll(p: usize, w: usize, to: usize): void {
  productRow(p, w, to, modes, true);
}

function makeRow(p: usize, w: usize, to: usize): void {
  productRow(p, w, to, modes, false);
}

/** Rows first … last − 1 of the N (or N + 1, when fy is not 0) object rows below a frame. `to` is the address of row 0. */
export function addWave(
  probe: usize,
  waves: usize,
  to: usize,
  pitch: usize,
  fx: f32,
  fy: f32,
  first: i32,
  last: i32,
): void {
  const line = <usize>size << 3;
  if (fx === 0 && fy === 0) {
    for (let row = first; row < last; row++) {
      const at = <usize>row * line;
      const address = to + <usize>row * pitch;
      if (modes === 1) sumOne(probe + at, waves + at, address);
      else sumAll(probe + at, waves + at, address);
    }
    return;
  }
  let above = lineStart;
  let here = lineStart + line + 64;
  if (first > 0) {
    const at = <usize>(first - 1) * line;
    makeRow(probe + at, waves + at, above);
  }
  for (let row = first; row < last; row++) {
    const at = <usize>row * line;
    if (row < size) makeRow(probe + at, waves + at, here);
    addRow(row < size ? here : above, row > 0 ? above : here, row, fx, fy, to + <usize>row * pitch);
    const swap = above;
    above = here;
    here = swap;
  }
}

/** Lanes 3 of a, 0 … 2 of b: four real numbers, one back. */
@inline
function shiftReal(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 3, 4, 5, 6);
}

/** The same for a light of the frame's size and a real image. */
export function addLight(light: usize, to: usize, pitch: usize, fx: f32, fy: f32, first: i32, last: i32): void {
  const x0 = splat(1 - fx);
  const x1 = splat(fx);
  const bytes = <usize>size << 2;
  for (let row = first; row < last; row++) {
    const w0 = splat(row < size ? 1 - fy : 0);
    const w1 = splat(row > 0 ? fy : 0);
    let a = light + <usize>min(row, size - 1) * bytes;
    let b = light + <usize>max(row - 1, 0) * bytes;
    let address = to + <usize>row * pitch;
    const end = address + bytes;
    if (fx === 0 && fy === 0) {
      for (; address < end; address += 16) {
        st(address, add(ld(address), ld(a)));
        a += 16;
      }
      continue;
    }
    let before = splat(0);
    for (; address < end; address += 16) {
      const sum = mix(ld(a), ld(b), w0, w1);
      st(address, add(ld(address), mix(sum, shiftReal(before, sum), x0, x1)));
      before = sum;
      a += 16;
      b += 16;
    }
    if (fx !== 0) store<f32>(address, load<f32>(address) + fx * f32x4.extract_lane(before, 3));
  }
}
