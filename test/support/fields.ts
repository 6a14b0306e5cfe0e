// Complex test fields and the plain definitions they are held against. Shares no transform with the library.

import { createRng, normal } from "../../src/math/random/rng.ts";

/** Complex normal noise, interleaved, `count` complex numbers. */
export function randomField(count: number, seed: number): Float32Array {
  const rng = createRng(seed, "engine");
  return Float32Array.from({ length: 2 * count }, () => normal(rng));
}

/** Σ |u|². */
export function powerOf(field: ArrayLike<number>): number {
  let power = 0;
  for (let i = 0; i < field.length; i++) power += field[i]! ** 2;
  return power;
}

/** ‖actual − expected‖ / ‖expected‖. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let error = 0;
  for (let i = 0; i < expected.length; i++) error += (actual[i]! - expected[i]!) ** 2;
  return Math.sqrt(error / powerOf(expected));
}

/** |⟨Aa, b⟩ − ⟨a, A*b⟩| / (‖Aa‖‖b‖), given Aa and A*b: 0 for an exact adjoint. */
export function adjointMismatch(
  a: ArrayLike<number>,
  forwardOfA: ArrayLike<number>,
  b: ArrayLike<number>,
  adjointOfB: ArrayLike<number>,
): number {
  const [leftRe, leftIm] = inner(forwardOfA, b);
  const [rightRe, rightIm] = inner(a, adjointOfB);
  return Math.hypot(leftRe - rightRe, leftIm - rightIm) / Math.sqrt(powerOf(forwardOfA) * powerOf(b));
}

/** Σ u v*. */
function inner(u: ArrayLike<number>, v: ArrayLike<number>): [number, number] {
  let re = 0;
  let im = 0;
  for (let i = 0; i < u.length; i += 2) {
    re += u[i]! * v[i]! + u[i + 1]! * v[i + 1]!;
    im += u[i + 1]! * v[i]! - u[i]! * v[i + 1]!;
  }
  return [re, im];
}

/** The unitary 2-D DFT by its definition, float64, row by column; sign −1 forward, +1 inverse. */
export function naiveDft2(field: ArrayLike<number>, size: number, sign: -1 | 1): Float64Array {
  const half = new Float64Array(field.length);
  const out = new Float64Array(field.length);
  const pass = (from: ArrayLike<number>, to: Float64Array, step: number, lineStep: number): void => {
    for (let line = 0; line < size; line++) {
      for (let k = 0; k < size; k++) {
        let re = 0;
        let im = 0;
        for (let x = 0; x < size; x++) {
          const i = 2 * (line * lineStep + x * step);
          const angle = (sign * 2 * Math.PI * ((k * x) % size)) / size;
          re += from[i]! * Math.cos(angle) - from[i + 1]! * Math.sin(angle);
          im += from[i]! * Math.sin(angle) + from[i + 1]! * Math.cos(angle);
        }
        const o = 2 * (line * lineStep + k * step);
        to[o] = re / Math.sqrt(size);
        to[o + 1] = im / Math.sqrt(size);
      }
    }
  };
  pass(field, half, 1, size);
  pass(half, out, size, 1);
  return out;
}
