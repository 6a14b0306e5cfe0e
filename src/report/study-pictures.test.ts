// Pictures keep within their budget by averaging blocks, hold equal ones once, and hold the image's numbers.

import { expect, test } from "vitest";
import { syntheticResult } from "../../test/support/synthetic-run.ts";
import type { ComplexImage } from "../array/ndarray.ts";
import type { CellImages } from "./run-data.ts";
import { studyPictures } from "./study-pictures.ts";
import { summarise } from "./summary.ts";
import { fieldOf } from "./viewer/field.ts";
import { readPngAddress } from "./viewer/read-png.ts";

const [height, width] = [160, 192];

/** Noise of amplitude 0.5 to 1.5 and phase −0.4 to 0.4, by a small congruential generator. */
function noise(seed: number): ComplexImage {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const data = new Float32Array(2 * height * width);
  for (let i = 0; i < height * width; i++) {
    const [amplitude, phase] = [0.5 + next(), 0.8 * next() - 0.4];
    data[2 * i] = amplitude * Math.cos(phase);
    data[2 * i + 1] = amplitude * Math.sin(phase);
  }
  return { height, width, data };
}

const result = syntheticResult({ heightPx: height, widthPx: width, viewNames: ["dense"] });
const summary = summarise(result);
const truth = noise(1);
const images = new Map<string, CellImages>(
  result.cells.map((cell, i) => [
    cell.path,
    {
      target: { name: "truth", image: truth },
      mask: new Uint8Array(height * width).fill(1),
      arms: new Map([["rpie", noise(2 + i)]]),
    },
  ]),
);

test("the truth that all doses share is one picture", () => {
  const { views, block } = studyPictures({ images }, summary);
  expect(block).toBe(1);
  const ids = views[0]!.conditions.map(({ target }) => target.phase.id);
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
});

test("the numbers come back from a picture to half a level", async () => {
  const { amplitude, phase } = studyPictures({ images }, summary).views[0]!.conditions[0]!.target;
  const field = fieldOf(await readPngAddress(amplitude.address), await readPngAddress(phase.address), {
    amplitude: amplitude.scale,
    phase: phase.scale,
  });
  for (let i = 0; i < 500; i++) {
    const [re, im] = [truth.data[2 * i]!, truth.data[2 * i + 1]!];
    // Half of a 230th of the range, and the seven digits of the scale.
    expect(Math.abs(field.amplitude[i]! - Math.hypot(re, im))).toBeLessThan(0.5 / 230 + 1e-6);
    expect(Math.abs(field.phase[i]! - Math.atan2(im, re))).toBeLessThan(0.4 / 230 + 1e-6);
  }
});

test("too many pictures are all made of larger blocks, until they keep to the budget", () => {
  const budget = 100_000;
  const { views, block } = studyPictures({ images }, summary, budget);
  expect(block).toBeGreaterThan(1);
  const pictures = new Map(
    views[0]!.conditions
      .flatMap(({ target, arms }) => [target, ...arms.values()])
      .flatMap(({ amplitude, phase }) => [amplitude, phase])
      .map((picture) => [picture.id, picture]),
  );
  const total = [...pictures.values()].reduce((sum, { address }) => sum + address.length, 0);
  expect(total).toBeLessThanOrEqual(budget);
  for (const picture of pictures.values())
    expect([picture.width, picture.height]).toEqual([Math.floor(width / block), Math.floor(height / block)]);
});
