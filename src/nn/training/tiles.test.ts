// Tiles lie where their frames do: every patch of every member on the canvas, none of a frame that may not be there; windows
// are cut as a naive loop cuts them, outside of the planes too.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Positions } from "../../array/scan.ts";
import { createRng } from "../../math/random/rng.ts";
import { cutWindow, tileDrawer, tileShape } from "./tiles.ts";

function scattered(frames: number, extentPx: number, seed: number): Positions {
  const rng = createRng(seed, "scan");
  const draw = () => Float64Array.from({ length: frames }, () => 40 + extentPx * rng.uniform());
  return { x: draw(), y: draw() };
}

describe("the shape of a tile", () => {
  test.each([
    { tilePx: 96, sizePx: 64, windowPx: 40, reachPx: 28, canvasPx: 122 },
    { tilePx: 24, sizePx: 16, windowPx: 12, reachPx: 6, canvasPx: 30 },
    // A probe as wide as the tile, or wider: the frames at the centre alone.
    { tilePx: 16, sizePx: 16, windowPx: 16, reachPx: 0, canvasPx: 18 },
    { tilePx: 16, sizePx: 16, windowPx: 18, reachPx: 0, canvasPx: 18 },
  ])("of $tilePx px: $windowPx px of light of $sizePx px end at its edge", (row) => {
    const { tilePx, reachPx, canvasPx } = row;
    expect(tileShape(tilePx, row)).toEqual({ tilePx, reachPx, canvasPx });
  });
});

describe("a drawn tile", () => {
  const scenes = fc.record({
    frames: fc.integer({ min: 1, max: 60 }),
    extentPx: fc.integer({ min: 0, max: 120 }),
    tilePx: fc.integer({ min: 4, max: 32 }).map((half) => 2 * half),
    windowPx: fc.integer({ min: 1, max: 12 }).map((half) => 2 * half),
    framesPerTile: fc.integer({ min: 1, max: 9 }),
    seed: fc.nat(500),
    held: fc.integer({ min: 2, max: 5 }),
  });

  test("has room for every pixel that its members are interpolated from, and only members that may be there", () => {
    fc.assert(
      fc.property(scenes, ({ frames, extentPx, tilePx, windowPx, framesPerTile, seed, held }) => {
        const positions = scattered(frames, extentPx, seed);
        const shape = tileShape(tilePx, { sizePx: 16, windowPx });
        const allowed = (frame: number) => frame % held !== 1;
        const drawer = tileDrawer(positions, shape, { framesPerTile, seed, allowed });
        for (let frame = 0; frame < frames; frame++) {
          if (!allowed(frame)) continue;
          const { originX, originY, members } = drawer.draw(3, frame);
          expect(members.length).toBe(framesPerTile);
          expect([Number.isInteger(originX), Number.isInteger(originY)]).toEqual([true, true]);
          for (const j of members) {
            expect(allowed(j)).toBe(true);
            for (const first of [positions.x[j]! - 8 - originX, positions.y[j]! - 8 - originY]) {
              expect(Math.floor(first)).toBeGreaterThanOrEqual(0);
              expect(Math.ceil(first) + 16).toBeLessThanOrEqual(shape.canvasPx);
            }
          }
        }
      }),
    );
  });

  const positions = scattered(200, 100, 1);
  const shape = tileShape(48, { sizePx: 16, windowPx: 12 });
  const rule = { framesPerTile: 12, seed: 2, allowed: () => true };

  test("has as many different members as lie on it, drawn by chance from all of those", () => {
    const drawer = tileDrawer(positions, shape, { ...rule, framesPerTile: 400 });
    for (const frame of [0, 50, 199]) {
      const { originX, originY, members } = drawer.draw(1, frame);
      const [x, y] = [originX + shape.canvasPx / 2, originY + shape.canvasPx / 2];
      const near = Array.from(positions.x.keys()).filter(
        (j) =>
          Math.abs(positions.x[j]! - x) <= shape.reachPx && Math.abs(positions.y[j]! - y) <= shape.reachPx,
      );
      expect(near).toContain(frame);
      expect([...new Set(members)].sort((a, b) => a - b)).toEqual(near);
      // Repeated in turn.
      expect([...members.subarray(0, near.length)]).toEqual([
        ...members.subarray(near.length, 2 * near.length),
      ]);
    }
  });

  test("moves by at most the jitter from its seed frame, evenly", () => {
    const drawer = tileDrawer(positions, shape, rule);
    const moves = Array.from({ length: 500 }, (_, epoch) => {
      const { originX, originY } = drawer.draw(epoch, 7);
      return [
        originX + shape.canvasPx / 2 - Math.round(positions.x[7]!),
        originY + shape.canvasPx / 2 - Math.round(positions.y[7]!),
      ] as const;
    });
    for (const of of [moves.map(([x]) => x), moves.map(([, y]) => y)]) {
      expect([Math.min(...of), Math.max(...of)]).toEqual([-8, 8]);
      // Uniform on −8 … 8: a variance of 24, so a mean of 0 ± √(24/500) = 0.22; five of those.
      expect(Math.abs(of.reduce((a, b) => a + b, 0) / 500)).toBeLessThan(1.1);
    }
  });

  test("has the frames of a group first, those that lie on it, in the group's order and once", () => {
    const drawer = tileDrawer(positions, shape, rule);
    const { members: all } = tileDrawer(positions, shape, { ...rule, framesPerTile: 400 }).draw(3, 50);
    const far = Array.from(positions.x.keys()).find((frame) => !all.includes(frame))!;
    const [one, other] = [all[7]!, all[3]!];
    const group = { index: 50, members: Int32Array.of(50, one, far, other) };
    const { members, ...place } = drawer.draw(3, 50, group);
    expect([...members.subarray(0, 3)]).toEqual([50, one, other]);
    expect(new Set(members).size).toBe(12);
    expect(place).toEqual({ originX: expect.any(Number), originY: expect.any(Number) });
    // The place is that of the same draw without the group's say in its members.
    expect(drawer.draw(3, 50)).toMatchObject(place);
  });

  test("is another one for each group of a seed frame, and has no frame that is not allowed", () => {
    const drawer = tileDrawer(positions, shape, { ...rule, allowed: (frame) => frame !== 51 });
    const members = Int32Array.of(50, 51);
    const [one, two] = [201, 202].map((index) => drawer.draw(3, 50, { index, members }));
    expect(two).not.toEqual(one);
    expect([...one!.members, ...two!.members]).not.toContain(51);
  });

  test("is the same for the same seed, epoch and frame, whatever was drawn before", () => {
    const drawer = tileDrawer(positions, shape, rule);
    const first = drawer.draw(4, 11);
    drawer.draw(5, 11);
    drawer.draw(4, 12);
    expect(drawer.draw(4, 11)).toEqual(first);
    expect(drawer.draw(5, 11)).not.toEqual(first);
    expect(tileDrawer(positions, shape, { ...rule, seed: 3 }).draw(4, 11)).not.toEqual(first);
  });
});

test("a window is what a loop over its pixels reads, and the outside beyond the planes", () => {
  const windows = fc.record({
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    channels: fc.integer({ min: 1, max: 3 }),
    x: fc.integer({ min: -14, max: 14 }),
    y: fc.integer({ min: -14, max: 14 }),
    rows: fc.integer({ min: 1, max: 12 }),
    columns: fc.integer({ min: 1, max: 12 }),
  });
  fc.assert(
    fc.property(windows, ({ height, width, channels, x, y, rows, columns }) => {
      const planes = Float32Array.from({ length: channels * height * width }, (_, i) => i + 1);
      const out = new Float32Array(channels * rows * columns).fill(NaN);
      cutWindow({ height, width }, planes, { x, y, rows, columns, outside: -7 }, out);
      for (let c = 0; c < channels; c++) {
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            const [v, u] = [y + row, x + column];
            const inside = v >= 0 && v < height && u >= 0 && u < width;
            expect(out[(c * rows + row) * columns + column]).toBe(
              inside ? planes[(c * height + v) * width + u] : -7,
            );
          }
        }
      }
    }),
  );
});
