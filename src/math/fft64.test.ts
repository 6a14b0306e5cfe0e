// The double-precision transform agrees with the naive DFT at every length, primes included.

import { describe, expect, test } from "vitest";
import { createRng, normal } from "./random/rng.ts";
import { createFft64, fastLength, fft2Float64, signedIndex } from "./fft64.ts";

function noise(n: number, seed = 1): Float64Array {
  const rng = createRng(seed, "phantom");
  return Float64Array.from({ length: 2 * n }, () => normal(rng));
}

/** The definition, with the phase reduced as an integer. */
function naiveDft(f: Float64Array, height: number, width: number): Float64Array {
  const out = new Float64Array(f.length);
  for (let ky = 0; ky < height; ky++) {
    for (let kx = 0; kx < width; kx++) {
      let re = 0;
      let im = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const angle = -2 * Math.PI * (((ky * y) % height) / height + ((kx * x) % width) / width);
          const i = 2 * (y * width + x);
          re += f[i]! * Math.cos(angle) - f[i + 1]! * Math.sin(angle);
          im += f[i]! * Math.sin(angle) + f[i + 1]! * Math.cos(angle);
        }
      }
      out[2 * (ky * width + kx)] = re;
      out[2 * (ky * width + kx) + 1] = im;
    }
  }
  return out;
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

describe("fft64", () => {
  test.each([
    1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 25, 31, 32, 45, 60, 64, 97, 100, 125, 127, 128, 144, 150, 210, 243,
  ])("length %i agrees with the naive DFT", (n) => {
    const f = noise(n, n);
    const expected = naiveDft(f, 1, n);
    createFft64(n).forward(f);
    // float64 rounding of sums of n terms of size 1, for both sides
    expect(largestDifference(f, expected)).toBeLessThan(1e-12 * n);
  });

  test.each([
    [4, 4],
    [6, 9],
    [16, 5],
    [1, 7],
    [13, 13],
  ])("%i×%i agrees with the naive 2-D DFT", (height, width) => {
    const f = noise(height * width);
    const expected = naiveDft(f, height, width);
    fft2Float64(f, height, width);
    expect(largestDifference(f, expected)).toBeLessThan(1e-11);
  });

  test.each([8, 30, 101])("the inverse undoes the forward transform at %i²", (n) => {
    const f = noise(n * n);
    const start = f.slice();
    fft2Float64(f, n, n);
    fft2Float64(f, n, n, { inverse: true });
    expect(largestDifference(f, start)).toBeLessThan(1e-13 * n);
  });

  test("transforms only the part that starts at the offset", () => {
    const f = noise(12);
    const alone = f.slice(6, 16);
    const start = f.slice();
    createFft64(5).forward(f, 3);
    createFft64(5).forward(alone);
    expect(f.slice(6, 16)).toEqual(alone);
    expect(f.slice(0, 6)).toEqual(start.slice(0, 6));
    expect(f.slice(16)).toEqual(start.slice(16));
  });

  test("a prime length keeps Parseval to 1e-13", () => {
    const n = 1009;
    const f = noise(n);
    const energy = f.reduce((sum, value) => sum + value * value, 0);
    createFft64(n).forward(f);
    const spectral = f.reduce((sum, value) => sum + value * value, 0) / n;
    expect(Math.abs(spectral / energy - 1)).toBeLessThan(1e-13);
  });

  test("signed indices are those of numpy's fftfreq", () => {
    expect([0, 1, 2, 3].map((k) => signedIndex(k, 4))).toEqual([0, 1, -2, -1]);
    expect([0, 1, 2, 3, 4].map((k) => signedIndex(k, 5))).toEqual([0, 1, 2, -2, -1]);
  });

  test("a fast length is the next power of two", () => {
    expect([1, 2, 3, 64, 65, 1000].map(fastLength)).toEqual([1, 2, 4, 64, 128, 1024]);
  });

  test.each([0, -3, 2.5, Number.NaN])("refuses length %d", (n) => {
    expect(() => createFft64(n)).toThrow(/positive integer/);
  });

  test("refuses a field that does not fit its shape", () => {
    expect(() => fft2Float64(new Float64Array(10), 2, 2)).toThrow(/expected 8 numbers/);
  });
});
