// One arm over its seeds: only seeds that both sides have are paired, and too few of them have no interval.

import { describe, expect, test } from "vitest";
import { syntheticResult } from "../../../test/support/synthetic-run.ts";
import { withTiles } from "../../../test/support/synthetic-tiles.ts";
import {
  createDrawing,
  nothingResolved,
  pairedEstimates,
  seedResolution,
  type SeedResolution,
} from "./resolution-estimate.ts";

const measure = { comparison: "truth", part: "phase", metric: "frc50" } as const;
const drawing = createDrawing({ tileCount: 9, seed: 1, draws: 200 });
const seed = (replicate: number, value: number, draws: Float64Array | null = null): SeedResolution => ({
  replicate,
  value,
  isLowerBound: false,
  limit: 0.5,
  draws,
});
const study = syntheticResult({ heightPx: 20, widthPx: 20, viewNames: ["dense"], doses: [1e4] });
const outcomeOf = (result: typeof study) => result.cells[0]!.arms[0]!;

describe("seedResolution", () => {
  test("has the row's value and a draw of tiles around it, or no draw without tiles", () => {
    const bare = seedResolution(outcomeOf(study), 0, { measure, drawing })!;
    expect(bare).toEqual({ replicate: 0, value: 0.36, isLowerBound: false, limit: 0.5, draws: null });
    const tiled = outcomeOf(withTiles(study, { scatter: 0.1 }));
    const { draws } = seedResolution(tiled, 0, { measure, drawing })!;
    const mean = draws!.reduce((sum, value) => sum + value) / draws!.length;
    // 0.36 ± 10 % over nine tiles has a standard error of at most 0.36 · 0.1 / 3; of 200 draws, 14 times less.
    expect(Math.abs(mean - 0.36)).toBeLessThan(0.004);
    expect(Math.max(...draws!)).toBeLessThan(0.4);
  });

  test("a curve that never crosses is a lower bound at its last ring; an absent one, or a failed arm, is nothing", () => {
    const with_ = (crossing: "never" | "absent") => ({
      ...outcomeOf(study),
      rows: outcomeOf(study).rows.map((row) =>
        row.metric === "frc50" ? { ...row, value: null, crossing } : row,
      ),
    });
    expect(seedResolution(with_("never"), 0, { measure, drawing })).toMatchObject({
      value: 0.5,
      isLowerBound: true,
    });
    expect(seedResolution(with_("absent"), 0, { measure, drawing })).toBeUndefined();
    expect(seedResolution({ ...outcomeOf(study), state: "failed" }, 0, { measure, drawing })).toBeUndefined();
  });
});

describe("pairedEstimates", () => {
  test("means over the seeds that both have, and nothing when they share none", () => {
    const [a, b] = pairedEstimates(
      [
        [seed(0, 1), seed(1, 2), seed(2, 9)],
        [seed(0, 3), seed(1, 4)],
      ],
      drawing,
    )!;
    expect([a!.value, b!.value]).toEqual([1.5, 3.5]);
    expect(pairedEstimates([[seed(0, 1)], [seed(1, 2)]], drawing)).toBeUndefined();
    expect(pairedEstimates([[]], drawing)).toBeUndefined();
  });

  test("six seeds have draws, five have none; nine tiles make up for seeds", () => {
    const seeds = (n: number) => Array.from({ length: n }, (_, i) => seed(i, i));
    expect(pairedEstimates([seeds(5)], drawing)![0]!.draws).toBeNull();
    const six = pairedEstimates([seeds(6)], drawing)![0]!;
    expect(six.draws!.least).toHaveLength(200);
    expect(new Set(six.draws!.least).size).toBeGreaterThan(5);
    const tiled = pairedEstimates([[seed(0, 1, new Float64Array(200).fill(1))]], drawing)!;
    const ones = new Float64Array(200).fill(1);
    expect(tiled[0]!.draws).toEqual({ least: ones, most: ones });
  });

  test("the same seeds and tiles are drawn for both: what they share cancels in the difference", () => {
    const draws = Float64Array.from({ length: 200 }, (_, i) => i);
    const first = [0, 1, 2].map((i) =>
      seed(
        i,
        10 * i + 1,
        draws.map((x) => 10 * i + x + 1),
      ),
    );
    const second = [0, 1, 2].map((i) =>
      seed(
        i,
        10 * i,
        draws.map((x) => 10 * i + x),
      ),
    );
    const [a, b] = pairedEstimates([first, second], drawing)!;
    for (let i = 0; i < 200; i++) expect(a!.draws!.least[i]! - b!.draws!.least[i]!).toBeCloseTo(1, 12);
  });

  test("a draw that never crosses is at least its last ring and has no upper end", () => {
    const draws = Float64Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.25 : Infinity));
    const [found] = pairedEstimates([[{ ...seed(0, 0.5, draws), isLowerBound: true }]], drawing)!;
    expect(found).toMatchObject({ value: 0.5, isLowerBound: true });
    expect(found!.draws!.least.slice(0, 2)).toEqual(Float64Array.of(0.25, 0.5));
    expect(found!.draws!.most.slice(0, 2)).toEqual(Float64Array.of(0.25, Infinity));
  });
});

test("nothing resolved is 0 in every draw, or without draws as its like", () => {
  const draws = { least: Float64Array.of(1, 2), most: Float64Array.of(1, 2) };
  const zeros = Float64Array.of(0, 0);
  expect(nothingResolved({ value: 3, isLowerBound: true, draws })).toEqual({
    value: 0,
    isLowerBound: false,
    draws: { least: zeros, most: zeros },
  });
  expect(nothingResolved({ value: 3, isLowerBound: false, draws: null }).draws).toBeNull();
});
