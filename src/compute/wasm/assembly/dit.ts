// AssemblyScript. Decimation-in-time butterflies of the inverse transform, the adjoints of dif.ts:
//   y_j = Σ_k conj(w^{pk}) x_k e^{+2πi jk/r}
// Exchanging real and imaginary parts turns this into a forward transform with w itself, so rows are read and written
// with the two parts exchanged: `re` below is the imaginary part of the number in memory.
// `last` (the first to run) has no twiddles and goes from one strip to another, `first` are in place.

import { HALF_ROOT, add, ld, madd, mul, nmadd, splat, spread, st, sub } from "./vector";

@inline
function put(y: usize, h: usize, re: v128, im: v128): void {
  st(y + (h + 16), re);
  st(y + h, im);
}

@inline
export function first4(a: usize, b: usize, c: usize, d: usize, h: usize, w: usize, turn: bool): void {
  const ar = ld(a + (h + 16));
  const ai = ld(a + h);
  let cr = ld(c + (h + 16));
  let ci = ld(c + h);
  if (turn) {
    const wr = spread(w + 8);
    const wi = spread(w + 12);
    const turned = nmadd(ci, wi, mul(cr, wr));
    ci = madd(ci, wr, mul(cr, wi));
    cr = turned;
  }
  let br = ld(b + (h + 16));
  let bi = ld(b + h);
  if (turn) {
    const wr = spread(w);
    const wi = spread(w + 4);
    const turned = nmadd(bi, wi, mul(br, wr));
    bi = madd(bi, wr, mul(br, wi));
    br = turned;
  }
  let dr = ld(d + (h + 16));
  let di = ld(d + h);
  if (turn) {
    const wr = spread(w + 16);
    const wi = spread(w + 20);
    const turned = nmadd(di, wi, mul(dr, wr));
    di = madd(di, wr, mul(dr, wi));
    dr = turned;
  }
  const er = add(ar, cr);
  const ei = add(ai, ci);
  const hr = sub(ar, cr);
  const hi = sub(ai, ci);
  const or = add(br, dr);
  const oi = add(bi, di);
  const tr = sub(bi, di);
  const ti = sub(dr, br);
  put(a, h, add(er, or), add(ei, oi));
  put(b, h, add(hr, tr), add(hi, ti));
  put(c, h, sub(er, or), sub(ei, oi));
  put(d, h, sub(hr, tr), sub(hi, ti));
}

@inline
export function last4(x: usize, y: usize, h: usize): void {
  const ar = ld(x + (h + 16));
  const ai = ld(x + h);
  const cr = ld(x + (h + 144));
  const ci = ld(x + (h + 128));
  const br = ld(x + (h + 80));
  const bi = ld(x + (h + 64));
  const dr = ld(x + (h + 208));
  const di = ld(x + (h + 192));
  const er = add(ar, cr);
  const ei = add(ai, ci);
  const hr = sub(ar, cr);
  const hi = sub(ai, ci);
  const or = add(br, dr);
  const oi = add(bi, di);
  const tr = sub(bi, di);
  const ti = sub(dr, br);
  put(y, h, add(er, or), add(ei, oi));
  put(y, h + 64, add(hr, tr), add(hi, ti));
  put(y, h + 128, sub(er, or), sub(ei, oi));
  put(y, h + 192, sub(hr, tr), sub(hi, ti));
}

@inline
export function last8(x: usize, y: usize, h: usize): void {
  const c = spread(HALF_ROOT);
  let pr = ld(x + (h + 16));
  let pi = ld(x + h);
  let qr = ld(x + (h + 272));
  let qi = ld(x + (h + 256));
  const s0r = add(pr, qr);
  const s0i = add(pi, qi);
  const d0r = sub(pr, qr);
  const d0i = sub(pi, qi);
  pr = ld(x + (h + 144));
  pi = ld(x + (h + 128));
  qr = ld(x + (h + 400));
  qi = ld(x + (h + 384));
  const s2r = add(pr, qr);
  const s2i = add(pi, qi);
  const d2r = sub(pr, qr);
  const d2i = sub(pi, qi);
  pr = ld(x + (h + 80));
  pi = ld(x + (h + 64));
  qr = ld(x + (h + 336));
  qi = ld(x + (h + 320));
  const s1r = add(pr, qr);
  const s1i = add(pi, qi);
  const d1r = sub(pr, qr);
  const d1i = sub(pi, qi);
  pr = ld(x + (h + 208));
  pi = ld(x + (h + 192));
  qr = ld(x + (h + 464));
  qi = ld(x + (h + 448));
  const s3r = add(pr, qr);
  const s3i = add(pi, qi);
  const d3r = sub(pr, qr);
  const d3i = sub(pi, qi);
  // Even outputs: the radix-4 transform of the sums.
  const er = add(s0r, s2r);
  const ei = add(s0i, s2i);
  const fr = add(s1r, s3r);
  const fi = add(s1i, s3i);
  put(y, h, add(er, fr), add(ei, fi));
  put(y, h + 256, sub(er, fr), sub(ei, fi));
  const gr = sub(s0r, s2r);
  const gi = sub(s0i, s2i);
  const hr = sub(s1r, s3r);
  const hi = sub(s1i, s3i);
  put(y, h + 128, add(gr, hi), sub(gi, hr));
  put(y, h + 384, sub(gr, hi), add(gi, hr));
  // Odd ones: the differences turned by e^{−2πi j/8}; the common factor √½ is left to the last sum.
  const ar = sub(d1r, d3r);
  const ai = sub(d1i, d3i);
  const br = add(d1r, d3r);
  const bi = add(d1i, d3i);
  const ur = add(d0r, d2i);
  const ui = sub(d0i, d2r);
  const mr = mul(c, add(ar, bi));
  const mi = mul(c, sub(ai, br));
  put(y, h + 64, add(ur, mr), add(ui, mi));
  put(y, h + 320, sub(ur, mr), sub(ui, mi));
  const vr = sub(d0r, d2i);
  const vi = add(d0i, d2r);
  const nr = mul(c, sub(bi, ar));
  const ni = mul(c, add(br, ai));
  put(y, h + 192, add(vr, nr), sub(vi, ni));
  put(y, h + 448, sub(vr, nr), add(vi, ni));
}

@inline
export function first3(a: usize, b: usize, c: usize, h: usize, w: usize, turn: bool): void {
  const half = splat(0.5);
  const sine = splat(0.86602540378443865);
  const ar = ld(a + (h + 16));
  const ai = ld(a + h);
  let br = ld(b + (h + 16));
  let bi = ld(b + h);
  if (turn) {
    const wr = spread(w);
    const wi = spread(w + 4);
    const turned = nmadd(bi, wi, mul(br, wr));
    bi = madd(bi, wr, mul(br, wi));
    br = turned;
  }
  let cr = ld(c + (h + 16));
  let ci = ld(c + h);
  if (turn) {
    const wr = spread(w + 8);
    const wi = spread(w + 12);
    const turned = nmadd(ci, wi, mul(cr, wr));
    ci = madd(ci, wr, mul(cr, wi));
    cr = turned;
  }
  const sr = add(br, cr);
  const si = add(bi, ci);
  const dr = mul(sine, sub(bi, ci));
  const di = mul(sine, sub(cr, br));
  const mr = nmadd(half, sr, ar);
  const mi = nmadd(half, si, ai);
  put(a, h, add(ar, sr), add(ai, si));
  put(b, h, add(mr, dr), add(mi, di));
  put(c, h, sub(mr, dr), sub(mi, di));
}

@inline
export function first5(a: usize, b: usize, c: usize, d: usize, e: usize, h: usize, w: usize, turn: bool): void {
  const c1 = splat(0.30901699437494742);
  const c2 = splat(-0.80901699437494742);
  const s1 = splat(0.95105651629515357);
  const s2 = splat(0.58778525229247313);
  const ar = ld(a + (h + 16));
  const ai = ld(a + h);
  let pr = ld(b + (h + 16));
  let pi = ld(b + h);
  if (turn) {
    const wr = spread(w);
    const wi = spread(w + 4);
    const turned = nmadd(pi, wi, mul(pr, wr));
    pi = madd(pi, wr, mul(pr, wi));
    pr = turned;
  }
  let qr = ld(e + (h + 16));
  let qi = ld(e + h);
  if (turn) {
    const wr = spread(w + 24);
    const wi = spread(w + 28);
    const turned = nmadd(qi, wi, mul(qr, wr));
    qi = madd(qi, wr, mul(qr, wi));
    qr = turned;
  }
  const b1r = add(pr, qr);
  const b1i = add(pi, qi);
  const d1r = sub(pr, qr);
  const d1i = sub(pi, qi);
  pr = ld(c + (h + 16));
  pi = ld(c + h);
  if (turn) {
    const wr = spread(w + 8);
    const wi = spread(w + 12);
    const turned = nmadd(pi, wi, mul(pr, wr));
    pi = madd(pi, wr, mul(pr, wi));
    pr = turned;
  }
  qr = ld(d + (h + 16));
  qi = ld(d + h);
  if (turn) {
    const wr = spread(w + 16);
    const wi = spread(w + 20);
    const turned = nmadd(qi, wi, mul(qr, wr));
    qi = madd(qi, wr, mul(qr, wi));
    qr = turned;
  }
  const b2r = add(pr, qr);
  const b2i = add(pi, qi);
  const d2r = sub(pr, qr);
  const d2i = sub(pi, qi);
  put(a, h, add(ar, add(b1r, b2r)), add(ai, add(b1i, b2i)));
  let mr = madd(c2, b2r, madd(c1, b1r, ar));
  let mi = madd(c2, b2i, madd(c1, b1i, ai));
  let tr = madd(s2, d2i, mul(s1, d1i));
  let ti = madd(s2, d2r, mul(s1, d1r));
  put(b, h, add(mr, tr), sub(mi, ti));
  put(e, h, sub(mr, tr), add(mi, ti));
  mr = madd(c1, b2r, madd(c2, b1r, ar));
  mi = madd(c1, b2i, madd(c2, b1i, ai));
  tr = nmadd(s1, d2i, mul(s2, d1i));
  ti = nmadd(s1, d2r, mul(s2, d1r));
  put(c, h, add(mr, tr), sub(mi, ti));
  put(d, h, sub(mr, tr), add(mi, ti));
}
