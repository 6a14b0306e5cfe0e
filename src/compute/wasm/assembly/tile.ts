// AssemblyScript. Moves between a field in scratch and a strip: 8×8 tiles, transposed in registers.
// A field is N/8 strips of eight columns, each N rows of 64 bytes, and `pitch` bytes apart; the pitch is N·64 + 512, so
// that the tiles of one row of tiles lie in different cache sets.

import { evens, highs, ld, lows, mul, odds, st, zipHigh, zipLow } from "./vector";

/** Four rows at a, b, c, d to four rows 64 bytes apart. */
@inline
function transpose4(a: usize, b: usize, c: usize, d: usize, to: usize): void {
  const ra = ld(a);
  const rb = ld(b);
  const rc = ld(c);
  const rd = ld(d);
  const p = zipLow(ra, rb);
  const q = zipLow(rc, rd);
  const r = zipHigh(ra, rb);
  const t = zipHigh(rc, rd);
  st(to, lows(p, q));
  st(to + 64, highs(p, q));
  st(to + 128, lows(r, t));
  st(to + 192, highs(r, t));
}

@inline
function transposeTile(from: usize, to: usize): void {
  for (let part: usize = 0; part < 32; part += 16) {
    const a = from + part;
    const b = to + part;
    transpose4(a, a + 64, a + 128, a + 192, b);
    transpose4(a + 32, a + 96, a + 160, a + 224, b + 256);
    transpose4(a + 256, a + 320, a + 384, a + 448, b + 32);
    transpose4(a + 288, a + 352, a + 416, a + 480, b + 288);
  }
}

/** Rows r … r + 7 of a field, from their address in its first strip, into a strip of N rows. */
export function rowsToStrip(rows: usize, pitch: usize, strip: usize, size: i32): void {
  for (const end = strip + (<usize>size << 6); strip < end; strip += 512) {
    transposeTile(rows, strip);
    rows += pitch;
  }
}

export function stripToRows(strip: usize, rows: usize, pitch: usize, size: i32): void {
  for (const end = strip + (<usize>size << 6); strip < end; strip += 512) {
    transposeTile(strip, rows);
    rows += pitch;
  }
}

/** The same for eight rows anywhere: `places` holds their offsets within a strip, int32. */
export function chosenRowsToStrip(field: usize, pitch: usize, places: usize, strip: usize, size: i32): void {
  const end = strip + (<usize>size << 6);
  for (let group = 0; group < 2; group++) {
    let a = field + load<usize>(places);
    let b = field + load<usize>(places, 4);
    let c = field + load<usize>(places, 8);
    let d = field + load<usize>(places, 12);
    for (let to = strip; to < end; to += 512) {
      transpose4(a, b, c, d, to);
      transpose4(a + 16, b + 16, c + 16, d + 16, to + 16);
      transpose4(a + 32, b + 32, c + 32, d + 32, to + 256);
      transpose4(a + 48, b + 48, c + 48, d + 48, to + 272);
      a += pitch;
      b += pitch;
      c += pitch;
      d += pitch;
    }
    places += 16;
    strip += 32;
  }
}

/** Four rows of a strip at a, b, c, d (one half of them) to four interleaved rows `pitch` bytes apart. */
@inline
function interleave4(a: usize, b: usize, c: usize, d: usize, re: usize, im: usize, to: usize, pitch: usize): void {
  const ar = ld(a + re);
  const ai = ld(a + im);
  const br = ld(b + re);
  const bi = ld(b + im);
  const a0 = zipLow(ar, ai);
  const a2 = zipHigh(ar, ai);
  const b0 = zipLow(br, bi);
  const b2 = zipHigh(br, bi);
  const cr = ld(c + re);
  const ci = ld(c + im);
  const dr = ld(d + re);
  const di = ld(d + im);
  const c0 = zipLow(cr, ci);
  const c2 = zipHigh(cr, ci);
  const d0 = zipLow(dr, di);
  const d2 = zipHigh(dr, di);
  st(to, lows(a0, b0));
  st(to + 16, lows(c0, d0));
  to += pitch;
  st(to, highs(a0, b0));
  st(to + 16, highs(c0, d0));
  to += pitch;
  st(to, lows(a2, b2));
  st(to + 16, lows(c2, d2));
  to += pitch;
  st(to, highs(a2, b2));
  st(to + 16, highs(c2, d2));
}

/** Rows of a strip in the order of `places` to eight interleaved rows of N numbers. */
@inline
function stripToPlane(strip: usize, places: usize, re: usize, im: usize, to: usize, size: i32): void {
  const pitch = <usize>size << 3;
  for (const end = to + pitch; to < end; to += 32) {
    const a = strip + load<usize>(places);
    const b = strip + load<usize>(places, 4);
    const c = strip + load<usize>(places, 8);
    const d = strip + load<usize>(places, 12);
    interleave4(a, b, c, d, re, im, to, pitch);
    interleave4(a + 32, b + 32, c + 32, d + 32, re, im, to + 4 * pitch, pitch);
    places += 16;
  }
}

export function stripToForwardPlane(strip: usize, places: usize, to: usize, size: i32): void {
  stripToPlane(strip, places, 0, 16, to, size);
}

/** Real and imaginary parts exchanged. */
export function stripToInversePlane(strip: usize, places: usize, to: usize, size: i32): void {
  stripToPlane(strip, places, 16, 0, to, size);
}

/** Rows of a strip in their own order to eight interleaved rows of N numbers. */
export function stripToNaturalPlane(strip: usize, to: usize, size: i32): void {
  const pitch = <usize>size << 3;
  for (const end = to + pitch; to < end; to += 32) {
    interleave4(strip, strip + 64, strip + 128, strip + 192, 0, 16, to, pitch);
    interleave4(strip + 32, strip + 96, strip + 160, strip + 224, 0, 16, to + 4 * pitch, pitch);
    strip += 256;
  }
}

/** Eight columns of an interleaved plane, two quads of four at `left` and `right`, rows from `from` on, times a number. */
@inline
export function planeToStrip(
  left: usize,
  right: usize,
  pitch: usize,
  rows: i32,
  re: usize,
  im: usize,
  scale: v128,
  strip: usize,
): void {
  for (const end = strip + (<usize>rows << 6); strip < end; strip += 64) {
    const a = ld(left);
    const b = ld(left + 16);
    const c = ld(right);
    const d = ld(right + 16);
    st(strip + re, mul(scale, evens(a, b)));
    st(strip + im, mul(scale, odds(a, b)));
    st(strip + 32 + re, mul(scale, evens(c, d)));
    st(strip + 32 + im, mul(scale, odds(c, d)));
    left += pitch;
    right += pitch;
  }
}
