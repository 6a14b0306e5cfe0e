// The eight symmetries of a square: each is one of the turns and mirrors that a naive twin makes, none twice, and laying back
// undoes each of them, of rectangles too.

import { describe, expect, test } from "vitest";
import { addLaidBack, laidSides, layBy, symmetries } from "./symmetry.ts";

type Rows = number[][];
const turned = (image: Rows): Rows => image[0]!.map((_, x) => image.map((row) => row[x]!).toReversed());
const mirrored = (image: Rows): Rows => image.map((row) => row.toReversed());

function laid(symmetry: number, image: Rows): Rows {
  const sides = { rows: image.length, columns: image[0]!.length };
  const out = new Float32Array(sides.rows * sides.columns);
  layBy(symmetry, image.flat(), sides, out);
  const { rows, columns } = laidSides(symmetry, sides);
  return Array.from({ length: rows }, (_, y) => [...out.subarray(y * columns, (y + 1) * columns)]);
}

const square: Rows = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];

describe("the symmetries", () => {
  test("are the four turns of an image and the four of its mirror image, each once", () => {
    const group: Rows[] = [];
    for (let image of [square, mirrored(square)])
      for (let turn = 0; turn < 4; turn++) {
        group.push(image);
        image = turned(image);
      }
    const found = Array.from({ length: symmetries }, (_, k) => laid(k, square));
    expect(found[0]).toEqual(square);
    expect(new Set(found.map(String))).toEqual(new Set(group.map(String)));
    expect(new Set(found.map(String)).size).toBe(8);
  });

  test.each(Array.from({ length: symmetries }, (_, k) => k))(
    "%i is undone by laying back, plane by plane",
    (k) => {
      const sides = { rows: 2, columns: 3 };
      const planes = Float32Array.from({ length: 12 }, (_, i) => i + 1);
      const out = new Float32Array(12);
      layBy(k, planes, sides, out);
      expect([...out.subarray(0, 6)].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
      const sum = new Float64Array(12).fill(100);
      addLaidBack(k, out, sides, { factor: 2, sum });
      expect([...sum]).toEqual(Array.from(planes, (value) => 100 + 2 * value));
    },
  );
});
