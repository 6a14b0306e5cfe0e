// Shrinkage does to fields of known statistics what closed forms say: white noise of known information goes, a signal of known
// strength keeps Wiener's share, and its filter agrees with sums written out in pixels.

import { describe, expect, test } from "vitest";
import { createRng, normal } from "../../math/random/rng.ts";
import {
  excessOf,
  ringsOf,
  ringSums,
  shrinkageOf,
  spectrumOf,
  type Evidence,
  type Shrinkage,
} from "./shrinkage.ts";

const [height, width] = [40, 48];
const pixels = height * width;
const rings = ringsOf(height, width);
const upright = [1, 0] as const;

function noise(seed: number): Float32Array {
  const rng = createRng(seed, "engine");
  return Float32Array.from({ length: 2 * pixels }, () => normal(rng));
}

/** Evidence as if information were `f` everywhere, a fit let the share `through` pass, and the truth were `truth`. */
function evidenceOf(truth: Float32Array, f: number, through: number, seed: number): Evidence {
  const errors = noise(seed);
  const best = spectrumOf(
    truth.map((value, i) => value + errors[i]! / Math.sqrt(f)),
    upright,
    rings,
  );
  const found = best.map((value) => through * value);
  const times = (factor: number) => best.map((value) => factor * value);
  return {
    claims: ringSums(rings, found, times(f)),
    bends: ringSums(rings, found, times(f * through)),
    energies: ringSums(rings, found, found),
    information: [rings.radius.map(() => f), rings.radius.map(() => f)],
  };
}

const weighted = ({ gains }: Shrinkage, part: 0 | 1) =>
  gains[part].reduce((sum, gain, r) => sum + gain * rings.pixels[r]!, 0) / pixels;

describe.each([1, 0.2])("when a fit lets the share %d pass", (through) => {
  test("noise alone is taken away, nearly all of it", () => {
    const shrinkage = shrinkageOf(rings, 1, evidenceOf(new Float32Array(2 * pixels), 30, through, 5));
    // One standard deviation is held back: of some 16 rings a few exceed it by chance, each by little.
    expect(weighted(shrinkage, 0)).toBeLessThan(0.05 / through);
    expect(weighted(shrinkage, 1)).toBeLessThan(0.05 / through);
  });

  test("white signal a hundred times as strong as the noise stays whole within a hundredth", () => {
    const truth = noise(6).map((value) => 10 * value);
    const shrinkage = shrinkageOf(rings, 1, evidenceOf(truth, 1, through, 7));
    for (const gains of shrinkage.gains) for (const gain of gains) expect(gain).toBeGreaterThan(0.95);
    expect(weighted(shrinkage, 1)).toBeGreaterThan(0.985);
  });
});

test("where no ring stands out, all is noise: every gain is exactly 0", () => {
  for (const seed of [21, 22, 23]) {
    const shrinkage = shrinkageOf(rings, 1, evidenceOf(new Float32Array(2 * pixels), 30, 1, seed));
    for (const gains of shrinkage.gains) for (const gain of gains) expect(gain).toBe(0);
    // What noise gives its own likelihood, twice, is its count of numbers; beside it its deviation.
    expect(shrinkage.allowance).toBeGreaterThan(2 * 2 * pixels);
  }
});

test("noise that a probe beside it has stretched is taken away too", () => {
  const shrinkage = shrinkageOf(rings, 1, evidenceOf(new Float32Array(2 * pixels), 30, 1.8, 5));
  for (const part of [0, 1] as const) expect(weighted(shrinkage, part)).toBeLessThan(0.05);
});

test("noise stands out in no ring, a signal as strong as noise does", () => {
  const standing = (truth: Float32Array, seed: number) =>
    shrinkageOf(rings, 1, evidenceOf(truth, 1, 1, seed)).standing;
  // The largest of some thirty sums of squares, the smallest sums of twenty: 4 standard deviations and their skewness.
  expect(standing(new Float32Array(2 * pixels), 17)).toBeLessThan(5);
  // √(N/2) of the N > 1000 numbers in the outermost rings is above 22.
  expect(standing(noise(18), 19)).toBeGreaterThan(15);
});

test("white signal as strong as the noise is halved: Wiener's gain s/(s + n)", () => {
  const shrinkage = shrinkageOf(rings, 1, evidenceOf(noise(8), 1, 1, 9));
  // Held back by a standard deviation, √(2/N) of N = 300 numbers on average; the estimate itself has twice that.
  for (const part of [0, 1] as const) expect(Math.abs(weighted(shrinkage, part) - 0.45)).toBeLessThan(0.06);
});

test("amplitude and phase have gains of their own", () => {
  const truth = noise(10).map((value, i) => (i % 2 === 0 ? 0 : 10 * value));
  const shrinkage = shrinkageOf(rings, 1, evidenceOf(truth, 1, 1, 11));
  expect(weighted(shrinkage, 0)).toBeLessThan(0.05);
  expect(weighted(shrinkage, 1)).toBeGreaterThan(0.98);
});

test("where the slope leads away from what was found, nothing of it stays", () => {
  const evidence = evidenceOf(noise(12), 1, 1, 13);
  const [amplitude, phase] = evidence.claims.map((sums) => sums.map((value) => -value));
  const against: Evidence = { ...evidence, claims: [amplitude!, phase!] };
  for (const gains of shrinkageOf(rings, 1, against).gains) for (const gain of gains) expect(gain).toBe(0);
});

describe("the filter", () => {
  const image = noise(14);
  const even = Array.from(rings.radius, () => 1);

  test("takes nothing at gains of 1 and all at gains of 0", () => {
    const ones = { gains: [Float64Array.from(even), Float64Array.from(even)], allowance: 0 } as const;
    const none = {
      gains: [new Float64Array(even.length), new Float64Array(even.length)],
      allowance: 0,
    } as const;
    const spectrum = spectrumOf(image, upright, rings);
    expect(excessOf(rings, ones, spectrum).every((value) => Math.abs(value) < 1e-12)).toBe(true);
    // float64 transforms there and back
    excessOf(rings, none, spectrum).forEach((value, i) => expect(value).toBeCloseTo(image[i]!, 10));
  });

  test("turned by the mean's direction, it takes the phase of a wave and leaves its amplitude, pixel by pixel", () => {
    const angle = 0.7;
    const direction = [Math.cos(angle), Math.sin(angle)] as const;
    const gains = { gains: [Float64Array.from(even), new Float64Array(even.length)], allowance: 0 } as const;
    const excess = excessOf(rings, gains, spectrumOf(image, direction, rings));
    for (let i = 0; i < pixels; i += 97) {
      const along = image[2 * i]! * direction[0] + image[2 * i + 1]! * direction[1];
      const across = image[2 * i + 1]! * direction[0] - image[2 * i]! * direction[1];
      expect(excess[2 * i]).toBeCloseTo(0, 10);
      expect(excess[2 * i + 1]).toBeCloseTo(across, 10);
      expect(Math.hypot(along, across)).toBeCloseTo(Math.hypot(image[2 * i]!, image[2 * i + 1]!), 5);
    }
  });
});

test("ring sums are the inner products of amplitudes and of phases", () => {
  const [a, b] = [noise(15), noise(16)];
  const sums = ringSums(rings, spectrumOf(a, upright, rings), spectrumOf(b, upright, rings));
  for (const part of [0, 1] as const) {
    let expected = 0;
    for (let i = part; i < a.length; i += 2) expected += a[i]! * b[i]!;
    // Parseval, over all rings
    expect(sums[part].reduce((sum, value) => sum + value, 0)).toBeCloseTo(expected, 8);
  }
});

test("rings cover the spectrum once, and their radii are those of a cosine of that frequency", () => {
  expect(rings.pixels.reduce((a, b) => a + b, 0)).toBe(pixels);
  const [ky, kx] = [3, 7];
  const wave = new Float32Array(2 * pixels);
  for (let i = 0; i < pixels; i++) {
    const [y, x] = [Math.floor(i / width), i % width];
    wave[2 * i] = Math.cos(2 * Math.PI * ((ky * y) / height + (kx * x) / width));
  }
  const spectrum = spectrumOf(wave, upright, rings);
  const loudest = spectrum.reduce((best, value, i) => (value > spectrum[best]! ? i : best), 0) / 2;
  const radius = Math.hypot(ky / height, kx / width);
  // Rings grow by 1.26: the mean radius of one lies within that of each of its pixels.
  expect(rings.radius[rings.of[loudest]!]! / radius).toBeGreaterThan(1 / 1.26);
  expect(rings.radius[rings.of[loudest]!]! / radius).toBeLessThan(1.26);
});
