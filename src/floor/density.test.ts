// A spectral density is that of the noise it was made from: flat or steep, and of all compared pixels alike.

import { expect, test } from "vitest";
import { realImage } from "../../test/support/metric-images.ts";
import { fft2Float64, signedIndex } from "../math/fft64.ts";
import { createRng, normal } from "../math/random/rng.ts";
import { powerAt, spectralDensity } from "./density.ts";

const side = 128;
const everywhere = new Uint8Array(side * side).fill(1);

/** Gaussian noise of a given density, periodic. */
function noise(seed: number, densityAt: (frequency: number) => number): Float64Array {
  const rng = createRng(seed, "noise");
  const field = new Float64Array(2 * side * side);
  for (let i = 0; i < field.length; i += 2) field[i] = normal(rng);
  fft2Float64(field, side, side);
  for (let i = 0; i < side * side; i++) {
    const k = Math.hypot(signedIndex(i % side, side), signedIndex(Math.floor(i / side), side)) / side;
    const root = Math.sqrt(densityAt(k));
    field[2 * i] = field[2 * i]! * root;
    field[2 * i + 1] = field[2 * i + 1]! * root;
  }
  fft2Float64(field, side, side, { inverse: true });
  return Float64Array.from({ length: side * side }, (_, i) => field[2 * i]!);
}

test("white noise has its variance at every frequency", () => {
  const image = { height: side, width: side, data: noise(1, () => 4) };
  const density = spectralDensity(image, everywhere);
  // A ring of n frequencies scatters by about 1/√n, here with half of them independent and a taper: √(2·1.3/2πr).
  for (const frequency of [0.1, 0.25, 0.4]) {
    const four = 4 * Math.sqrt(1.3 / (Math.PI * frequency * side));
    expect(Math.abs(powerAt(density, frequency) / 4 - 1)).toBeLessThan(four);
  }
});

test("a spectrum that falls by six decades is not drowned by its low frequencies, also in a ragged mask", () => {
  const fall = (k: number): number => 1 / (1 + (k / 0.01) ** 4);
  const image = { height: side, width: side, data: noise(2, fall) };
  const ragged = Uint8Array.from(everywhere, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    return x + y > 40 && y < 120 - (x % 7) ? 1 : 0;
  });
  for (const mask of [everywhere, ragged]) {
    const density = spectralDensity(image, mask);
    for (const frequency of [0.05, 0.1, 0.2, 0.4]) {
      // What leaks is to be less than the power itself; a mask without a soft rim is off by 10 to 1000.
      const ratio = powerAt(density, frequency) / fall(frequency);
      expect(ratio).toBeGreaterThan(0.6);
      expect(ratio).toBeLessThan(2);
    }
  }
});

test("detail at the rim counts as detail in the middle does", () => {
  const white = noise(3, () => 1);
  const middle = realImage(side, side, (x, y) =>
    Math.hypot(x - 63.5, y - 63.5) < 36 ? 0 : white[y * side + x]!,
  );
  const density = spectralDensity(middle, everywhere);
  // The rim of weight 0 to 1 takes 1/16 of the side away on each side; the noise lies in what is left outside of the disc.
  const lit = 1 - (Math.PI * 36 ** 2) / (side * (7 / 8)) ** 2;
  expect(powerAt(density, 0.3)).toBeGreaterThan(0.8 * lit);
  expect(powerAt(density, 0.3)).toBeLessThan(1.25 * lit);
});

test("a wave's power stands at its frequency, and the whole is the image's variance", () => {
  const wave = realImage(side, side, (x) => Math.cos((2 * Math.PI * 20 * x) / side));
  const density = spectralDensity(wave, everywhere);
  const peak = density.power.indexOf(Math.max(...density.power));
  expect(density.frequency[peak]).toBe(20 / side);
  const total = Float64Array.from({ length: side * side }, (_, i) =>
    powerAt(density, Math.hypot(signedIndex(i % side, side), signedIndex(Math.floor(i / side), side)) / side),
  ).reduce((sum, value) => sum + value, 0);
  // Parseval; a ring's mean stands for all of its width, and beyond the last ring its power does: 12 % here, where all the
  // power lies in one ring.
  expect(total / side ** 2 / 0.5).toBeGreaterThan(0.85);
  expect(total / side ** 2 / 0.5).toBeLessThan(1.15);
});
