// A decoder's two parts: the inner one paints the central half, the outer one what lies around it, and neither the other's.

import { expect, test } from "vitest";
import { evaluate } from "../graph/evaluate.ts";
import { input } from "../graph/tensor.ts";
import { sigmoid } from "../ops/unary.ts";
import { glorotLayers } from "./glorot-layer.ts";
import { initialise, parameterInputs } from "./parameters.ts";
import { referenceDecoder } from "./reference-decoder.ts";

const layers = glorotLayers();
const decoder = referenceDecoder("d", { inputs: 3, trunk: [5, 7], outer: 4, outputs: 2 }, layers);
const features = input("features", [2, 3, 4, 4]);
const parameters = parameterInputs(layers.specs);
const output = decoder.apply(features, sigmoid, { parameters, watch: () => undefined });

const size = 32;
const start = initialise(layers.specs, 3);
const fed = Float64Array.from({ length: 96 }, (_, i) => Math.sin(i * i));
const run = (values: { readonly [name: string]: ArrayLike<number> }) =>
  evaluate([output], { features: fed, ...start, ...values })[0]!;

const zeros = Object.fromEntries(
  layers.specs.map(({ name }) => [name, new Float32Array(start[name]!.length)]),
);
const isCentral = (pixel: number): boolean => {
  const [row, column] = [Math.floor(pixel / size) % size, pixel % size];
  return row >= 8 && row < 24 && column >= 8 && column < 24;
};

test("features of 4 × 4 become patches of 32 × 32, a channel per frame", () => {
  expect(output.shape).toEqual([2, 2, size, size]);
});

test("the heads' biases show in their own parts alone", () => {
  const biased = run({ ...zeros, "d.inner.bias": [0.5, -2], "d.outer2.bias": [1.5, -1] });
  const sigma = (x: number) => 1 / (1 + Math.exp(-x));
  for (const [i, value] of biased.entries()) {
    const channel = Math.floor(i / size ** 2) % 2;
    const expected = isCentral(i) ? sigma([0.5, -2][channel]!) : [1.5 * sigma(1.5), -sigma(-1)][channel]!;
    expect(value).toBeCloseTo(expected, 12);
  }
});

test.each([
  ["outer2", false],
  ["outer0", false],
  ["inner", true],
])("weights of %s change that part and no other", (layer, central) => {
  const name = `d.${layer}.weight`;
  const before = run({});
  const after = run({ [name]: start[name]!.map((value) => value + 0.2) });
  const changed = [...before.keys()].filter((i) => before[i] !== after[i]);
  expect(changed.length).toBeGreaterThan(100);
  expect(changed.every((i) => isCentral(i) === central)).toBe(true);
});

test("start values are Glorot's: uniform, of variance 2/(fan-in + fan-out), biases zero", () => {
  const wide = glorotLayers();
  wide.add("wide", 40, 60);
  const { "wide.weight": weights, "wide.bias": biases } = initialise(wide.specs, 1);
  const limit = Math.sqrt(6 / (9 * 100));
  const mean = weights!.reduce((a, b) => a + b) / weights!.length;
  const variance = weights!.reduce((a, b) => a + b * b) / weights!.length;
  expect(weights!.every((value) => Math.abs(value) <= limit)).toBe(true);
  // 21,600 draws: their mean and variance are off by a share of 1/√21,600 of the limit's.
  expect(Math.abs(mean)).toBeLessThan(0.02 * limit);
  expect(variance / (limit ** 2 / 3)).toBeCloseTo(1, 1);
  expect(Math.max(...weights!)).toBeGreaterThan(0.99 * limit);
  expect(biases!.every((value) => value === 0)).toBe(true);
});
