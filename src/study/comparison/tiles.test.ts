// The test that marks an arm as not distinguishable from a flat object: correlations in closed form, and the t-test's decisions.

import { expect, test } from "vitest";
import type { ComplexImage } from "../../array/ndarray.ts";
import { flatImage } from "../../array/ndarray.ts";
import { createRng, normal } from "../../math/random/rng.ts";
import { clearlyAbove, tileCorrelations } from "./tiles.ts";

const side = 30;
const mask = new Uint8Array(side * side).fill(1);

function image(value: (i: number) => readonly [number, number]): ComplexImage {
  const data = new Float32Array(2 * side * side);
  for (let i = 0; i < side * side; i++) data.set(value(i), 2 * i);
  return { height: side, width: side, data };
}
const target = image((i) => [1 + 0.2 * Math.sin(i * 0.7), 0.3 * Math.cos(i * 1.3)]);

test("an image correlates with itself by 1 in all nine tiles, and so does any gain of it", () => {
  const twice = { ...target, data: target.data.map((value) => 2 * value) };
  for (const value of [...tileCorrelations(target, target, mask), ...tileCorrelations(twice, target, mask)]) {
    expect(value).toBeCloseTo(1, 6);
  }
  expect(tileCorrelations(target, target, mask)).toHaveLength(9);
});

test("a flat image explains nothing: 0 in every tile", () => {
  expect(tileCorrelations(flatImage(side, side), target, mask)).toEqual(Array.from({ length: 9 }, () => 0));
});

test("the negative image correlates by -1", () => {
  const negative = { ...target, data: target.data.map((value) => -value) };
  for (const value of tileCorrelations(negative, target, mask)) expect(value).toBeCloseTo(-1, 6);
});

test("tiles without compared pixels are left out", () => {
  const upper = mask.map((_, i) => (i < 10 * side ? 1 : 0));
  expect(tileCorrelations(target, target, upper)).toHaveLength(3);
});

test("an object under noise much stronger than itself is still told from a flat one", () => {
  const rng = createRng(5, "noise");
  const noisy = image((i) => [
    target.data[2 * i]! + 0.5 * normal(rng),
    target.data[2 * i + 1]! + 0.5 * normal(rng),
  ]);
  const pairs = tileCorrelations(noisy, target, mask).map((value) => [value, 0] as const);
  expect(clearlyAbove(pairs)).toBe(true);
});

test("noise alone is not told from a flat object: at most the 2.5 % of cases that the test allows, with room for chance", () => {
  const rng = createRng(6, "noise");
  let told = 0;
  for (let round = 0; round < 200; round++) {
    const noise = image(() => [1 + 0.5 * normal(rng), 0.5 * normal(rng)]);
    if (clearlyAbove(tileCorrelations(noise, target, mask).map((value) => [value, 0] as const))) told++;
  }
  // Binomial(200, 0.025) exceeds 14 with a probability of 3e-4; the seed is fixed.
  expect(told).toBeLessThanOrEqual(14);
});

test("three differences of mean 1 and spread 0.1 are clear, two of which one is negative are not", () => {
  expect(
    clearlyAbove([
      [1, 0],
      [1.1, 0],
      [0.9, 0],
    ]),
  ).toBe(true);
  expect(
    clearlyAbove([
      [1, 0],
      [-0.5, 0],
    ]),
  ).toBe(false);
});

test("one pair proves nothing", () => {
  expect(clearlyAbove([[1, 0]])).toBe(false);
});
