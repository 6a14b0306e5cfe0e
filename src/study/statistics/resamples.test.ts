// Draws over seeds and tiles: compared with every resample there is on a tiny table, and with normal theory on a large one.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng, normal } from "../../math/random/rng.ts";
import { percentileInterval } from "./percentile-interval.ts";
import { drawResamples, seedMeans, seedOfHash } from "./resamples.ts";

/** The mean of a seeds × tiles table in each draw. */
function tableMeans(
  table: readonly (readonly number[])[],
  options: { draws: number; seed: number },
): Float64Array {
  const tileCount = table[0]!.length;
  const resamples = drawResamples({ seedCount: table.length, tileCount, ...options });
  const perSeed = table.map((row) =>
    Float64Array.from({ length: resamples.draws }, (_, draw) => {
      const weights = resamples.tileWeights.subarray(draw * tileCount, (draw + 1) * tileCount);
      return row.reduce((sum, value, tile) => sum + weights[tile]! * value, 0) / tileCount;
    }),
  );
  return seedMeans(perSeed, resamples);
}

/** All ordered choices of n out of n, with replacement. */
function choices(n: number): number[][] {
  let all: number[][] = [[]];
  for (let i = 0; i < n; i++)
    all = all.flatMap((list) => Array.from({ length: n }, (_, item) => [...list, item]));
  return all;
}

describe("drawResamples", () => {
  test("meets every resample of a 2 × 3 table as often as the full list of all 4 · 27 of them does", () => {
    const table = [
      [1, 10, 100],
      [1000, 10000, 100000],
    ];
    const expected = new Map<string, number>();
    for (const seeds of choices(2)) {
      for (const tiles of choices(3)) {
        let sum = 0;
        for (const s of seeds) for (const t of tiles) sum += table[s]![t]!;
        const key = (sum / 6).toFixed(3);
        expected.set(key, (expected.get(key) ?? 0) + 1 / 108);
      }
    }
    const draws = 20000;
    const counts = new Map<string, number>();
    for (const value of tableMeans(table, { draws, seed: 3 })) {
      const key = value.toFixed(3);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    // 30 means of at most 6 in 108 each: 4.5 standard deviations of a binomial count, 1 in 5000 for all together.
    for (const [key, p] of expected)
      expect(Math.abs(counts.get(key)! - draws * p)).toBeLessThan(4.5 * Math.sqrt(draws * p * (1 - p)));
  });

  test("the interval of a mean over 400 tiles is that of normal theory, mean ± 1.96 σ/√n", () => {
    const rng = createRng(11, "noise");
    const row = Array.from({ length: 400 }, () => 5 + 2 * normal(rng));
    const mean = row.reduce((a, b) => a + b) / 400;
    const sd = Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / 400);
    const { low, high } = percentileInterval(tableMeans([row], { draws: 4000, seed: 1 }));
    const half = (1.959964 * sd) / 20;
    // An end is an order statistic of 4000 draws: its standard error is √(0.025·0.975/4000)/φ(1.96) = 0.042 σ/√n; 4 of them.
    expect(Math.abs(low - (mean - half))).toBeLessThan((0.17 * sd) / 20);
    expect(Math.abs(high - (mean + half))).toBeLessThan((0.17 * sd) / 20);
  });

  test("has the variance of crossed effects: that of seeds, of tiles, and of their product", () => {
    // x(s, t) = a(s) + b(t): the variance of a mean is var(a)/S + var(b)/T, exactly, over all resamples.
    const a = [0, 3, 6, 1];
    const b = [0, 2, 5, 9, 4];
    const variance = (values: readonly number[]): number => {
      const mean = values.reduce((x, y) => x + y) / values.length;
      return values.reduce((x, y) => x + (y - mean) ** 2, 0) / values.length;
    };
    const means = tableMeans(
      a.map((x) => b.map((y) => x + y)),
      { draws: 20000, seed: 5 },
    );
    const expected = variance(a) / 4 + variance(b) / 5;
    // The relative standard error of a variance from n draws is √(2/n) = 1 %.
    expect(Math.abs(variance([...means]) / expected - 1)).toBeLessThan(0.04);
  });

  test("is the same for the same seed and another for another", () => {
    const draw = (seed: number) => drawResamples({ seedCount: 3, tileCount: 9, seed, draws: 50 });
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7).seeds).not.toEqual(draw(8).seeds);
    expect(draw(7).tileWeights).not.toEqual(draw(8).tileWeights);
  });

  test("takes as many tiles and seeds as there are, whatever their numbers", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 12 }), (seedCount, tileCount) => {
        const { seeds, tileWeights } = drawResamples({ seedCount, tileCount, seed: 1, draws: 20 });
        expect(Math.max(...seeds)).toBeLessThan(seedCount);
        for (let draw = 0; draw < 20; draw++) {
          const row = tileWeights.subarray(draw * tileCount, (draw + 1) * tileCount);
          expect(row.reduce((sum, weight) => sum + weight, 0)).toBe(tileCount);
        }
      }),
    );
  });

  test("the tiles that are drawn do not depend on how many seeds there are", () => {
    const [one, three] = [1, 3].map((seedCount) => drawResamples({ seedCount, tileCount: 9, seed: 2 }));
    expect(one!.tileWeights).toEqual(three!.tileWeights);
  });

  test.each([{ seedCount: 0 }, { tileCount: 0 }, { draws: 0 }, { tileCount: 1.5 }])("refuses %j", (wrong) => {
    expect(() => drawResamples({ seedCount: 1, tileCount: 1, seed: 1, ...wrong })).toThrow(
      /nothing to draw|something to draw from/,
    );
  });
});

test("a hash gives its first 32 bits, and words give none", () => {
  expect(seedOfHash("000000ff1234")).toBe(255);
  expect(seedOfHash("ffffffff")).toBe(4294967295);
  expect(() => seedOfHash("xyz")).toThrow(/hexadecimal/);
});
