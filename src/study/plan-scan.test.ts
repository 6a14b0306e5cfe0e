// Object area per frame, against rasters and a random scan of known density.

import { expect, test } from "vitest";
import { createRng } from "../math/random/rng.ts";
import { areaPerFrame } from "./plan-scan.ts";

test.each([
  [20, 20, 4],
  [3, 50, 7.5],
  [12, 1, 2],
])("a raster of %i × %i frames with pitch %d has one pitch squared per frame", (columns, rows, pitch) => {
  const frames = columns * rows;
  const positions = {
    x: Float64Array.from({ length: frames }, (_, i) => pitch * (i % columns)),
    y: Float64Array.from({ length: frames }, (_, i) => pitch * Math.floor(i / columns)),
  };
  expect(areaPerFrame(positions, 100)).toBeCloseTo(pitch ** 2, 9);
});

test("a random scan has the field's area over the number of frames", () => {
  const rng = createRng(3, "scan");
  const x = Float64Array.from({ length: 4000 }, () => 300 * rng.uniform());
  const y = Float64Array.from({ length: 4000 }, () => 200 * rng.uniform());
  // Half a cell beyond each edge: 4000 cells of 15 px² make it 3 % more.
  expect(areaPerFrame({ x, y }, 100) / ((300 * 200) / 4000)).toBeCloseTo(1.03, 1);
});

test("one frame has the area given for it, and coincident frames share it", () => {
  expect(areaPerFrame({ x: Float64Array.of(3), y: Float64Array.of(4) }, 100)).toBe(100);
  expect(areaPerFrame({ x: Float64Array.of(3, 3), y: Float64Array.of(4, 4) }, 100)).toBe(50);
});
