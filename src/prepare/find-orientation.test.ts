// The orientation of a simulated scan is found whichever of the eight it was given, by a margin; what cannot be told is said.

import { describe, expect, test } from "vitest";
import { phantomScan } from "../../test/support/phantom-scan.ts";
import { nearFieldScan } from "../../test/support/near-field-scan.ts";
import { flatImage } from "../array/ndarray.ts";
import { openBackend } from "../compute/node.ts";
import type { Dataset } from "../data/dataset.ts";
import { buildProbe } from "../optics/probe.ts";
import { simulateDataset } from "../optics/simulate.ts";
import { findOrientation, marginText, orientationDoubts } from "./find-orientation.ts";
import { orient, orientationCount, orientationText } from "./orientation.ts";

const backend = openBackend({ kernels: "simd" });
const numbers = Array.from({ length: orientationCount }, (_, number) => number);

/** The scan with its positions as a stage would state them, so that orientation `number` sets them right again. */
function misstated(dataset: Dataset, number: number): Dataset {
  const back = numbers.find((candidate) => {
    const { x, y } = orient(orient({ x: Float64Array.of(1), y: Float64Array.of(2) }, candidate), number);
    return x[0] === 1 && y[0] === 2;
  })!;
  return { ...dataset, positions: orient(dataset.positions, back) };
}

test("an orientation swaps first, then reverses", () => {
  const point = { x: Float64Array.of(1), y: Float64Array.of(2) };
  const turned = numbers.map((number) => {
    const { x, y } = orient(point, number);
    return [x[0], y[0]];
  });
  expect(turned).toEqual([
    [1, 2],
    [-1, 2],
    [1, -2],
    [-1, -2],
    [2, 1],
    [-2, 1],
    [2, -1],
    [-2, -1],
  ]);
  expect(orientationText(5)).toBe("x and y swapped, x reversed");
});

describe("in the far field", () => {
  const { dataset } = phantomScan({ dosePhotons: 1e5, heightPx: 120, widthPx: 112 });

  test.each([0, 6])("orientation %d is found with a known probe", async (number) => {
    const answer = await findOrientation(misstated(dataset, number), { backend });
    expect(answer).toMatchObject({ best: number, equivalent: [], isAmbiguous: false });
    expect(answer.margin).toBeGreaterThan(0.3);
  });

  test("a probe that is its own twin leaves both, the better one is taken and the other said", async () => {
    // A real, even probe: turned and conjugated it is itself.
    const probe = buildProbe({ kind: "gaussian", fwhmPx: 24, curvatureRad: 0 }, dataset.size);
    const { object, positions } = dataset;
    const twin = simulateDataset({ object, probe, positions, dosePhotons: 1e5, seed: 4, backend });
    const answer = await findOrientation(misstated(twin, 2), { backend });
    const { best, scores } = answer;
    expect([1, 2]).toContain(best);
    expect(best).toBe(scores[0]!.orientation);
    expect(scores[0]!.deviance).toBeLessThanOrEqual(scores[1]!.deviance);
    expect(answer).toMatchObject({ equivalent: [3 - best], isAmbiguous: true });
    expect(orientationDoubts(answer).join()).toMatch(/ambiguous: (?:1 or 2|2 or 1), the twin/u);
  });

  test("a flat object has none: ambiguous", async () => {
    const flat = simulateDataset({
      object: flatImage(dataset.object.height, dataset.object.width),
      probe: dataset.probe,
      positions: dataset.positions,
      dosePhotons: 1e5,
      seed: 4,
      backend,
    });
    const answer = await findOrientation(flat, { backend });
    expect(answer.isAmbiguous).toBe(true);
    expect(marginText(answer)).toMatch(/^ambiguous: margin/u);
  });
});

describe("in the near field", () => {
  const dataset = nearFieldScan();

  test.each([0, 3, 5])("orientation %d is found, and no other fits as well", async (number) => {
    const answer = await findOrientation(misstated(dataset, number), { backend });
    expect(answer.best).toBe(number);
    expect(answer.equivalent).toEqual([]);
    expect(answer.isAmbiguous).toBe(false);
  });
});

test("an answer of which none fits is doubted; a bright one that stands out is not", () => {
  const answer = (...deviances: number[]) => ({
    scores: deviances.map((deviance, orientation) => ({
      orientation,
      text: "",
      deviance,
      object: flatImage(1, 1),
    })),
    best: 0,
    margin: 0.5,
    equivalent: [],
    isAmbiguous: false,
  });
  expect(orientationDoubts(answer(6.9, 7.1, 7.2)).join()).toMatch(
    /no orientation fits well.*6\.90 per pixel.*--defocus/u,
  );
  expect(orientationDoubts(answer(19, 61, 63))).toEqual([]);
  expect(orientationDoubts(answer(0.9, 1.1, 1.2))).toEqual([]);
});
