// AssemblyScript. What the data say, on a strip whose rows lie in the detector: I = Σ_m|Ψ_m|², λ, the factor f − 1 and
// the frame's stats. Counts, background and strips are in the same order, so all of it runs along memory.
// A chunk goes through four short loops: quotient, root and factor, the quotient of a logarithm, the logarithm. What waits
// for a divider or a root fills the processor's queue of waiting operations, and the longer the way through a loop the
// fewer rounds of it fit in. Chunks without a photon need no logarithms: few photons make fast frames.
// Sums are kept in four lanes over one chunk and added up in float64: the same bytes on every run.

import { bytesToLine, floatsToLine, wordsToLine } from "./counts";
import { chunkLines, countType, modes, numbers, size, stripPitch, stripStart } from "./state";
import { add, larger, ld, madd, mul, nmadd, splat, st, sub, total } from "./vector";

/** What to do with a strip besides the stats. */
export const AMPLITUDE = 0;
export const POISSON = 1;
/** Proximal form of the Poisson likelihood. */
export const PROXIMAL = 2;
export const SCORE = 3;
/** Slope and curvature: a second set of strips, after the first, holds the change of the waves. */
export const CURVE_AMPLITUDE = 4;
export const CURVE_POISSON = 5;

/** Where the model is dark and photons were measured, the likelihood's slope (n − λ)/(λ + ε) has no bound but ε. So photons
 * beyond those of the model and a few more add half of themselves to ε: a wave at most doubles, and dark frames of few photons,
 * whose mean must not move, are as they were [ENGINE-059]. */
const FEW_PHOTONS: f32 = 16;
const OWN_SHARE: f32 = 0.5;

let misfit: f64 = 0;
let deviance: f64 = 0;
let intensity: f64 = 0;
let counts: f64 = 0;
let slope: f64 = 0;
let curvature: f64 = 0;

let measuredNorm: f32 = 1;
let darkCounts: f32 = 0;

export function setDarkCounts(value: f32): void {
  darkCounts = value;
}

/** Writes the four numbers of scan-memory.ts: misfit, deviance, intensity, counts. */
export function endFrame(to: usize): void {
  store<f64>(to, misfit);
  store<f64>(to, 2 * deviance, 8);
  store<f64>(to, intensity * <f64>measuredNorm, 16);
  store<f64>(to, counts, 24);
}

export function lastSlope(): f64 {
  return slope;
}

export function lastCurvature(): f64 {
  return curvature;
}

/** Pixels of a chunk: its lines stay in the first-level cache. */
const CHUNK: i32 = 256;
// Lines of a chunk, float32, from `chunkLines` on; the counts come first.
const LAMBDA: usize = 1024;
const RATIO: usize = 2048;
/** Intensity, then the factor. */
const FACTOR: usize = 3072;
const OVERLAP: usize = 4096;
/** (m − 1)/(m + 1) of a logarithm. */
const SLANT: usize = 5120;

// Vectors that stay the same for a frame, in scratch: TurboFan builds a constant vector anew, in three instructions,
// wherever it is used.
const GAIN: usize = 0;
const AFTER: usize = 16;
const EPSILON: usize = 32;
const DARKEST: usize = 48;
const ONE: usize = 64;
const TWICE_GAIN: usize = 80;
const HALF_AFTER: usize = 96;
const QUARTER_AFTER: usize = 112;
const THREE: usize = 128;
const EIGHT: usize = 144;
const LOG0: usize = 160;
const LOG1: usize = 176;
const LOG2: usize = 192;
const LN2: usize = 208;
const ROOT_BITS: usize = 224;
const FEW: usize = 240;
const HALF: usize = 256;
const QUARTER: usize = 272;

/** Intensity line: Σ_m |Ψ_m|². */
function power(strip: usize, bytes: usize): void {
  for (let m = 0; m < modes; m++) {
    let row = strip;
    for (let line = chunkLines, end = chunkLines + bytes; line < end; line += 16) {
      const re = ld(row);
      const im = ld(row + 16);
      let sum = mul(re, re);
      if (m > 0) sum = add(sum, v128.load(line, FACTOR));
      v128.store(line, madd(im, im, sum), FACTOR);
      row += 32;
    }
    strip += stripPitch;
  }
}

/** Overlap line: Re Σ_m Ψ_m*·δ_m; the strips of δ follow those of Ψ. */
function overlap(strip: usize, bytes: usize): void {
  const set = stripPitch * modes;
  for (let m = 0; m < modes; m++) {
    let row = strip;
    for (let line = chunkLines, end = chunkLines + bytes; line < end; line += 16) {
      let sum = mul(ld(row), ld(row + set));
      if (m > 0) sum = add(sum, v128.load(line, OVERLAP));
      v128.store(line, madd(ld(row + 16), ld(row + set + 16), sum), OVERLAP);
      row += 32;
    }
    strip += stripPitch;
  }
}

/** Ψ_m ← factor·Ψ_m */
function multiply(strip: usize, bytes: usize): void {
  for (let m = 0; m < modes; m++) {
    let row = strip;
    for (let line = chunkLines, end = chunkLines + bytes; line < end; line += 16) {
      const factor = v128.load(line, FACTOR);
      st(row, mul(ld(row), factor));
      st(row + 16, mul(ld(row + 16), factor));
      row += 32;
    }
    strip += stripPitch;
  }
}

/** λ and n/λ to their lines. A masked pixel gets a ratio of 1: it asks for nothing. Returns Σn. */
@inline
function compare(single: bool, row: usize, background: usize, bytes: usize): f64 {
  const none = splat(0);
  const one = ld(numbers + ONE);
  const gain = ld(numbers + GAIN);
  const darkest = ld(numbers + DARKEST);
  let sumIntensity = splat(0);
  let sumLambda = splat(0);
  let sumCounts = splat(0);
  for (let line = chunkLines, end = chunkLines + bytes; line < end; line += 16) {
    let intensities: v128;
    if (single) {
      const re = ld(row);
      const im = ld(row + 16);
      intensities = madd(im, im, mul(re, re));
    } else {
      intensities = v128.load(line, FACTOR);
    }
    const counted = ld(line);
    const on = f32x4.ge(counted, none);
    const n = larger(none, counted);
    const lambda = larger(madd(intensities, gain, ld(background)), darkest);
    v128.store(line, lambda, LAMBDA);
    v128.store(line, v128.bitselect(f32x4.div(n, lambda), one, on), RATIO);
    sumIntensity = add(sumIntensity, v128.and(intensities, on));
    sumLambda = add(sumLambda, v128.and(lambda, on));
    sumCounts = add(sumCounts, n);
    background += 16;
    row += 32;
  }
  const counted = total(sumCounts);
  intensity += total(sumIntensity);
  counts += counted;
  deviance += total(sumLambda) - counted;
  return counted;
}

/** What is added to λ where n − λ is divided by it. */
@inline
function floorOf(excess: v128, table: usize): v128 {
  return larger(ld(table + EPSILON), mul(sub(excess, ld(table + FEW)), ld(table + HALF)));
}

/** f − 1 to the factor line or, for one mode, onto the strip. */
@inline
function constrain(kind: i32, single: bool, row: usize, bytes: usize): void {
  const table = numbers;
  const one = ld(table + ONE);
  let sum = splat(0);
  for (let line = chunkLines, end = chunkLines + bytes; line < end; line += 16) {
    const ratio = v128.load(line, RATIO);
    const lambda = v128.load(line, LAMBDA);
    const gap = sub(f32x4.sqrt(ratio), one);
    // (√λ − √n)² = λ(1 − √(n/λ))²
    sum = madd(mul(gap, gap), lambda, sum);
    let factor = gap;
    if (kind === AMPLITUDE) {
      factor = mul(gap, ld(table + AFTER));
    } else if (kind === POISSON) {
      // n − λ = (n/λ − 1)·λ
      const asked = mul(sub(ratio, one), mul(lambda, ld(table + HALF_AFTER)));
      factor = f32x4.div(asked, add(lambda, floorOf(sub(ld(line), lambda), table)));
    } else if (kind === PROXIMAL) {
      factor = sub(f32x4.sqrt(madd(ld(table + EIGHT), ratio, one)), ld(table + THREE));
      factor = mul(factor, ld(table + QUARTER_AFTER));
    }
    if (kind < SCORE) {
      if (single) {
        st(row, mul(ld(row), factor));
        st(row + 16, mul(ld(row + 16), factor));
      } else {
        v128.store(line, factor, FACTOR);
      }
    }
    row += 32;
  }
  misfit += total(sum);
}

// One function each, so that each loop is compiled for its case.
function compareOne(strip: usize, background: usize, bytes: usize): f64 {
  return compare(true, strip, background, bytes);
}

function compareAll(background: usize, bytes: usize): f64 {
  return compare(false, 0, background, bytes);
}

function amplitudeOne(strip: usize, bytes: usize): void {
  constrain(AMPLITUDE, true, strip, bytes);
}

function poissonOne(strip: usize, bytes: usize): void {
  constrain(POISSON, true, strip, bytes);
}

function amplitudeAll(bytes: usize): void {
  constrain(AMPLITUDE, false, 0, bytes);
}

function poissonAll(bytes: usize): void {
  constrain(POISSON, false, 0, bytes);
}

function proximalAll(bytes: usize): void {
  constrain(PROXIMAL, false, 0, bytes);
}

function measureAll(bytes: usize): void {
  constrain(SCORE, false, 0, bytes);
}

/** Σ n ln(n/λ) of half the deviance, Σ n ln(n/λ) − n + λ. ln x to relative error 2e-7, and finite for 0 (so that 0·ln 0 is
 * 0): x = 2^e·m with m in [√½, √2), ln m = 2 artanh s = s·R(s²), s = (m − 1)/(m + 1), R fitted for least relative error
 * (Lawson weights). */
function addLogarithms(bytes: usize): void {
  const one = ld(numbers + ONE);
  const bits = ld(numbers + ROOT_BITS);
  for (let line = chunkLines, end = chunkLines + bytes; line < end; line += 16) {
    const x = v128.load(line, RATIO);
    const exponent = i32x4.shr_s(i32x4.sub(x, bits), 23);
    const m = i32x4.sub(x, i32x4.shl(exponent, 23));
    v128.store(line, f32x4.div(sub(m, one), add(m, one)), SLANT);
  }
  const ln2 = ld(numbers + LN2);
  const r0 = ld(numbers + LOG0);
  const r1 = ld(numbers + LOG1);
  const r2 = ld(numbers + LOG2);
  const none = splat(0);
  let sum = splat(0);
  for (let line = chunkLines, end = chunkLines + bytes; line < end; line += 16) {
    const exponent = i32x4.shr_s(i32x4.sub(v128.load(line, RATIO), bits), 23);
    const s = v128.load(line, SLANT);
    const u = mul(s, s);
    const r = madd(u, madd(u, r2, r1), r0);
    const logarithm = madd(f32x4.convert_i32x4_s(exponent), ln2, mul(s, r));
    sum = madd(larger(none, ld(line)), logarithm, sum);
  }
  deviance += total(sum);
}

/** Slope and curvature along the change in the overlap line. */
@inline
function addCurve(kind: i32, bytes: usize): void {
  const table = numbers;
  let sumSlope = splat(0);
  let sumCurvature = splat(0);
  for (let line = chunkLines, end = chunkLines + bytes; line < end; line += 16) {
    const counted = ld(line);
    const on = f32x4.ge(counted, splat(0));
    const n = v128.and(counted, on);
    const lambda = v128.load(line, LAMBDA);
    const change = mul(v128.and(v128.load(line, OVERLAP), on), ld(table + TWICE_GAIN));
    if (kind === CURVE_AMPLITUDE) {
      const gap = sub(f32x4.sqrt(v128.load(line, RATIO)), ld(table + ONE));
      sumSlope = nmadd(change, gap, sumSlope);
      sumCurvature = add(sumCurvature, f32x4.div(mul(change, change), add(lambda, lambda)));
    } else {
      const lifted = add(lambda, floorOf(sub(n, lambda), table));
      sumSlope = madd(change, f32x4.div(sub(lambda, n), lifted), sumSlope);
      // A wave far darker than its photons brightens by its square: it bends as much more than its slope tells.
      const bend = larger(ld(table + ONE), mul(f32x4.sqrt(v128.load(line, RATIO)), ld(table + QUARTER)));
      sumCurvature = madd(mul(change, change), f32x4.div(bend, lifted), sumCurvature);
    }
  }
  slope += total(sumSlope);
  curvature += total(sumCurvature);
}

function addAmplitudeCurve(bytes: usize): void {
  addCurve(CURVE_AMPLITUDE, bytes);
}

function addPoissonCurve(bytes: usize): void {
  addCurve(CURVE_POISSON, bytes);
}

function keep(place: usize, value: f32): void {
  st(numbers + place, splat(value));
}

/** Before the strips of a frame. `norm`: |F|² of the transform before; the factor is multiplied by `after` for the
 * transform to come. */
export function beginFrame(scale: f32, norm: f32, after: f32): void {
  keep(GAIN, scale * norm);
  keep(AFTER, after);
  keep(EPSILON, darkCounts);
  keep(DARKEST, 1e-20);
  keep(ONE, 1);
  keep(TWICE_GAIN, 2 * scale * norm);
  keep(HALF_AFTER, 0.5 * after);
  keep(QUARTER_AFTER, 0.25 * after);
  keep(FEW, FEW_PHOTONS);
  keep(HALF, OWN_SHARE);
  keep(QUARTER, 0.25);
  keep(THREE, 3);
  keep(EIGHT, 8);
  keep(LOG0, 2.000000237507786);
  keep(LOG1, 0.6665222279605416);
  keep(LOG2, 0.41296372642276674);
  keep(LN2, 0.6931471805599453);
  st(numbers + ROOT_BITS, i32x4.splat(0x3f3504f3));
  measuredNorm = norm;
  misfit = 0;
  deviance = 0;
  intensity = 0;
  counts = 0;
  slope = 0;
  curvature = 0;
}

/** The work strips as strip number `index` of the detector. */
export function constrainStrip(kind: i32, index: i32, frame: usize, background: usize): void {
  const length = size << 3;
  const start = index * length;
  for (let first = 0; first < length; first += CHUNK) {
    const pixels = min(CHUNK, length - first);
    const pixel = <usize>(start + first);
    if (countType === 0) bytesToLine(frame + pixel, chunkLines, pixels);
    else if (countType === 1) wordsToLine(frame + (pixel << 1), chunkLines, pixels);
    else floatsToLine(frame + (pixel << 2), chunkLines, pixels);
    constrainChunk(kind, stripStart + (<usize>first << 3), background + (pixel << 2), <usize>pixels << 2);
  }
}

function constrainChunk(kind: i32, strip: usize, background: usize, bytes: usize): void {
  let counted: f64;
  if (modes === 1 && kind <= POISSON) {
    counted = compareOne(strip, background, bytes);
    if (kind === AMPLITUDE) amplitudeOne(strip, bytes);
    else poissonOne(strip, bytes);
  } else {
    power(strip, bytes);
    counted = compareAll(background, bytes);
    if (kind === AMPLITUDE) amplitudeAll(bytes);
    else if (kind === POISSON) poissonAll(bytes);
    else if (kind === PROXIMAL) proximalAll(bytes);
    else measureAll(bytes);
    if (kind < SCORE) multiply(strip, bytes);
  }
  if (kind > SCORE) {
    overlap(strip, bytes);
    if (kind === CURVE_AMPLITUDE) addAmplitudeCurve(bytes);
    else addPoissonCurve(bytes);
  }
  if (counted > 0) addLogarithms(bytes);
}
