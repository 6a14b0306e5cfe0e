// Validation frames are blocks of the scan, of the size that was asked for, never all frames and never none.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Positions } from "../../array/scan.ts";
import { createRng } from "../../math/random/rng.ts";
import { isDoselapError } from "../../errors.ts";
import { splitByBlocks } from "./validation.ts";

function raster(columns: number, rows: number, stepPx: number): Positions {
  const count = columns * rows;
  return {
    x: Float64Array.from({ length: count }, (_, j) => 50 + stepPx * (j % columns)),
    y: Float64Array.from({ length: count }, (_, j) => 70 + stepPx * Math.floor(j / columns)),
  };
}

function scattered(frames: number, width: number, height: number, seed: number): Positions {
  const rng = createRng(seed, "scan");
  const draw = (extent: number) => Float64Array.from({ length: frames }, () => extent * rng.uniform());
  return { x: draw(width), y: draw(height) };
}

const scans = fc.record({
  frames: fc.integer({ min: 2, max: 300 }),
  width: fc.integer({ min: 0, max: 300 }),
  height: fc.integer({ min: 0, max: 300 }),
  blockPx: fc.integer({ min: 1, max: 400 }),
  fraction: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
  seed: fc.nat(1000),
});

test("every frame is on one side, both in order; neither is empty, and the share is met to the frame", () => {
  fc.assert(
    fc.property(scans, ({ frames, width, height, ...rule }) => {
      const { training, validation } = splitByBlocks(scattered(frames, width, height, rule.seed), rule);
      const all = Array.from({ length: frames }, (_, j) => j);
      expect([...training, ...validation].sort((a, b) => a - b)).toEqual(all);
      expect([...training]).toEqual([...training].sort((a, b) => a - b));
      expect([...validation]).toEqual([...validation].sort((a, b) => a - b));
      expect(training.length).toBeGreaterThan(0);
      expect(validation.length).toBeGreaterThan(0);
      // Two at least where two are left to train on; and one frame always trains.
      const asked = Math.round(rule.fraction * frames);
      const least = frames >= 4 ? 2 : 1;
      expect(validation.length).toBe(Math.min(frames - 1, Math.max(least, asked)));
    }),
  );
});

describe("blocks of a raster", () => {
  const positions = raster(30, 30, 4);
  const rule = { fraction: 0.2, blockPx: 24, seed: 1 };
  /** 6 × 6 frames to a block, 5 × 5 blocks. */
  const blockOf = (j: number) => 5 * Math.floor(Math.floor(j / 30) / 6) + Math.floor((j % 30) / 6);

  test("are taken whole, but for the last", () => {
    const { validation } = splitByBlocks(positions, rule);
    const held = new Map<number, number>();
    for (const j of validation) held.set(blockOf(j), (held.get(blockOf(j)) ?? 0) + 1);
    expect(validation.length).toBe(180);
    expect([...held.values()]).toEqual([36, 36, 36, 36, 36]);
    const cut = splitByBlocks(positions, { ...rule, fraction: 0.1 });
    const sizes = new Map<number, number>();
    for (const j of cut.validation) sizes.set(blockOf(j), (sizes.get(blockOf(j)) ?? 0) + 1);
    expect([...sizes.values()].sort((a, b) => a - b)).toEqual([18, 36, 36]);
  });

  test("hold frames most of which have no training frame beside them", () => {
    const { validation } = splitByBlocks(positions, rule);
    const held = new Set(validation);
    const inner = [...validation].filter((j) =>
      [-31, -30, -29, -1, 1, 29, 30, 31].every(
        (step) => j + step < 0 || j + step >= 900 || held.has(j + step),
      ),
    );
    // (6 − 2)² of 6² inside of a block of its own; by chance it would be 0.2⁸.
    expect(inner.length / validation.length).toBeGreaterThan(0.4);
  });

  test("depend on the seed alone", () => {
    const one = splitByBlocks(positions, rule);
    expect(splitByBlocks(positions, rule)).toEqual(one);
    const seeds = Array.from(
      { length: 20 },
      (_, seed) => splitByBlocks(positions, { ...rule, seed }).validation,
    );
    expect(new Set(seeds.map((validation) => validation.join())).size).toBeGreaterThan(15);
  });
});

test("a scan of one block is cut across its longer side", () => {
  for (const [positions, along] of [
    [raster(20, 5, 2), "x"],
    [raster(5, 20, 2), "y"],
  ] as const) {
    const { training, validation } = splitByBlocks(positions, { fraction: 0.2, blockPx: 100, seed: 3 });
    expect(validation.length).toBe(20);
    const values = positions[along];
    const last = Math.max(...validation.map((j) => values[j]!));
    expect(Math.min(...training.map((j) => values[j]!))).toBeGreaterThan(last);
  }
});

test("of two frames one chooses", () => {
  const { training, validation } = splitByBlocks(raster(2, 1, 3), { fraction: 0.1, blockPx: 1, seed: 0 });
  expect([training.length, validation.length]).toEqual([1, 1]);
});

test("one frame cannot be split", () => {
  expect(() => splitByBlocks(raster(1, 1, 1), { fraction: 0.5, blockPx: 1, seed: 0 })).toThrow(
    expect.toSatisfy((error) => isDoselapError(error, "Range")),
  );
});

test("a scan of more frames than a call has room for arguments is split all the same", () => {
  const positions = scattered(300_000, 1000, 1000, 1);
  expect(splitByBlocks(positions, { fraction: 0.1, blockPx: 64, seed: 1 }).validation.length).toBe(30_000);
});
