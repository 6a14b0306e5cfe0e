// AssemblyScript. Decimation-in-frequency butterflies, forward, on four columns of a split strip:
//   y_k = w^{pk} Σ_j x_j e^{−2πi jk/r},   w^{pk} at w + 8(k−1); `turn` is false where p = 0 and all of them are 1.
// A row holds four real parts, then four imaginary ones. `first` radix 3, 4, 5 work in place on rows a, b, c …;
// `last` radix 4 and 8 have no twiddles and neighbouring rows, and go from one strip to another.
// Radices 3, 5 and 8 after Winograd's short transforms. Radix 4 just fits 15 registers; larger ones with twiddles spill.

import { HALF_ROOT, add, ld, madd, mul, nmadd, splat, spread, st, sub } from "./vector";

/** y = w·(re, im) */
@inline
function put(y: usize, h: usize, re: v128, im: v128, w: usize, turn: bool): void {
  if (turn) {
    const wr = spread(w);
    const wi = spread(w + 4);
    st(y + h, nmadd(im, wi, mul(re, wr)));
    st(y + (h + 16), madd(im, wr, mul(re, wi)));
  } else {
    st(y + h, re);
    st(y + (h + 16), im);
  }
}

@inline
export function first4(a: usize, b: usize, c: usize, d: usize, h: usize, w: usize, turn: bool): void {
  const ar = ld(a + h);
  const ai = ld(a + (h + 16));
  const cr = ld(c + h);
  const ci = ld(c + (h + 16));
  const br = ld(b + h);
  const bi = ld(b + (h + 16));
  const dr = ld(d + h);
  const di = ld(d + (h + 16));
  const er = add(ar, cr);
  const ei = add(ai, ci);
  const hr = sub(ar, cr);
  const hi = sub(ai, ci);
  const or = add(br, dr);
  const oi = add(bi, di);
  const tr = sub(bi, di);
  const ti = sub(dr, br);
  put(a, h, add(er, or), add(ei, oi), 0, false);
  put(b, h, add(hr, tr), add(hi, ti), w, turn);
  put(c, h, sub(er, or), sub(ei, oi), w + 8, turn);
  put(d, h, sub(hr, tr), sub(hi, ti), w + 16, turn);
}

@inline
export function last4(x: usize, y: usize, h: usize): void {
  const ar = ld(x + h);
  const ai = ld(x + (h + 16));
  const cr = ld(x + (h + 128));
  const ci = ld(x + (h + 144));
  const br = ld(x + (h + 64));
  const bi = ld(x + (h + 80));
  const dr = ld(x + (h + 192));
  const di = ld(x + (h + 208));
  const er = add(ar, cr);
  const ei = add(ai, ci);
  const hr = sub(ar, cr);
  const hi = sub(ai, ci);
  const or = add(br, dr);
  const oi = add(bi, di);
  const tr = sub(bi, di);
  const ti = sub(dr, br);
  put(y, h, add(er, or), add(ei, oi), 0, false);
  put(y, h + 64, add(hr, tr), add(hi, ti), 0, false);
  put(y, h + 128, sub(er, or), sub(ei, oi), 0, false);
  put(y, h + 192, sub(hr, tr), sub(hi, ti), 0, false);
}

@inline
export function last8(x: usize, y: usize, h: usize): void {
  const c = spread(HALF_ROOT);
  let pr = ld(x + h);
  let pi = ld(x + (h + 16));
  let qr = ld(x + (h + 256));
  let qi = ld(x + (h + 272));
  const s0r = add(pr, qr);
  const s0i = add(pi, qi);
  const d0r = sub(pr, qr);
  const d0i = sub(pi, qi);
  pr = ld(x + (h + 128));
  pi = ld(x + (h + 144));
  qr = ld(x + (h + 384));
  qi = ld(x + (h + 400));
  const s2r = add(pr, qr);
  const s2i = add(pi, qi);
  const d2r = sub(pr, qr);
  const d2i = sub(pi, qi);
  pr = ld(x + (h + 64));
  pi = ld(x + (h + 80));
  qr = ld(x + (h + 320));
  qi = ld(x + (h + 336));
  const s1r = add(pr, qr);
  const s1i = add(pi, qi);
  const d1r = sub(pr, qr);
  const d1i = sub(pi, qi);
  pr = ld(x + (h + 192));
  pi = ld(x + (h + 208));
  qr = ld(x + (h + 448));
  qi = ld(x + (h + 464));
  const s3r = add(pr, qr);
  const s3i = add(pi, qi);
  const d3r = sub(pr, qr);
  const d3i = sub(pi, qi);
  // Even outputs: the radix-4 transform of the sums.
  const er = add(s0r, s2r);
  const ei = add(s0i, s2i);
  const fr = add(s1r, s3r);
  const fi = add(s1i, s3i);
  put(y, h, add(er, fr), add(ei, fi), 0, false);
  put(y, h + 256, sub(er, fr), sub(ei, fi), 0, false);
  const gr = sub(s0r, s2r);
  const gi = sub(s0i, s2i);
  const hr = sub(s1r, s3r);
  const hi = sub(s1i, s3i);
  put(y, h + 128, add(gr, hi), sub(gi, hr), 0, false);
  put(y, h + 384, sub(gr, hi), add(gi, hr), 0, false);
  // Odd ones: the differences turned by e^{−2πi j/8}; the common factor √½ is left to the last sum.
  const ar = sub(d1r, d3r);
  const ai = sub(d1i, d3i);
  const br = add(d1r, d3r);
  const bi = add(d1i, d3i);
  const ur = add(d0r, d2i);
  const ui = sub(d0i, d2r);
  const mr = mul(c, add(ar, bi));
  const mi = mul(c, sub(ai, br));
  put(y, h + 64, add(ur, mr), add(ui, mi), 0, false);
  put(y, h + 320, sub(ur, mr), sub(ui, mi), 0, false);
  const vr = sub(d0r, d2i);
  const vi = add(d0i, d2r);
  const nr = mul(c, sub(bi, ar));
  const ni = mul(c, add(br, ai));
  put(y, h + 192, add(vr, nr), sub(vi, ni), 0, false);
  put(y, h + 448, sub(vr, nr), add(vi, ni), 0, false);
}

@inline
export function first3(a: usize, b: usize, c: usize, h: usize, w: usize, turn: bool): void {
  const half = splat(0.5);
  const sine = splat(0.86602540378443865);
  const ar = ld(a + h);
  const ai = ld(a + (h + 16));
  const br = ld(b + h);
  const bi = ld(b + (h + 16));
  const cr = ld(c + h);
  const ci = ld(c + (h + 16));
  const sr = add(br, cr);
  const si = add(bi, ci);
  const dr = mul(sine, sub(bi, ci));
  const di = mul(sine, sub(cr, br));
  const mr = nmadd(half, sr, ar);
  const mi = nmadd(half, si, ai);
  put(a, h, add(ar, sr), add(ai, si), 0, false);
  put(b, h, add(mr, dr), add(mi, di), w, turn);
  put(c, h, sub(mr, dr), sub(mi, di), w + 8, turn);
}

@inline
export function first5(a: usize, b: usize, c: usize, d: usize, e: usize, h: usize, w: usize, turn: bool): void {
  const c1 = splat(0.30901699437494742);
  const c2 = splat(-0.80901699437494742);
  const s1 = splat(0.95105651629515357);
  const s2 = splat(0.58778525229247313);
  const ar = ld(a + h);
  const ai = ld(a + (h + 16));
  let pr = ld(b + h);
  let pi = ld(b + (h + 16));
  let qr = ld(e + h);
  let qi = ld(e + (h + 16));
  const b1r = add(pr, qr);
  const b1i = add(pi, qi);
  const d1r = sub(pr, qr);
  const d1i = sub(pi, qi);
  pr = ld(c + h);
  pi = ld(c + (h + 16));
  qr = ld(d + h);
  qi = ld(d + (h + 16));
  const b2r = add(pr, qr);
  const b2i = add(pi, qi);
  const d2r = sub(pr, qr);
  const d2i = sub(pi, qi);
  put(a, h, add(ar, add(b1r, b2r)), add(ai, add(b1i, b2i)), 0, false);
  let mr = madd(c2, b2r, madd(c1, b1r, ar));
  let mi = madd(c2, b2i, madd(c1, b1i, ai));
  let tr = madd(s2, d2i, mul(s1, d1i));
  let ti = madd(s2, d2r, mul(s1, d1r));
  put(b, h, add(mr, tr), sub(mi, ti), w, turn);
  put(e, h, sub(mr, tr), add(mi, ti), w + 24, turn);
  mr = madd(c1, b2r, madd(c2, b1r, ar));
  mi = madd(c1, b2i, madd(c2, b1i, ai));
  tr = nmadd(s1, d2i, mul(s2, d1i));
  ti = nmadd(s1, d2r, mul(s2, d1r));
  put(c, h, add(mr, tr), sub(mi, ti), w + 8, turn);
  put(d, h, sub(mr, tr), add(mi, ti), w + 16, turn);
}
