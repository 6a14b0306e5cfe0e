// Rings are those of the metrics' Fourier ring correlation, and white noise has the power in them that is claimed.

import { expect, test } from "vitest";
import { createRng, normal } from "../math/random/rng.ts";
import { frc } from "../metrics/frc.ts";
import { removeModes } from "./freedoms.ts";
import { createRings } from "./rings.ts";

const [height, width] = [26, 23];
const mask = Uint8Array.from({ length: height * width }, (_, i) => {
  const [x, y] = [i % width, Math.floor(i / width)];
  return x >= 2 && y >= 1 && (x - 12) ** 2 + (y - 13) ** 2 < 118 ? 1 : 0;
});
const rings = createRings(height, width, mask);

function noise(seed: number): Float64Array {
  const rng = createRng(seed, "noise");
  return Float64Array.from({ length: 2 * height * width }, (_, i) => (i % 2 === 0 ? normal(rng) : 0));
}

test("the correlation of two spectra is the metrics' own, ring by ring", () => {
  const [a, b] = [noise(1), noise(2)];
  for (let i = 0; i < b.length; i++) b[i] = b[i]! + 2 * a[i]!;
  const real = (field: Float64Array) => ({
    height,
    width,
    data: Float64Array.from({ length: height * width }, (_, i) => field[2 * i]!),
  });
  const { frequency, value } = frc(real(a), real(b), { mask }).frc;
  expect(rings.frequency).toEqual(frequency);
  const [fa, fb] = [rings.spectrum(a), rings.spectrum(b)];
  const [cross, powerA, powerB] = [rings.sums(fa, fb), rings.sums(fa, fa), rings.sums(fb, fb)];
  value.forEach((wanted, r) =>
    expect(cross[r]! / Math.sqrt(powerA[r]! * powerB[r]!)).toBeCloseTo(wanted!, 12),
  );
});

test("white noise has the stated power, with and without modes taken out, and with a variance of its own per pixel", () => {
  const n = mask.reduce((sum, on) => sum + on, 0);
  const flat = new Float64Array(2 * mask.length);
  const slope = new Float64Array(2 * mask.length);
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    flat[2 * i] = 1 / Math.sqrt(n);
    slope[2 * i] = (i % width) - 12;
  }
  removeModes(slope, [flat]);
  const length = Math.sqrt(slope.reduce((sum, v) => sum + v * v, 0));
  const modes = [flat, slope.map((v) => v / length)];
  const variance = Float64Array.from(mask, (_, i) => 0.2 + (i % 5));
  const wanted = [rings.whitePower({}), rings.whitePower({ modes }), rings.whitePower({ variance })] as const;
  const seen = wanted.map((power) => new Float64Array(power.length));
  const rounds = 400;
  for (let round = 0; round < rounds; round++) {
    const plain = noise(100 + round);
    for (let i = 0; i < mask.length; i++) if (mask[i] === 0) plain[2 * i] = 0;
    const cleared = plain.slice();
    removeModes(cleared, modes);
    const uneven = plain.map((v, i) => v * Math.sqrt(variance[i >> 1]!));
    for (const [k, field] of [plain, cleared, uneven].entries()) {
      const spectrum = rings.spectrum(field);
      rings.sums(spectrum, spectrum).forEach((power, r) => (seen[k]![r] = seen[k]![r]! + power / rounds));
    }
  }
  for (const [k, power] of wanted.entries()) {
    power.forEach((value, r) => {
      // A ring of c frequencies holds at least c/8 independent powers of spread 1: four standard errors.
      const tolerance = 4 / Math.sqrt((rounds * rings.counts[r]!) / 8);
      expect(Math.abs(seen[k]![r]! / value - 1)).toBeLessThan(tolerance);
    });
  }
});
