// Parts of the light of a mean frame: as bright as each other, as broad as said, and told apart by the frame.

import { expect, test } from "vitest";
import { bestShares, lightParts, likelihoodOf, mixed, seenShare } from "./mean-light.ts";

const size = 48;
/** A spot off the middle, standard deviation 2 px. */
const light = Float64Array.from({ length: size ** 2 }, (_, i) =>
  Math.exp(-(((i % size) - 20) ** 2 + (Math.floor(i / size) - 25) ** 2) / 8),
);
const parts = lightParts(light, size);
const everywhere = { counts: light, valid: new Float64Array(size ** 2).fill(1) };

test("each has sum 1, around the same place, and variances add", () => {
  // Of Gaussians: 2² px², with 1² and 4² on top. The last has tails over the edge.
  for (const [k, variance] of [4, 5, 20].entries()) {
    const part = parts[k]!;
    const mean = part.reduce((sum, value, i) => sum + value * (i % size), 0);
    expect(seenShare(part, everywhere)).toBeCloseTo(1, 9);
    expect(mean).toBeCloseTo(20, 2);
    expect(part.reduce((sum, value, i) => sum + value * ((i % size) - mean) ** 2, 0)).toBeCloseTo(
      variance,
      1,
    );
  }
  expect(parts[3].every((value) => value === 1 / size ** 2)).toBe(true);
});

test("shares are found where half of the detector is hidden, whatever the brightness", () => {
  const valid = everywhere.valid.map((_, i) => (i % size < 21 ? 1 : 0));
  const truth = [0.6, 0, 0.3, 0.1];
  const counts = mixed(parts, truth).map((value, i) => 500 * valid[i]! * value);
  const shares = bestShares(parts, { counts, valid });
  const total = shares.reduce((a, b) => a + b, 0);
  // Thirty rounds of a slow ascent: own light and near are much alike.
  expect((shares[0]! + shares[1]!) / total).toBeCloseTo(0.6, 1);
  expect(shares[2]! / total).toBeCloseTo(0.3, 1);
  expect(shares[3]! / total).toBeCloseTo(0.1, 1);
  const likelihood = (of: readonly number[]) => likelihoodOf(mixed(parts, of), { counts, valid });
  expect(likelihood(truth)).toBeGreaterThan(likelihood([0.25, 0.25, 0.25, 0.25]));
  expect(likelihood(truth) - likelihood(shares)).toBeLessThan(0.5);
});

test("a part that is hidden altogether has no share", () => {
  const spot = new Float64Array(size ** 2);
  spot[0] = 1;
  const valid = everywhere.valid.map((_, i) => (i === 0 ? 0 : 1));
  expect(bestShares(lightParts(spot, size), { counts: valid, valid })[0]).toBe(0);
});
