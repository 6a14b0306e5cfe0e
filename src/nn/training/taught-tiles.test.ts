// A batch of taught tiles holds what lies there, laid by the tile's symmetry; outside of the object frame there is nothing.

import { describe, expect, test } from "vitest";
import { layBy } from "../../array/symmetry.ts";
import { taughtTiles } from "./taught-tiles.ts";

const [height, width, tilePx] = [20, 24, 8];
const pixels = height * width;
const numbered = (count: number, from: number) => Float32Array.from({ length: count }, (_, i) => from + i);
const scan = {
  positions: { x: new Float64Array(0), y: new Float64Array(0) },
  planes: {
    height,
    width,
    planes: numbered(5 * pixels, 1),
    modulus: new Float32Array(pixels),
    phase: new Float32Array(pixels),
  },
  wanted: numbered(2 * pixels, 10_001),
  weight: numbered(pixels, 20_001),
};
const tiles = [
  { x: 3, y: 5, symmetry: 0 },
  { x: -3, y: 15, symmetry: 6 },
];
const batch = taughtTiles(2, tilePx);
tiles.forEach((tile, b) => batch.set(b, scan, tile));

/** The tile's planes, pixel by pixel. */
function naive(from: Float32Array, { x, y, symmetry }: (typeof tiles)[number]): number[] {
  const cut: number[] = [];
  for (let channel = 0; channel < from.length / pixels; channel++)
    for (let row = y; row < y + tilePx; row++)
      for (let column = x; column < x + tilePx; column++) {
        const inside = row >= 0 && row < height && column >= 0 && column < width;
        cut.push(inside ? from[(channel * height + row) * width + column]! : 0);
      }
  const out = new Float32Array(cut.length);
  layBy(symmetry, cut, { rows: tilePx, columns: tilePx }, out);
  return [...out];
}

describe("a batch of taught tiles", () => {
  test.each([
    ["planes", 5, scan.planes.planes],
    ["wanted", 2, scan.wanted],
    ["weight", 1, scan.weight],
  ] as const)("holds the %s", (name, channels, from) => {
    const { shape, data } = batch.feeds[name]!;
    expect(shape).toEqual([2, channels, tilePx, tilePx]);
    const each = channels * tilePx * tilePx;
    tiles.forEach((tile, b) =>
      expect([...data.subarray(b * each, (b + 1) * each)]).toEqual(naive(from, tile)),
    );
  });
});
