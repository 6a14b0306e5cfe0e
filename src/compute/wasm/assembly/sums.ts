// AssemblyScript. Sums over one frame: probe sums for a batch, optimal steps, position slopes.
// Lanes are summed over one line of pixels, lines in float64.

import { lineStart, modes, patchStart, size } from "./state";
import { add, evens, ld, madd, mul, nmadd, odds, splat, st, sub, total, zipHigh, zipLow } from "./vector";

@inline
function addProbeRange(
  patch: usize,
  wave: usize,
  sum: usize,
  weight: usize,
  pixels: i32,
  plane: usize,
  count: i32,
): void {
  for (const end = weight + (<usize>pixels << 2); weight < end; weight += 16) {
    const c = ld(patch);
    const d = ld(patch + 16);
    const or = evens(c, d);
    const oi = odds(c, d);
    st(weight, madd(oi, oi, madd(or, or, ld(weight))));
    let w = wave;
    let s = sum;
    let m = count;
    do {
      const a = ld(w);
      const b = ld(w + 16);
      const re = evens(a, b);
      const im = odds(a, b);
      const sr = madd(oi, im, mul(or, re));
      const si = nmadd(oi, re, mul(or, im));
      st(s, add(ld(s), zipLow(sr, si)));
      st(s + 16, add(ld(s + 16), zipHigh(sr, si)));
      w += plane;
      s += plane;
    } while (--m);
    patch += 32;
    wave += 32;
    sum += 32;
  }
}

function addProbeOne(patch: usize, wave: usize, sum: usize, weight: usize, pixels: i32): void {
  addProbeRange(patch, wave, sum, weight, pixels, 0, 1);
}

function addProbeAll(patch: usize, wave: usize, sum: usize, weight: usize, pixels: i32): void {
  addProbeRange(patch, wave, sum, weight, pixels, <usize>size * (size << 3), modes);
}

/** sum_m += O_r*·wave_m and weight += |O_r|² for pixels from ≤ i < to. */
export function addProbe(patch: usize, waves: usize, sums: usize, weight: usize, from: i32, to: i32): void {
  const at = <usize>from << 3;
  const whole = (to - from) & ~3;
  if (modes === 1) addProbeOne(patch + at, waves + at, sums + at, weight + (at >> 1), whole);
  else addProbeAll(patch + at, waves + at, sums + at, weight + (at >> 1), whole);
  for (let i = from + whole; i < to; i++) addProbePixel(patch, waves, sums, weight, i);
}

function addProbePixel(patch: usize, waves: usize, sums: usize, weight: usize, i: i32): void {
  const plane = <usize>size * (size << 3);
  const at = <usize>i << 3;
  const or = load<f32>(patch + at);
  const oi = load<f32>(patch + at, 4);
  const w = weight + (<usize>i << 2);
  store<f32>(w, load<f32>(w) + or * or + oi * oi);
  let wave = waves + at;
  let sum = sums + at;
  for (let m = 0; m < modes; m++) {
    const re = load<f32>(wave);
    const im = load<f32>(wave, 4);
    store<f32>(sum, load<f32>(sum) + or * re + oi * im);
    store<f32>(sum, load<f32>(sum, 4) + or * im - oi * re, 4);
    wave += plane;
    sum += plane;
  }
}

/** Five sums to `out`, float64: Σ|a|², Σ|b|², Re Σ a*b, Re Σ a*χ, Re Σ b*χ with a = P_m·ΔO_r, b = ΔP_m·O_r;
 * ΔO_r in the scratch patch. */
export function stepSums(probe: usize, probeStep: usize, patch: usize, waves: usize, out: usize): void {
  let aa: f64 = 0;
  let bb: f64 = 0;
  let ab: f64 = 0;
  let ax: f64 = 0;
  let bx: f64 = 0;
  const line = <usize>size << 3;
  for (let m = 0; m < modes; m++) {
    let o = patch;
    let d = patchStart;
    for (let row = 0; row < size; row++) {
      let vaa = splat(0);
      let vbb = splat(0);
      let vab = splat(0);
      let vax = splat(0);
      let vbx = splat(0);
      for (const end = o + line; o < end; o += 32) {
        let p = ld(probe);
        let q = ld(probe + 16);
        let u = ld(d);
        let v = ld(d + 16);
        let pr = evens(p, q);
        let pi = odds(p, q);
        let ur = evens(u, v);
        let ui = odds(u, v);
        const ar = nmadd(pi, ui, mul(pr, ur));
        const ai = madd(pi, ur, mul(pr, ui));
        p = ld(probeStep);
        q = ld(probeStep + 16);
        u = ld(o);
        v = ld(o + 16);
        pr = evens(p, q);
        pi = odds(p, q);
        ur = evens(u, v);
        ui = odds(u, v);
        const br = nmadd(pi, ui, mul(pr, ur));
        const bi = madd(pi, ur, mul(pr, ui));
        p = ld(waves);
        q = ld(waves + 16);
        const re = evens(p, q);
        const im = odds(p, q);
        vaa = madd(ai, ai, madd(ar, ar, vaa));
        vbb = madd(bi, bi, madd(br, br, vbb));
        vab = madd(ai, bi, madd(ar, br, vab));
        vax = madd(ai, im, madd(ar, re, vax));
        vbx = madd(bi, im, madd(br, re, vbx));
        d += 32;
        probe += 32;
        probeStep += 32;
        waves += 32;
      }
      aa += total(vaa);
      bb += total(vbb);
      ab += total(vab);
      ax += total(vax);
      bx += total(vbx);
    }
  }
  store<f64>(out, aa);
  store<f64>(out, bb, 8);
  store<f64>(out, ab, 16);
  store<f64>(out, ax, 24);
  store<f64>(out, bx, 32);
}

/** Two sums to `out`, float64: Σ light·|ΔO_r|² and Re Σ cross·ΔO_r*·O_r; lines of ΔO are `pitch` bytes apart. */
export function crossSums(light: usize, cross: usize, step: usize, pitch: usize, patch: usize, out: usize): void {
  let aa: f64 = 0;
  let ab: f64 = 0;
  const line = <usize>size << 3;
  for (const last = patch + line * size; patch < last; ) {
    let vaa = splat(0);
    let vab = splat(0);
    let d = step;
    for (const end = patch + line; patch < end; patch += 32) {
      let p = ld(d);
      let q = ld(d + 16);
      const dr = evens(p, q);
      const di = odds(p, q);
      p = ld(patch);
      q = ld(patch + 16);
      const or = evens(p, q);
      const oi = odds(p, q);
      p = ld(cross);
      q = ld(cross + 16);
      vaa = madd(madd(di, di, mul(dr, dr)), ld(light), vaa);
      vab = madd(evens(p, q), madd(di, oi, mul(dr, or)), vab);
      vab = nmadd(odds(p, q), nmadd(di, or, mul(dr, oi)), vab);
      d += 32;
      cross += 32;
      light += 16;
    }
    aa += total(vaa);
    ab += total(vab);
    step += pitch;
  }
  store<f64>(out, aa);
  store<f64>(out, ab, 8);
}

/** Four sums to `out`, float64, with g the central differences of the patch, one-sided at its edges:
 * Re Σ (P_m g_x)*χ_m, Re Σ (P_m g_y)*χ_m, Σ|P_m g_x|², Σ|P_m g_y|². */
export function shiftSums(probe: usize, patch: usize, waves: usize, out: usize): void {
  let cx: f64 = 0;
  let cy: f64 = 0;
  let xx: f64 = 0;
  let yy: f64 = 0;
  const line = <usize>size << 3;
  const plane = line * size;
  const half = splat(0.5);
  // A copy of the line, with one number at either end that makes the central difference one-sided.
  const copy = lineStart + 16;
  for (let row = 0; row < size; row++) {
    const here = patch + <usize>row * line;
    memory.copy(copy, here, line);
    for (let part: usize = 0; part < 8; part += 4) {
      const first = load<f32>(here + part);
      const last = load<f32>(here + line - 8 + part);
      store<f32>(copy - 8 + part, 2 * first - load<f32>(here + part, 8));
      store<f32>(copy + line + part, 2 * last - load<f32>(here + line - 16 + part));
    }
    const up = row > 0 ? here - line : here;
    const down = row < size - 1 ? here + line : here;
    const slope = splat(down - up === 2 * line ? 0.5 : 1);
    let vcx = splat(0);
    let vcy = splat(0);
    let vxx = splat(0);
    let vyy = splat(0);
    for (let at: usize = 0; at < line; at += 32) {
      const x0 = mul(half, sub(ld(copy + at + 8), ld(copy + at - 8)));
      const x1 = mul(half, sub(ld(copy + at + 24), ld(copy + at + 8)));
      const y0 = mul(slope, sub(ld(down + at), ld(up + at)));
      const y1 = mul(slope, sub(ld(down + at + 16), ld(up + at + 16)));
      const gxr = evens(x0, x1);
      const gxi = odds(x0, x1);
      const gyr = evens(y0, y1);
      const gyi = odds(y0, y1);
      let p = probe + <usize>row * line + at;
      let w = waves + <usize>row * line + at;
      for (let m = 0; m < modes; m++) {
        const p0 = ld(p);
        const p1 = ld(p + 16);
        const pr = evens(p0, p1);
        const pi = odds(p0, p1);
        const w0 = ld(w);
        const w1 = ld(w + 16);
        const re = evens(w0, w1);
        const im = odds(w0, w1);
        let tr = nmadd(pi, gxi, mul(pr, gxr));
        let ti = madd(pi, gxr, mul(pr, gxi));
        vcx = madd(ti, im, madd(tr, re, vcx));
        vxx = madd(ti, ti, madd(tr, tr, vxx));
        tr = nmadd(pi, gyi, mul(pr, gyr));
        ti = madd(pi, gyr, mul(pr, gyi));
        vcy = madd(ti, im, madd(tr, re, vcy));
        vyy = madd(ti, ti, madd(tr, tr, vyy));
        p += plane;
        w += plane;
      }
    }
    cx += total(vcx);
    cy += total(vcy);
    xx += total(vxx);
    yy += total(vyy);
  }
  store<f64>(out, cx);
  store<f64>(out, cy, 8);
  store<f64>(out, xx, 16);
  store<f64>(out, yy, 24);
}
