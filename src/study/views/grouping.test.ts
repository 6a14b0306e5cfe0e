// Grouping: neighbours against a full sort, draws against chi-square.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Positions } from "../../array/scan.ts";
import { groupFrames, type GroupingOptions } from "./grouping.ts";

const options: GroupingOptions = {
  gridsize: 2,
  neighborCount: 7,
  groupCount: null,
  seed: 123,
  enableOversampling: false,
};

/** A plane of points without equal distances: the golden ratio spreads them. */
function scattered(count: number): Positions {
  return {
    x: Float64Array.from({ length: count }, (_, i) => (i * 61.803398875) % 100),
    y: Float64Array.from({ length: count }, (_, i) => (i * 100) / count),
  };
}

/** The K nearest by sorting all others: shares nothing with the tree. */
function nearestBySorting({ x, y }: Positions, i: number, count: number): number[] {
  return Array.from({ length: x.length }, (_, j) => ({ j, d: (x[j]! - x[i]!) ** 2 + (y[j]! - y[i]!) ** 2 }))
    .filter(({ j }) => j !== i)
    .sort((a, b) => a.d - b.d || a.j - b.j)
    .map(({ j }) => j)
    .slice(0, count);
}

function rowsOf(groups: Int32Array, size: number): number[][] {
  return Array.from({ length: groups.length / size }, (_, g) => [
    ...groups.subarray(g * size, (g + 1) * size),
  ]);
}

/** Pearson's χ² of counts against equal expectation. */
function chiSquare(counts: Iterable<number>, cells: number, draws: number): number {
  const expected = draws / cells;
  let sum = 0;
  let seen = 0;
  for (const count of counts) {
    sum += (count - expected) ** 2 / expected;
    seen++;
  }
  return sum + (cells - seen) * expected;
}

function tally(rows: readonly number[][]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.join(), (counts.get(row.join()) ?? 0) + 1);
  return counts;
}

describe("standard grouping", () => {
  test("makes one group per frame: the frame first, then different ones among its K nearest", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 80 }),
        fc.integer({ min: 4, max: 9 }),
        fc.nat(1e6),
        (frames, k, seed) => {
          const positions = scattered(frames);
          const { groups, count, groupSize, neighborsUsed } = groupFrames(positions, {
            ...options,
            neighborCount: k,
            seed,
          });
          expect([count, groupSize, neighborsUsed]).toEqual([frames, 4, Math.min(k, frames - 1)]);
          rowsOf(groups, 4).forEach(([first, ...others], g) => {
            expect(first).toBe(g);
            expect(new Set(others).size).toBe(3);
            const near = nearestBySorting(positions, g, k);
            for (const other of others) expect(near).toContain(other);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  test("settles equal distances on a raster by the lower frame number", () => {
    const side = 6;
    const positions = {
      x: Float64Array.from({ length: side * side }, (_, i) => 5 * (i % side)),
      y: Float64Array.from({ length: side * side }, (_, i) => 5 * Math.floor(i / side)),
    };
    const { groups } = groupFrames(positions, { ...options, neighborCount: 4 });
    rowsOf(groups, 4).forEach(([seed, ...others]) => {
      const near = nearestBySorting(positions, seed!, 4);
      for (const other of others) expect(near).toContain(other);
    });
  });

  test("at gridsize 1 a group is its frame, and there are never more than frames", () => {
    const { groups, groupSize } = groupFrames(scattered(5), { ...options, gridsize: 1 });
    expect([...groups]).toEqual([0, 1, 2, 3, 4]);
    expect(groupSize).toBe(1);
    expect(groupFrames(scattered(5), { ...options, gridsize: 1, groupCount: 512 }).count).toBe(5);
  });

  test("fewer groups than frames draws seed frames without replacement", () => {
    const { groups } = groupFrames(scattered(40), { ...options, groupCount: 15 });
    const seeds = rowsOf(groups, 4).map(([seed]) => seed!);
    expect(new Set(seeds).size).toBe(15);
    expect(seeds).toEqual([...seeds].sort((a, b) => a - b));
  });

  test("the group of a frame does not depend on how many groups are made", () => {
    const all = rowsOf(groupFrames(scattered(40), options).groups, 4);
    for (const row of rowsOf(groupFrames(scattered(40), { ...options, groupCount: 15 }).groups, 4)) {
      expect(row).toEqual(all[row[0]!]);
    }
  });

  test("same seed, same groups; another seed or another K, other groups", () => {
    const made = (change: Partial<GroupingOptions>): number[] => [
      ...groupFrames(scattered(60), { ...options, ...change }).groups,
    ];
    expect(made({})).toEqual(made({}));
    expect(made({ seed: 124 })).not.toEqual(made({}));
    expect(made({ neighborCount: 6 })).not.toEqual(made({}));
  });

  test("each of the C(7, 3) = 35 combinations is equally likely", () => {
    const positions = scattered(20);
    const draws = 7000;
    const rows = Array.from({ length: draws }, (_, seed) => [
      ...groupFrames(positions, { ...options, seed }).groups.subarray(0, 4),
    ]);
    const counts = tally(rows);
    expect(counts.size).toBe(35);
    // 34 degrees of freedom: 65.2 is the 0.999 quantile. Seeds are fixed, so the test cannot flicker.
    expect(chiSquare(counts.values(), 35, draws)).toBeLessThan(65.2);
  });

  test("every frame is equally likely to be a seed frame", () => {
    const draws = 3000;
    const counts = new Array<number>(12).fill(0);
    for (let seed = 0; seed < draws; seed++) {
      const { groups } = groupFrames(scattered(12), { ...options, groupCount: 3, seed });
      for (const [first] of rowsOf(groups, 4)) counts[first!]!++;
    }
    // Without replacement the spread is smaller than χ² with 11 degrees of freedom, whose 0.999 quantile is 31.3.
    expect(chiSquare(counts, 12, 3 * draws)).toBeLessThan(31.3);
  });
});

describe("oversampling", () => {
  const over = { ...options, enableOversampling: true };

  test("draws each (seed, combination) pair once before any is drawn twice", () => {
    const positions = scattered(5);
    // K = 4 and C = 4: C(4, 3) = 4 combinations for each of 5 frames.
    const rows = rowsOf(groupFrames(positions, { ...over, neighborCount: 4, groupCount: 20 }).groups, 4);
    expect(tally(rows).size).toBe(20);
    const twice = tally(
      rowsOf(groupFrames(positions, { ...over, neighborCount: 4, groupCount: 47 }).groups, 4),
    );
    expect([...twice.values()].sort((a, b) => a - b)).toEqual([
      ...new Array<number>(13).fill(2),
      ...new Array<number>(7).fill(3),
    ]);
  });

  test("pairs are drawn without bias: late frames count as much as early ones", () => {
    const draws = 400;
    const counts = new Map<string, number>();
    for (let seed = 0; seed < draws; seed++) {
      const { groups } = groupFrames(scattered(8), { ...over, neighborCount: 4, groupCount: 10, seed });
      for (const [key, n] of tally(rowsOf(groups, 4))) counts.set(key, (counts.get(key) ?? 0) + n);
    }
    // 8 frames × 4 combinations = 32 pairs; 31 degrees of freedom: 61.1 is the 0.999 quantile.
    expect(chiSquare(counts.values(), 32, draws * 10)).toBeLessThan(61.1);
  });

  test("has to be asked for, with OVERSAMPLING-001 in the error", () => {
    expect(() => groupFrames(scattered(20), { ...options, groupCount: 21 })).toThrow(
      /groupCount.*expected at most 20.*got 21.*OVERSAMPLING-001.*enableOversampling/u,
    );
    expect(groupFrames(scattered(20), { ...over, groupCount: 21 }).count).toBe(21);
  });
});

describe("refusals", () => {
  test("K below C names OVERSAMPLING-001", () => {
    expect(() => groupFrames(scattered(20), { ...options, neighborCount: 3 })).toThrow(
      /neighborCount.*K ≥ 4.*got 3.*OVERSAMPLING-001/u,
    );
  });

  test("fewer frames than C", () => {
    expect(() => groupFrames(scattered(3), options)).toThrow(/expected at least 4, got 3/u);
  });

  test.each([0, -1, 2.5])("a group count of %d", (groupCount) => {
    expect(() => groupFrames(scattered(20), { ...options, groupCount })).toThrow("groupCount");
  });
});
