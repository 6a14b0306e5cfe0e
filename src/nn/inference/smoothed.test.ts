// Smoothing by the light: against the sum over all pixels as it is written, and what it must leave alone.

import { expect, test } from "vitest";
import { createRng } from "../../math/random/rng.ts";
import { smoothed } from "./smoothed.ts";

const [height, width] = [11, 7];
const rng = createRng(2, "noise");
const random = () => Float64Array.from({ length: height * width }, () => rng.uniform());
const image = { height, width, data: random() };
const light = Float32Array.from(random());

test("a pixel becomes the mean of its surroundings, weighted by Gaussian and light", () => {
  const sigma = 1.4;
  const found = smoothed(image, light, sigma);
  // Pixels up to ⌈3σ⌉ = 5 away in x and in y.
  const expected = image.data.map((_, p) => {
    let [sum, weight] = [0, 0];
    for (let q = 0; q < image.data.length; q++) {
      const x = (q % width) - (p % width);
      const y = Math.floor(q / width) - Math.floor(p / width);
      if (Math.max(Math.abs(x), Math.abs(y)) > 5) continue;
      const w = light[q]! * Math.exp(-(x * x + y * y) / (2 * sigma ** 2));
      sum += w * image.data[q]!;
      weight += w;
    }
    return sum / weight;
  });
  found.data.forEach((value, p) => expect(value).toBeCloseTo(expected[p]!, 12));
});

test("a constant stays, up to the border and whatever the light", () => {
  const data = new Float64Array(height * width).fill(0.3);
  smoothed({ height, width, data }, light, 4).data.forEach((value) => expect(value).toBeCloseTo(0.3, 12));
});

test("what no light reaches stays, and does not reach what is lit", () => {
  const dark = light.map((value, p) => (p % width === 0 ? value : 0));
  const data = image.data.map((value, p) => (p % width === 0 ? 1 : value));
  const found = smoothed({ height, width, data }, dark, 0.7);
  // 3σ end after three pixels.
  found.data.forEach((value, p) => expect(value).toBeCloseTo(p % width <= 3 ? 1 : data[p]!, 12));
});
