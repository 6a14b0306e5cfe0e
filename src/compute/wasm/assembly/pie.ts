// AssemblyScript. The last sweep of a serial PIE visit: strips of eight columns come back along y, the probe is updated
// in place and the object's update is left in a patch, for `scatter` to add. See `pie` in scan-kernels.ts.

import { fieldBytes, fieldPitch, fieldStart, modes, numbers, size, stripPitch, stripStart } from "./state";
import { inverse } from "./transform";
import { evens, larger, largest, ld, madd, mul, nmadd, odds, plus, splat, st, zipHigh, zipLow } from "./vector";

// Vectors that stay the same for a visit, in scratch behind those of constrain.ts.
const WEIGHT_P: usize = 256;
const FLOOR_P: usize = 272;
const STEP_O: usize = 288;
const WEIGHT_O: usize = 304;
const FLOOR_O: usize = 320;
const STEP_P: usize = 336;

@inline
function put(to: usize, re: v128, im: v128): void {
  st(to, zipLow(re, im));
  st(to + 16, zipHigh(re, im));
}

/** Half a row. `even`: the weights are 0, the divisors their floors, and the steps divided by them. Returns Σ_m|P_m|² of
 * the new probe. */
@inline
function updateHalf(
  chi: usize,
  p: usize,
  o: usize,
  to: usize,
  plane: usize,
  pitch: usize,
  count: i32,
  moves: bool,
  even: bool,
): v128 {
  const table = numbers;
  let sr = splat(0);
  let si = splat(0);
  if (moves) {
    const c = ld(o);
    const d = ld(o + 16);
    sr = evens(c, d);
    si = odds(c, d);
    let step = ld(table + STEP_P);
    if (!even) {
      const power = madd(si, si, mul(sr, sr));
      step = f32x4.div(step, madd(power, ld(table + WEIGHT_O), ld(table + FLOOR_O)));
    }
    sr = mul(step, sr);
    si = mul(step, si);
  }
  let gr = splat(0);
  let gi = splat(0);
  let old = splat(0);
  let fresh = splat(0);
  let m = count;
  do {
    const re = ld(chi);
    const im = ld(chi + 16);
    const a = ld(p);
    const b = ld(p + 16);
    let pr = evens(a, b);
    let pi = odds(a, b);
    if (!even || !moves) old = madd(pi, pi, plus(pr, pr, old, count));
    gr = madd(pi, im, plus(pr, re, gr, count));
    gi = nmadd(pi, re, plus(pr, im, gi, count));
    if (moves) {
      pr = madd(si, im, madd(sr, re, pr));
      pi = nmadd(si, re, madd(sr, im, pi));
      put(p, pr, pi);
      fresh = madd(pi, pi, plus(pr, pr, fresh, count));
    }
    chi += pitch;
    p += plane;
  } while (--m);
  let weight = ld(table + STEP_O);
  if (!even) weight = f32x4.div(weight, madd(old, ld(table + WEIGHT_P), ld(table + FLOOR_P)));
  put(to, mul(weight, gr), mul(weight, gi));
  return moves ? fresh : old;
}

/** One strip. Returns the largest Σ_m|P_m|² of each lane. */
@inline
function updateStrip(
  at: usize,
  probe: usize,
  patch: usize,
  gradient: usize,
  count: i32,
  moves: bool,
  even: bool,
): v128 {
  const line = <usize>size << 3;
  const plane = line * size;
  const pitch = stripPitch;
  let p = probe + at;
  let o = patch + at;
  let to = gradient + at;
  let peak = splat(0);
  for (let strip = stripStart, end = stripStart + (line << 3); strip < end; strip += 64) {
    peak = larger(peak, updateHalf(strip, p, o, to, plane, pitch, count, moves, even));
    peak = larger(peak, updateHalf(strip + 32, p + 32, o + 32, to + 32, plane, pitch, count, moves, even));
    p += line;
    o += line;
    to += line;
  }
  return peak;
}

// One function each, so that each loop is compiled for its case; `even` is ePIE, whose divisors are the same everywhere.
function updateOne(at: usize, probe: usize, patch: usize, gradient: usize): v128 {
  return updateStrip(at, probe, patch, gradient, 1, true, false);
}

function updateAll(at: usize, probe: usize, patch: usize, gradient: usize): v128 {
  return updateStrip(at, probe, patch, gradient, modes, true, false);
}

function evenOne(at: usize, probe: usize, patch: usize, gradient: usize): v128 {
  return updateStrip(at, probe, patch, gradient, 1, true, true);
}

function evenAll(at: usize, probe: usize, patch: usize, gradient: usize): v128 {
  return updateStrip(at, probe, patch, gradient, modes, true, true);
}

function keepAll(at: usize, probe: usize, patch: usize, gradient: usize): v128 {
  return updateStrip(at, probe, patch, gradient, modes, false, false);
}

/** gradient = stepO·Σ_m P_m*χ_m / (weightP·Σ_m|P_m|² + floorP), P_m += stepP·O_r*χ_m / (weightO·|O_r|² + floorO).
 * Returns max Σ_m|P_m|² of the new probe. */
export function pieEpilogue(
  probe: usize,
  patch: usize,
  gradient: usize,
  weightP: f32,
  floorP: f32,
  stepO: f32,
  weightO: f32,
  floorO: f32,
  stepP: f32,
): f32 {
  const even = weightP === 0 && weightO === 0 && stepP !== 0;
  if (even) {
    stepO /= floorP;
    stepP /= floorO;
  }
  st(numbers + WEIGHT_P, splat(weightP));
  st(numbers + FLOOR_P, splat(floorP));
  st(numbers + STEP_O, splat(stepO));
  st(numbers + WEIGHT_O, splat(weightO));
  st(numbers + FLOOR_O, splat(floorO));
  st(numbers + STEP_P, splat(stepP));
  let peak = splat(0);
  for (let block: usize = 0; block < <usize>size >> 3; block++) {
    let field = fieldStart + block * fieldPitch;
    let strip = stripStart;
    for (let m = 0; m < modes; m++) {
      inverse(field, strip);
      field += fieldBytes;
      strip += stripPitch;
    }
    const at = block << 6;
    let most: v128;
    if (stepP === 0) most = keepAll(at, probe, patch, gradient);
    else if (even) most = modes === 1 ? evenOne(at, probe, patch, gradient) : evenAll(at, probe, patch, gradient);
    else most = modes === 1 ? updateOne(at, probe, patch, gradient) : updateAll(at, probe, patch, gradient);
    peak = larger(peak, most);
  }
  return largest(peak);
}
