// Expected correlations follow from signal and noise, and cross where the closed form does.

import { expect, test } from "vitest";
import { createRng, normal } from "../math/random/rng.ts";
import { expectedFrc, floorCrossings } from "./expected-frc.ts";

test("a signal of power 1 in noise of power N correlates as 1/√(1 + N), two halves of it as 1/(1 + 2N)", () => {
  const [signal, noise] = [
    [1, 1, 1, 4],
    [0, 1, 3, 4],
  ];
  const whole = expectedFrc("truth", signal, noise);
  const halves = expectedFrc("halves", signal, noise);
  [1, Math.SQRT1_2, 0.5, Math.SQRT1_2].forEach((value, r) => expect(whole[r]!).toBeCloseTo(value, 12));
  [1, 1 / 3, 1 / 7, 1 / 3].forEach((value, r) => expect(halves[r]!).toBeCloseTo(value, 12));
});

test("noise alone correlates with nothing, and nothing has no correlation", () => {
  expect(expectedFrc("truth", [0, 0], [1, 0])).toEqual([0, null]);
});

test("numbers drawn with this signal and noise correlate as expected", () => {
  const rng = createRng(3, "noise");
  const [n, noise] = [40_000, 2.5];
  const sums = [0, 0, 0, 0, 0, 0];
  const add = (k: number, value: number): void => void (sums[k] = sums[k]! + value);
  for (let i = 0; i < n; i++) {
    const s = normal(rng);
    // Halves carry twice the noise each; their mean carries half of that, the whole.
    const [a, b] = [s + Math.sqrt(2 * noise) * normal(rng), s + Math.sqrt(2 * noise) * normal(rng)];
    const whole = (a + b) / 2;
    [a * b, a * a, b * b, whole * s, whole * whole, s * s].forEach((value, k) => add(k, value));
  }
  // 1/√40000 at one sigma.
  expect(sums[0]! / Math.sqrt(sums[1]! * sums[2]!)).toBeCloseTo(expectedFrc("halves", [1], [noise])[0]!, 1.7);
  expect(sums[3]! / Math.sqrt(sums[4]! * sums[5]!)).toBeCloseTo(expectedFrc("truth", [1], [noise])[0]!, 1.7);
});

test("0.5 is crossed where the noise is three times the signal", () => {
  const frequency = Array.from({ length: 100 }, (_, r) => (r + 1) / 200);
  // SSNR = (0.25/f)²/3: one third at a quarter cycle per pixel.
  const frc = expectedFrc(
    "truth",
    frequency.map(() => 1),
    frequency.map((f) => 3 * (f / 0.25) ** 2),
  );
  const crossings = floorCrossings({
    frequency,
    value: frc,
    independentPixels: frequency.map((_, r) => Math.PI * (r + 1)),
  });
  // Linear between rings 0.005 apart.
  expect(crossings.frc50).toBeCloseTo(0.25, 5);
  expect(crossings.frc1over7).toBeNull();
  expect(
    floorCrossings({
      frequency,
      value: frequency.map(() => 0.1),
      independentPixels: frequency.map(() => 50),
    }).frc50,
  ).toBe(0);
});
