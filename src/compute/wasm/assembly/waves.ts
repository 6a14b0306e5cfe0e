// AssemblyScript. Three sweeps over the scratch fields take the exit waves of a frame to the detector, apply the data,
// and bring the change back:
//   columns   ψ_m = P_m·O_r made and transformed along y, strip by strip        -> field
//   rows      transformed along x, constrained, transformed back along x        -> field
//   columns   transformed back along y, and used while the strip is still in L1 (epilogue.ts)
// Near field: the rows only apply T (and conj T on the way back); the data are met by the columns in between.

import { beginFrame, constrainStrip } from "./constrain";
import { fieldBytes, fieldPitch, fieldStart, modes, size, stripPitch, stripStart, transferStart } from "./state";
import { rowsToStrip, stripToRows } from "./tile";
import { forward, inverse } from "./transform";
import { add, evens, ld, madd, mul, nmadd, odds, st, sub } from "./vector";

/** re/im of a product of two interleaved lines of four numbers go to `to`; `sum` adds. */
@inline
export function product(a: usize, b: usize, to: usize, sum: bool): void {
  const a0 = ld(a);
  const a1 = ld(a + 16);
  const b0 = ld(b);
  const b1 = ld(b + 16);
  const ar = evens(a0, a1);
  const ai = odds(a0, a1);
  const br = evens(b0, b1);
  const bi = odds(b0, b1);
  let re = mul(ar, br);
  let im = mul(ar, bi);
  re = nmadd(ai, bi, re);
  im = madd(ai, br, im);
  if (sum) {
    re = add(re, ld(to));
    im = add(im, ld(to + 16));
  }
  st(to, re);
  st(to + 16, im);
}

/** One strip of a·b for interleaved planes, from the addresses of its first column. */
export function multiplyStrip(a: usize, b: usize, strip: usize): void {
  const pitch = <usize>size << 3;
  for (const end = strip + (<usize>size << 6); strip < end; strip += 64) {
    product(a, b, strip, false);
    product(a + 32, b + 32, strip + 32, false);
    a += pitch;
    b += pitch;
  }
}

/** strip += a·b */
export function addProductStrip(a: usize, b: usize, strip: usize): void {
  const pitch = <usize>size << 3;
  for (const end = strip + (<usize>size << 6); strip < end; strip += 64) {
    product(a, b, strip, true);
    product(a + 32, b + 32, strip + 32, true);
    a += pitch;
    b += pitch;
  }
}

/** strip ← 2·strip − wave */
export function mirrorStrip(wave: usize, strip: usize): void {
  const pitch = <usize>size << 3;
  for (const end = strip + (<usize>size << 6); strip < end; strip += 64) {
    for (let part: usize = 0; part < 64; part += 32) {
      const a = ld(wave + part);
      const b = ld(wave + part + 16);
      const re = ld(strip + part);
      const im = ld(strip + part + 16);
      st(strip + part, sub(add(re, re), evens(a, b)));
      st(strip + part + 16, sub(add(im, im), odds(a, b)));
    }
    wave += pitch;
  }
}

/** strip ← T·strip, or conj T. T is split like the strip. */
function transferStrip(t: usize, strip: usize, back: bool): void {
  for (const end = strip + (<usize>size << 6); strip < end; strip += 32) {
    const tr = ld(t);
    const ti = ld(t + 16);
    const re = ld(strip);
    const im = ld(strip + 16);
    if (back) {
      st(strip, madd(im, ti, mul(re, tr)));
      st(strip + 16, nmadd(re, ti, mul(im, tr)));
    } else {
      st(strip, nmadd(im, ti, mul(re, tr)));
      st(strip + 16, madd(re, ti, mul(im, tr)));
    }
    t += 32;
  }
}

/** Rows there and back with T in between, for `fields` fields. */
function transferRows(fields: i32, back: bool): void {
  const bytes = <usize>size << 6;
  for (let f = 0; f < fields; f++) {
    let rows = fieldStart + <usize>f * fieldBytes;
    for (let block = 0; block < size >> 3; block++) {
      rowsToStrip(rows, fieldPitch, stripStart, size);
      forward(stripStart, stripStart);
      transferStrip(transferStart + <usize>block * bytes, stripStart, back);
      inverse(stripStart, stripStart);
      stripToRows(stripStart, rows, fieldPitch, size);
      rows += 512;
    }
  }
}

/** From the field after the first columns to the field before the last ones. `sets`: 1, or 2 for a curve, whose second
 * set of fields is the change of the waves; then, and for a score, nothing comes back. */
export function meetData(
  kind: i32,
  sets: i32,
  returns: bool,
  frame: usize,
  background: usize,
  scale: f32,
): void {
  if (transferStart !== 0) nearField(kind, sets, returns, frame, background, scale);
  else farField(kind, sets, returns, frame, background, scale);
}

function farField(kind: i32, sets: i32, returns: bool, frame: usize, background: usize, scale: f32): void {
  const norm: f32 = 1 / (<f32>size * <f32>size);
  const fields = sets * modes;
  beginFrame(scale, norm, norm);
  for (let block = 0; block < size >> 3; block++) {
    let rows = fieldStart + (<usize>block << 9);
    let strip = stripStart;
    for (let f = 0; f < fields; f++) {
      rowsToStrip(rows, fieldPitch, strip, size);
      forward(strip, strip);
      rows += fieldBytes;
      strip += stripPitch;
    }
    constrainStrip(kind, block, frame, background);
    if (!returns) continue;
    rows = fieldStart + (<usize>block << 9);
    strip = stripStart;
    for (let f = 0; f < fields; f++) {
      inverse(strip, strip);
      stripToRows(strip, rows, fieldPitch, size);
      rows += fieldBytes;
      strip += stripPitch;
    }
  }
}

function nearField(kind: i32, sets: i32, returns: bool, frame: usize, background: usize, scale: f32): void {
  const fields = sets * modes;
  beginFrame(scale, 1, 1);
  transferRows(fields, false);
  for (let block = 0; block < size >> 3; block++) {
    let column = fieldStart + <usize>block * fieldPitch;
    let strip = stripStart;
    for (let f = 0; f < fields; f++) {
      inverse(column, strip);
      column += fieldBytes;
      strip += stripPitch;
    }
    constrainStrip(kind, block, frame, background);
    if (!returns) continue;
    column = fieldStart + <usize>block * fieldPitch;
    strip = stripStart;
    for (let f = 0; f < fields; f++) {
      forward(strip, column);
      column += fieldBytes;
      strip += stripPitch;
    }
  }
  if (returns) transferRows(fields, true);
}
