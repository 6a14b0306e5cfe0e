// An image comes back from its gradients: closed forms, whatever the weights; a strip that counts little joins its neighbours.

import fc from "fast-check";
import { expect, test } from "vitest";
import { integrateGradients } from "./integrate-gradients.ts";

const [height, width] = [9, 13];
const over = (of: (x: number, y: number) => number): Float64Array =>
  Float64Array.from({ length: height * width }, (_, i) => of(i % width, Math.floor(i / width)));

/** a x² + b x y + c y² + d x: its differences are the means of its gradients at both ends. */
const curved = ([a, b, c, d]: readonly number[], weight: Float64Array) => ({
  image: over((x, y) => a! * x * x + b! * x * y + c! * y * y + d! * x),
  found: integrateGradients({
    height,
    width,
    x: over((x, y) => 2 * a! * x + b! * y + d!),
    y: over((x, y) => b! * x + 2 * c! * y),
    weight,
  }),
});

test("a parabola, to its weighted mean, under any weights", () => {
  const factor = fc.double({ min: -1, max: 1, noNaN: true });
  const weights = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
    minLength: height * width,
    maxLength: height * width,
  });
  fc.assert(
    fc.property(fc.array(factor, { minLength: 4, maxLength: 4 }), weights, (factors, list) => {
      const weight = Float64Array.from(list);
      const { image, found } = curved(factors, weight);
      const total = weight.reduce((a, b) => a + b, 0);
      const mean = image.reduce((sum, value, i) => sum + weight[i]! * value, 0) / total;
      const range = Math.max(1e-3, ...image.map((value) => Math.abs(value - mean)));
      // The residual ends at 1e-5 of its start; a hundred pixels between weights of 1 : 100 make at most a thousand of that.
      for (const [i, value] of image.entries())
        expect(Math.abs(found[i]! - (value - mean)) / range).toBeLessThan(0.01);
    }),
    { numRuns: 50 },
  );
});

test("gradients that no image has are met as nearly as can be: what is left has no divergence", () => {
  const [x, y] = [over((_, row) => Math.sin(row)), over((column) => Math.cos(3 * column))];
  const found = integrateGradients({ height, width, x, y, weight: over(() => 1) });
  const rest = (a: number, b: number, slope: Float64Array): number =>
    found[b]! - found[a]! - (slope[a]! + slope[b]!) / 2;
  for (let row = 1; row < height - 1; row++) {
    for (let column = 1; column < width - 1; column++) {
      const i = row * width + column;
      const divergence =
        rest(i, i + 1, x) - rest(i - 1, i, x) + rest(i, i + width, y) - rest(i - width, i, y);
      expect(Math.abs(divergence)).toBeLessThan(1e-3);
    }
  }
});

test("no gradient is a flat image", () => {
  const none = over(() => 0);
  expect(integrateGradients({ height, width, x: none, y: none, weight: over(() => 1) })).toEqual(none);
});

test("a dark strip has the phase of its neighbours, and gradients there change little beside it", () => {
  const dark = (x: number): boolean => x >= 5 && x < 8;
  const found = integrateGradients({
    height,
    width,
    x: over((x, y) => (dark(x) ? 100 * Math.sin(7 * y) : 0)),
    y: over(() => 0),
    weight: over((x) => (dark(x) ? 1e-3 : 1)),
  });
  // Bright columns are whole: each side has one phase, to the share of its weights.
  for (const x of [0, 12])
    for (let y = 1; y < height; y++) expect(Math.abs(found[y * width + x]! - found[x]!)).toBeLessThan(0.5);
});
