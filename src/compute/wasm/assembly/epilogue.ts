// AssemblyScript. The last sweep: strips of eight columns are transformed back along y and used at once. A row of a strip
// is two halves of four pixels.

import { fieldBytes, fieldPitch, fieldStart, modes, size, stripPitch, stripStart } from "./state";
import { inverse } from "./transform";
import { evens, ld, madd, mul, nmadd, odds, splat, st, zipHigh, zipLow } from "./vector";

/** All modes of strip `block` back into the work strips. */
@inline
function inverseStrips(block: usize): void {
  let field = fieldStart + block * fieldPitch;
  let strip = stripStart;
  for (let m = 0; m < modes; m++) {
    inverse(field, strip);
    field += fieldBytes;
    strip += stripPitch;
  }
}

@inline
function put(to: usize, re: v128, im: v128): void {
  st(to, zipLow(re, im));
  st(to + 16, zipHigh(re, im));
}

/** waves = χ. Row by row: a kept wave is in no near cache, and lines that follow each other are fetched ahead. */
export function correctEpilogue(waves: usize): void {
  const blocks = <usize>size >> 3;
  let fields = fieldStart;
  for (let m = 0; m < modes; m++) {
    let field = fields;
    for (let block: usize = 0; block < blocks; block++) {
      inverse(field, field);
      field += fieldPitch;
    }
    for (let row = fields, end = fields + (<usize>size << 6); row < end; row += 64) {
      let half = row;
      for (const last = waves + (<usize>size << 3); waves < last; waves += 64) {
        put(waves, ld(half), ld(half + 16));
        put(waves + 32, ld(half + 32), ld(half + 48));
        half += fieldPitch;
      }
    }
    fields += fieldBytes;
  }
}

/** gradient = Σ_m P_m*·waves_m */
export function gradient(probe: usize, waves: usize, to: usize): void {
  const plane = <usize>size * (size << 3);
  for (const end = to + plane; to < end; to += 32) {
    let gr = splat(0);
    let gi = splat(0);
    let p = probe;
    let w = waves;
    for (let m = 0; m < modes; m++) {
      const a = ld(p);
      const b = ld(p + 16);
      const pr = evens(a, b);
      const pi = odds(a, b);
      const c = ld(w);
      const d = ld(w + 16);
      const re = evens(c, d);
      const im = odds(c, d);
      gr = madd(pi, im, madd(pr, re, gr));
      gi = nmadd(pi, re, madd(pr, im, gi));
      p += plane;
      w += plane;
    }
    put(to, gr, gi);
    probe += 32;
    waves += 32;
  }
}

/** waves = P·O_r + relax·χ, gradient = Σ_m P_m*·waves_m; with relax 0 the fields are not looked at. */
export function reflectEpilogue(probe: usize, patch: usize, waves: usize, gradient: usize, relax: f32): void {
  const line = <usize>size << 3;
  const plane = line * size;
  const weight = splat(relax);
  for (let block = 0; block < size >> 3; block++) {
    if (relax !== 0) inverseStrips(block);
    let at = <usize>block << 6;
    for (let strip = stripStart, end = stripStart + (line << 3); strip < end; strip += 64) {
      reflectHalf(strip, probe + at, patch + at, waves + at, gradient + at, plane, weight, relax !== 0);
      at += 32;
      reflectHalf(strip + 32, probe + at, patch + at, waves + at, gradient + at, plane, weight, relax !== 0);
      at += line - 32;
    }
  }
}

@inline
function reflectHalf(
  chi: usize,
  p: usize,
  o: usize,
  w: usize,
  to: usize,
  plane: usize,
  weight: v128,
  relaxed: bool,
): void {
  const c = ld(o);
  const d = ld(o + 16);
  const or = evens(c, d);
  const oi = odds(c, d);
  let gr = splat(0);
  let gi = splat(0);
  let m = modes;
  do {
    const a = ld(p);
    const b = ld(p + 16);
    const pr = evens(a, b);
    const pi = odds(a, b);
    let re = nmadd(pi, oi, mul(pr, or));
    let im = madd(pi, or, mul(pr, oi));
    if (relaxed) {
      re = madd(weight, ld(chi), re);
      im = madd(weight, ld(chi + 16), im);
    }
    put(w, re, im);
    gr = madd(pi, im, madd(pr, re, gr));
    gi = nmadd(pi, re, madd(pr, im, gi));
    chi += stripPitch;
    p += plane;
    w += plane;
  } while (--m);
  put(to, gr, gi);
}
