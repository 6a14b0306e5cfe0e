// A batch of tiles holds what lies there: planes of the tile, the engine's object around it, frames and their places.

import { describe, expect, test } from "vitest";
import { smallTask } from "../../../test/support/small-task.ts";
import { storeFrames } from "./frame-store.ts";
import { tileBatch } from "./tile-batch.ts";
import { tileShape } from "./tiles.ts";

const { problem } = smallTask({ betweenPixels: true });
const [height, width, sizePx] = [40, 40, 16];
const pixels = height * width;
const shape = tileShape(24, { sizePx, windowPx: 12 });
const margin = (shape.canvasPx - shape.tilePx) / 2;
const numbered = (count: number, from: number) => Float32Array.from({ length: count }, (_, i) => from + i);
const planes = {
  height,
  width,
  planes: numbered(5 * pixels, 1),
  modulus: numbered(pixels, 20_001),
  phase: numbered(pixels, 40_001),
};
const view = { planes, compared: storeFrames(problem.diffraction, sizePx) };
const tiles = [
  { originX: 3, originY: 5, members: Int32Array.of(40, 41) },
  // Off the object frame on two sides.
  { originX: -9, originY: 20, members: Int32Array.of(7, 7) },
];
const batch = tileBatch(problem.positions, { ...shape, tiles: 2, framesPerTile: 2, sizePx });
tiles.forEach((tile, b) => batch.set(b, view, tile));
const fed = (name: string) => batch.feeds[name]!;

function at(plane: Float32Array, channel: number, x: number, y: number): number | undefined {
  const inside = x >= 0 && x < width && y >= 0 && y < height;
  return inside ? plane[(channel * height + y) * width + x] : undefined;
}

describe("a batch of tiles", () => {
  test("has the shapes that the network is fed", () => {
    const shapes = Object.fromEntries(Object.entries(batch.feeds).map(([name, feed]) => [name, feed.shape]));
    expect(shapes).toEqual({
      planes: [2, 5, 24, 24],
      modulus: [2, 30, 30],
      phase: [2, 30, 30],
      top: [2, 2],
      left: [2, 2],
      counts: [4, 16, 16],
    });
    for (const { shape: extents, data } of Object.values(batch.feeds)) {
      expect(data.length).toBe(extents.reduce((a, b) => a * b));
    }
  });

  test.each([0, 1])("holds the planes of tile %i, nothing outside of the frame", (b) => {
    const { originX, originY } = tiles[b]!;
    for (let channel = 0; channel < 5; channel++) {
      for (let i = 0; i < 24 * 24; i++) {
        const [x, y] = [originX + margin + (i % 24), originY + margin + Math.floor(i / 24)];
        expect(fed("planes").data[(b * 5 + channel) * 576 + i]).toBe(at(planes.planes, channel, x, y) ?? 0);
      }
    }
  });

  test.each([0, 1])("holds the engine's object around tile %i, a flat one outside of the frame", (b) => {
    const { originX, originY } = tiles[b]!;
    for (let i = 0; i < 30 * 30; i++) {
      const [x, y] = [originX + (i % 30), originY + Math.floor(i / 30)];
      expect(fed("modulus").data[b * 900 + i]).toBe(at(planes.modulus, 0, x, y) ?? 1);
      expect(fed("phase").data[b * 900 + i]).toBe(at(planes.phase, 0, x, y) ?? 0);
    }
  });

  test("holds the counts of each member, transposed, and where it lies", () => {
    tiles.forEach(({ originX, originY, members }, b) => {
      members.forEach((frame, c) => {
        const slot = 2 * b + c;
        // Float32 numbers below 64.
        expect(fed("left").data[slot]).toBeCloseTo(problem.positions.x[frame]! - 8 - originX, 5);
        expect(fed("top").data[slot]).toBeCloseTo(problem.positions.y[frame]! - 8 - originY, 5);
        for (let i = 0; i < 256; i++) {
          const root = problem.diffraction[frame * 256 + (i % 16) * 16 + Math.floor(i / 16)]!;
          expect(fed("counts").data[slot * 256 + i]).toBe(Math.round(root * root));
        }
      });
    });
  });

  test("is filled anew: nothing of an earlier tile is left", () => {
    const fresh = tileBatch(problem.positions, { ...shape, tiles: 2, framesPerTile: 2, sizePx });
    fresh.set(1, view, tiles[0]!);
    fresh.set(0, view, tiles[1]!);
    tiles.forEach((tile, b) => fresh.set(b, view, tile));
    expect(fresh.feeds).toEqual(batch.feeds);
  });
});
