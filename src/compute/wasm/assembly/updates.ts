// AssemblyScript. What is done with the sums of a batch, pixel by pixel along memory: a step straight into an image, or a
// direction first. Where there is no weight nothing moves: a Fourier shift rings there.

import { modes, size } from "./state";
import { add, evens, larger, largest, ld, madd, mul, nmadd, odds, splat, st, total, zipHigh, zipLow } from "./vector";

/** step / (keep·weight + floor) for four pixels, 0 where the weight is 0. */
@inline
function scaleOf(weight: v128, step: v128, keep: v128, floor: v128): v128 {
  const scale = f32x4.div(step, madd(keep, weight, floor));
  return v128.and(scale, f32x4.ne(weight, splat(0)));
}

@inline
function scaleOfOne(weight: f32, step: f32, keep: f32, floor: f32): f32 {
  return weight === 0 ? 0 : step / (keep * weight + floor);
}

/** image += step·sum/(keep·weight + floor); the sums are left empty. */
export function applySum(image: usize, sum: usize, weight: usize, count: i32, step: f32, keep: f32, floor: f32): void {
  const s = splat(step);
  const k = splat(keep);
  const f = splat(floor);
  const none = splat(0);
  for (const end = weight + (<usize>(count & ~3) << 2); weight < end; weight += 16) {
    const scale = scaleOf(ld(weight), s, k, f);
    st(image, madd(ld(sum), zipLow(scale, scale), ld(image)));
    st(image + 16, madd(ld(sum + 16), zipHigh(scale, scale), ld(image + 16)));
    st(sum, none);
    st(sum + 16, none);
    image += 32;
    sum += 32;
  }
  for (let i = count & 3; i > 0; i--) {
    const scale = scaleOfOne(load<f32>(weight), step, keep, floor);
    store<f32>(image, load<f32>(image) + scale * load<f32>(sum));
    store<f32>(image, load<f32>(image, 4) + scale * load<f32>(sum, 4), 4);
    store<u64>(sum, 0);
    weight += 4;
    image += 8;
    sum += 8;
  }
}

/** direction = sum/(weight + floor); the sums are left empty. Returns Re Σ direction*·sum. */
export function directSum(direction: usize, sum: usize, weight: usize, count: i32, floor: f32): f64 {
  const one = splat(1);
  const f = splat(floor);
  const none = splat(0);
  let along: f64 = 0;
  let lanes = splat(0);
  let run = 0;
  for (const end = weight + (<usize>(count & ~3) << 2); weight < end; weight += 16) {
    const scale = scaleOf(ld(weight), one, one, f);
    const a = ld(sum);
    const b = ld(sum + 16);
    const da = mul(a, zipLow(scale, scale));
    const db = mul(b, zipHigh(scale, scale));
    lanes = madd(a, da, madd(b, db, lanes));
    st(direction, da);
    st(direction + 16, db);
    st(sum, none);
    st(sum + 16, none);
    direction += 32;
    sum += 32;
    // Lanes hold sums of a few hundred numbers, the rest is float64.
    if (++run === 64) {
      along += total(lanes);
      lanes = none;
      run = 0;
    }
  }
  along += total(lanes);
  for (let i = count & 3; i > 0; i--) {
    const scale = scaleOfOne(load<f32>(weight), 1, 1, floor);
    const re = load<f32>(sum);
    const im = load<f32>(sum, 4);
    along += <f64>scale * (<f64>re * re + <f64>im * im);
    store<f32>(direction, scale * re);
    store<f32>(direction, scale * im, 4);
    store<u64>(sum, 0);
    weight += 4;
    direction += 8;
    sum += 8;
  }
  return along;
}

/** image += step·direction, `count` complex numbers. */
export function move(image: usize, direction: usize, count: i32, step: f32): void {
  const s = splat(step);
  for (const end = image + (<usize>(count & ~1) << 3); image < end; image += 16) {
    st(image, madd(s, ld(direction), ld(image)));
    direction += 16;
  }
  if (count & 1) {
    store<f32>(image, load<f32>(image) + step * load<f32>(direction));
    store<f32>(image, load<f32>(image, 4) + step * load<f32>(direction, 4), 4);
  }
}

/** Largest of `count` non-negative numbers. */
export function peak(from: usize, count: i32): f32 {
  let most = splat(0);
  for (const end = from + (<usize>(count & ~3) << 2); from < end; from += 16) most = larger(most, ld(from));
  let result = largest(most);
  for (let i = count & 3; i > 0; i--) {
    result = max(result, load<f32>(from));
    from += 4;
  }
  return result;
}

/** light = Σ_m|P_m|², real [N, N]. */
export function measureProbe(probe: usize, light: usize): void {
  const plane = <usize>size * (size << 3);
  for (const end = light + (plane >> 1); light < end; light += 16) {
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
    st(light, sum);
    probe += 32;
  }
}

/** cross = Σ_m P_m*·ΔP_m, complex [N, N]. Returns Σ_m Σ|ΔP_m|²·weight. */
export function crossProbe(probe: usize, direction: usize, weight: usize, cross: usize): f64 {
  const line = <usize>size << 3;
  const plane = line * size;
  let power: f64 = 0;
  for (const end = cross + plane; cross < end; ) {
    let lanes = splat(0);
    for (const edge = cross + line; cross < edge; cross += 32) {
      let cr = splat(0);
      let ci = splat(0);
      let square = splat(0);
      let p = probe;
      let d = direction;
      for (let m = 0; m < modes; m++) {
        const pr = evens(ld(p), ld(p + 16));
        const pi = odds(ld(p), ld(p + 16));
        const dr = evens(ld(d), ld(d + 16));
        const di = odds(ld(d), ld(d + 16));
        cr = madd(pi, di, madd(pr, dr, cr));
        ci = nmadd(pi, dr, madd(pr, di, ci));
        square = madd(di, di, madd(dr, dr, square));
        p += plane;
        d += plane;
      }
      st(cross, zipLow(cr, ci));
      st(cross + 16, zipHigh(cr, ci));
      lanes = madd(square, ld(weight), lanes);
      probe += 32;
      direction += 32;
      weight += 16;
    }
    power += total(lanes);
  }
  return power;
}
