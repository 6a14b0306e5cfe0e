// The slow transmission of a sample from what each frame counts, whatever lies beside it.

import { expect, describe, test } from "vitest";
import { phantomScan } from "../../test/support/phantom-scan.ts";
import { problemOf } from "../study/problem.ts";
import { surveyFrames } from "./counts.ts";
import { gridOf, overCells, type Grid } from "./slow-grid.ts";
import { transmissionOf } from "./slow-transmission.ts";

const { dataset } = phantomScan({ dosePhotons: 1e3, heightPx: 128, widthPx: 160, phantom: "flat" });
const problem = { ...problemOf(dataset), diffraction: dataset.diffraction };
const look = surveyFrames(problem);
const frames = Int32Array.from({ length: problem.frames }, (_, j) => j);
const grid = gridOf(problem, frames);
/** Dark on the left, with an edge that is sharper than the probe. */
const sample = Float64Array.from({ length: grid.height * grid.width }, (_, i) =>
  i % grid.width < grid.width / 2 ? 0.2 : 1,
);

/** What the frames count behind it. */
function countsOf({ lens: { power } }: Grid): Float64Array {
  return Float64Array.from(frames, (j) => {
    let light = 0;
    overCells(grid, j, (cell, inLens) => {
      light += power[inLens]! * sample[cell]!;
    });
    return light;
  });
}

/** Largest difference from the sample, up to a factor, over the cells two cells and more from the edge, of a middle row. */
function error(found: Float64Array): number {
  const from = Math.floor(grid.height / 2) * grid.width;
  const middle = grid.width / 2;
  const bright = found[from + Math.ceil(middle) + 4]!;
  let worst = 0;
  for (let column = Math.floor(middle) - 6; column < middle + 6; column++) {
    if (Math.abs(column + 0.5 - middle) < 2) continue;
    worst = Math.max(worst, Math.abs(found[from + column]! / bright - sample[from + column]!));
  }
  return worst;
}

describe("the transmission of cells", () => {
  const frameCounts = countsOf(grid);

  test("is the sample's, an edge too", () => {
    expect(error(transmissionOf(frames, { ...look, frameCounts }, grid, undefined))).toBeLessThan(0.1);
  });

  test("does not depend on the dose, the intensities of the frames, or what is known to be background", () => {
    const plain = transmissionOf(frames, { ...look, frameCounts }, grid, undefined);
    const scales = Float32Array.from(frames, (j) => 0.5 + (j % 3) / 2);
    const frameBackground = Float64Array.from(frames, (j) => 10 * j);
    const other = frameCounts.map((counts, j) => 7 * counts * scales[j]! + frameBackground[j]!);
    const again = transmissionOf(frames, { ...look, frameCounts: other, frameBackground }, grid, scales);
    for (const [i, value] of again.entries()) expect(value).toBeCloseTo(plain[i]!, 6);
  });

  test("is 1 in the mean over the light", () => {
    const found = transmissionOf(frames, { ...look, frameCounts }, grid, undefined);
    let [passed, light] = [0, 0];
    for (const j of frames) {
      overCells(grid, j, (cell, inLens) => {
        passed += grid.lens.power[inLens]! * found[cell]!;
        light += grid.lens.power[inLens]!;
      });
    }
    expect(passed / light).toBeCloseTo(1, 6);
  });
});
