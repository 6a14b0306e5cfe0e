// The isotropic phase curvature in a complex product p = recon·truth*: κ maximises |Σ p e^{−i(κ|x−c|² + r·x)}| over κ and the
// ramp r, c the centre of the field. No phase is unwrapped. Start: p(x+L)·p*(x) turns curvature into a ramp of 2κL, which
// the Fourier peak of phase-ramp.ts finds; refinement: Newton's method in κ and in r by turns.

import { estimateRamp } from "./phase-ramp.ts";

/** Largest curvature that is looked for, as phase over a lag of an eighth of the side: the start is unambiguous below π. */
const lagsPerSide = 8;

/** Curvature of a complex128 [h, w] field in rad/px², about its centre; zero outside the mask. The field is left as it is. No
 * power gives none. `nearZero`: it is known to be small, only the refinement runs. */
export function estimateCurvature(
  product: Float64Array,
  height: number,
  width: number,
  { nearZero = false }: { readonly nearZero?: boolean } = {},
): number {
  const field = product.slice();
  let curvature = 0;
  if (!nearZero) {
    const along = lagged(field, height, width, Math.max(1, Math.floor(width / lagsPerSide)), 0);
    const across = lagged(field, height, width, 0, Math.max(1, Math.floor(height / lagsPerSide)));
    curvature = (along + across) / 2;
    bend(field, height, width, -curvature);
  }
  for (let round = 0; round < 6; round++) {
    const ramp = estimateRamp(field, height, width, { nearZero: nearZero || round > 0 });
    tilt(field, height, width, ramp);
    const step = refined(field, height, width);
    bend(field, height, width, -step);
    curvature += step;
    // A twentieth of the finest step that complex64 pixels can show at the corner of the field.
    if (Math.abs(step) * (height * height + width * width) < 1e-8) break;
  }
  return curvature;
}

/** Curvature from the ramp of p(x+L)·p*(x), L along one axis. */
function lagged(field: Float64Array, height: number, width: number, dx: number, dy: number): number {
  const rows = height - dy;
  const columns = width - dx;
  if (rows < 2 || columns < 2) return 0;
  const out = new Float64Array(2 * rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const near = 2 * (y * width + x);
      const far = 2 * ((y + dy) * width + x + dx);
      const o = 2 * (y * columns + x);
      out[o] = field[far]! * field[near]! + field[far + 1]! * field[near + 1]!;
      out[o + 1] = field[far + 1]! * field[near]! - field[far]! * field[near + 1]!;
    }
  }
  const ramp = estimateRamp(out, rows, columns);
  return dx > 0 ? ramp.x / (2 * dx) : ramp.y / (2 * dy);
}

/** Newton's step of log|Σ|² in κ from 0, halved until |Σ|² rises. */
function refined(field: Float64Array, height: number, width: number): number {
  let total = 0;
  let best = sums(field, height, width, 0);
  for (let round = 0; round < 4; round++) {
    const { re, im, re2, im2, re4, im4, power } = best;
    if (power === 0) return total;
    const m2 = { re: (re2 * re + im2 * im) / power, im: (im2 * re - re2 * im) / power };
    const m4 = (re4 * re + im4 * im) / power;
    const slope = 2 * m2.im;
    const hessian = -2 * (m4 - (m2.re * m2.re - m2.im * m2.im));
    if (!(hessian < 0)) return total;
    let step = -slope / hessian;
    let improved = false;
    for (let halving = 0; halving < 12 && !improved; halving++, step /= 2) {
      const tried = sums(field, height, width, total + step);
      if (tried.power <= best.power) continue;
      [best, total, improved] = [tried, total + step, true];
    }
    if (!improved) break;
  }
  return total;
}

interface Sums {
  readonly re: number;
  readonly im: number;
  readonly re2: number;
  readonly im2: number;
  readonly re4: number;
  readonly im4: number;
  /** |Σ q|², q = p e^{−iκρ²}. */
  readonly power: number;
}

/** Σ q, Σ ρ²q and Σ ρ⁴q. */
function sums(field: Float64Array, height: number, width: number, curvature: number): Sums {
  let [re, im, re2, im2, re4, im4] = [0, 0, 0, 0, 0, 0];
  const cx = (width - 1) / 2;
  const cy = (height - 1) / 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = 2 * (y * width + x);
      if (field[i] === 0 && field[i + 1] === 0) continue;
      const square = (x - cx) ** 2 + (y - cy) ** 2;
      const c = Math.cos(curvature * square);
      const s = -Math.sin(curvature * square);
      const qr = field[i]! * c - field[i + 1]! * s;
      const qi = field[i]! * s + field[i + 1]! * c;
      re += qr;
      im += qi;
      re2 += square * qr;
      im2 += square * qi;
      re4 += square * square * qr;
      im4 += square * square * qi;
    }
  }
  return { re, im, re2, im2, re4, im4, power: re * re + im * im };
}

/** Multiplies by e^{iκ|x−c|²}. */
function bend(field: Float64Array, height: number, width: number, curvature: number): void {
  const cx = (width - 1) / 2;
  const cy = (height - 1) / 2;
  turnBy(field, height, width, (x, y) => curvature * ((x - cx) ** 2 + (y - cy) ** 2));
}

/** Multiplies by e^{−i r·x}. */
function tilt(field: Float64Array, height: number, width: number, ramp: { x: number; y: number }): void {
  turnBy(field, height, width, (x, y) => -(ramp.x * x + ramp.y * y));
}

function turnBy(
  field: Float64Array,
  height: number,
  width: number,
  angle: (x: number, y: number) => number,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = 2 * (y * width + x);
      const c = Math.cos(angle(x, y));
      const s = Math.sin(angle(x, y));
      const re = field[i]! * c - field[i + 1]! * s;
      field[i + 1] = field[i]! * s + field[i + 1]! * c;
      field[i] = re;
    }
  }
}
