// What a plan takes from a measured scan, against sums done by hand.

import { expect, test } from "vitest";
import type { Dataset } from "../data/dataset.ts";
import { measuredSource } from "./measured-source.ts";

const dataset: Dataset = {
  frames: 2,
  size: 2,
  diffraction: Float32Array.of(1, 2, 3, 0, 2, 2, 0, 0),
  positions: { x: Float64Array.of(3, 4), y: Float64Array.of(3, 3) },
  probe: { modes: 1, size: 2, data: new Float32Array(8).fill(1) },
  object: { height: 6, width: 7, data: new Float32Array(84) },
  scanIndex: new Int32Array(2),
  metadata: {},
};

test("mean counts are the squared amplitudes, summed over the detector and averaged over frames", () => {
  // 1 + 4 + 9 and 4 + 4.
  expect(measuredSource(dataset)).toMatchObject({
    meanCounts: 11,
    frames: 2,
    size: 2,
    objectHeight: 6,
    objectWidth: 7,
    pixelSizeM: null,
  });
});

test.each([
  [5e-9, 5e-9],
  [0, null],
  ["5 nm", null],
])("a pixel size of %j in the metadata is %j", (stated, expected) => {
  expect(measuredSource({ ...dataset, metadata: { pixelSizeM: stated } }).pixelSizeM).toBe(expected);
});

test("a dark scan has no dose to cut", () => {
  expect(() => measuredSource({ ...dataset, diffraction: new Float32Array(8) })).toThrow(
    /diffraction.*above 0 counts.*DATA-001/u,
  );
});
