// Orthogonal modes: their Gram matrix is diagonal and falling, the intensity of every pixel is what it was, and modes that
// were mixed by a known unitary matrix come back.

import { describe, expect, test } from "vitest";
import { createRng } from "../../math/random/rng.ts";
import { orthogonalizeModes } from "./orthogonalize.ts";

const pixels = 64;

/** K modes of unlike power, neither orthogonal nor real. */
function modesOf(count: number, seed: number): Float32Array {
  const rng = createRng(seed, "engine");
  return Float32Array.from(
    { length: 2 * count * pixels },
    (_, i) => (1 + Math.floor(i / (2 * pixels))) * (rng.uniform() - 0.3),
  );
}

/** <p, q> = Σ p*q. */
function inner(probe: Float32Array, p: number, q: number): { re: number; im: number } {
  let [re, im] = [0, 0];
  for (let i = 0; i < 2 * pixels; i += 2) {
    const [ar, ai] = [probe[2 * pixels * p + i]!, probe[2 * pixels * p + i + 1]!];
    const [br, bi] = [probe[2 * pixels * q + i]!, probe[2 * pixels * q + i + 1]!];
    re += ar * br + ai * bi;
    im += ar * bi - ai * br;
  }
  return { re, im };
}

/** Σ_m|P_m·o|² of a field o: what a detector pixel would see of the modes through any linear optics. */
function intensity(probe: Float32Array, seed: number): number {
  const rng = createRng(seed, "probe");
  const ray = Float64Array.from({ length: 2 * pixels }, () => rng.uniform() - 0.5);
  let sum = 0;
  for (let m = 0; m < probe.length / (2 * pixels); m++) {
    let [re, im] = [0, 0];
    for (let i = 0; i < 2 * pixels; i += 2) {
      const [pr, pi] = [probe[2 * pixels * m + i]!, probe[2 * pixels * m + i + 1]!];
      re += pr * ray[i]! - pi * ray[i + 1]!;
      im += pr * ray[i + 1]! + pi * ray[i]!;
    }
    sum += re * re + im * im;
  }
  return sum;
}

describe.each([2, 3, 5])("%i modes", (count) => {
  const before = modesOf(count, count);
  const after = before.slice();
  orthogonalizeModes(after, count);

  test("are mutually orthogonal afterwards, sorted by power", () => {
    let last = Infinity;
    for (let p = 0; p < count; p++) {
      const own = inner(after, p, p).re;
      expect(own).toBeLessThanOrEqual(last);
      last = own;
      for (let q = 0; q < p; q++) {
        const { re, im } = inner(after, p, q);
        // float32 modes: a cosine of 1e-6 is rounding.
        expect(Math.hypot(re, im)).toBeLessThan(1e-6 * Math.sqrt(own * inner(after, q, q).re));
      }
    }
  });

  test("give every pixel, and every linear optics behind them, the same intensity", () => {
    for (let i = 0; i < 2 * pixels; i += 2) {
      const power = (probe: Float32Array) =>
        Array.from({ length: count }, (_, m) => 2 * pixels * m + i).reduce(
          (sum, at) => sum + probe[at]! ** 2 + probe[at + 1]! ** 2,
          0,
        );
      expect(power(after) / power(before)).toBeCloseTo(1, 5);
    }
    for (let seed = 0; seed < 5; seed++) {
      expect(intensity(after, seed) / intensity(before, seed)).toBeCloseTo(1, 5);
    }
  });

  test("are left alone when they are orthogonal and sorted", () => {
    const again = after.slice();
    orthogonalizeModes(again, count);
    for (let i = 0; i < again.length; i++) expect(again[i]).toBeCloseTo(after[i]!, 5);
  });
});

test("two modes that were mixed come back, up to a phase of each", () => {
  // Plane waves are orthogonal; powers 9 and 1.
  const wave = (turns: number, amplitude: number) =>
    Array.from({ length: pixels }, (_, i) => {
      const angle = (2 * Math.PI * turns * i) / pixels;
      return [amplitude * Math.cos(angle), amplitude * Math.sin(angle)];
    }).flat();
  const [a, b] = [wave(3, 3), wave(5, 1)];
  const [c, s, phase] = [Math.cos(0.7), Math.sin(0.7), 1.1];
  const mixed = new Float32Array(4 * pixels);
  for (let i = 0; i < 2 * pixels; i += 2) {
    // b turned by a phase first, so that the mixture is complex.
    const br = b[i]! * Math.cos(phase) - b[i + 1]! * Math.sin(phase);
    const bi = b[i]! * Math.sin(phase) + b[i + 1]! * Math.cos(phase);
    mixed[i] = c * a[i]! + s * br;
    mixed[i + 1] = c * a[i + 1]! + s * bi;
    mixed[2 * pixels + i] = c * br - s * a[i]!;
    mixed[2 * pixels + i + 1] = c * bi - s * a[i + 1]!;
  }
  orthogonalizeModes(mixed, 2);
  for (const [m, truth] of [a, b].entries()) {
    const both = Float32Array.from([...mixed.subarray(2 * pixels * m, 2 * pixels * (m + 1)), ...truth]);
    const { re, im } = inner(both, 0, 1);
    const norm = Math.sqrt(inner(both, 0, 0).re * inner(both, 1, 1).re);
    expect(Math.hypot(re, im) / norm).toBeCloseTo(1, 6);
  }
});

test("a mode that repeats another one leaves one bright and one dark mode", () => {
  const one = modesOf(1, 9);
  const twice = Float32Array.from([...one, ...one]);
  orthogonalizeModes(twice, 2);
  expect(inner(twice, 0, 0).re / inner(one, 0, 0).re).toBeCloseTo(2, 5);
  expect(inner(twice, 1, 1).re).toBeLessThan(1e-10 * inner(one, 0, 0).re);
  expect(twice.every(Number.isFinite)).toBe(true);
});
