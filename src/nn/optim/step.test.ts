// A training step carries everything on: parameters, state and averages come out for the next step, training broken off
// and taken up again gives the same bytes, and a gradient that is no number shows in the norm.

import { beforeAll, describe, expect, test } from "vitest";
import { trainModel, trainPlainly, type Values } from "../../../test/support/train.ts";
import { createRng, normal } from "../../math/random/rng.ts";
import { elementCount } from "../graph/shape.ts";
import { constant, input, type Tensor } from "../graph/tensor.ts";
import { conv2d } from "../ops/conv2d.ts";
import { mean } from "../ops/mean.ts";
import { maxPool2 } from "../ops/max-pool2.ts";
import { subtract } from "../ops/subtract.ts";
import { relu, sqrt, square } from "../ops/unary.ts";
import { upsample2 } from "../ops/upsample2.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { adam } from "./adam.ts";
import { averageWeights } from "./average-weights.ts";
import { descend, weightDecay } from "./descend.ts";
import { clipByGlobalNorm } from "./global-norm.ts";
import { cosineRate } from "./schedules.ts";
import { startValues, trainingStep } from "./step.ts";
import { chain } from "./transform.ts";

function draw(count: number, place: number): Float32Array {
  const rng = createRng(5, "network", { frame: place });
  return Float32Array.from({ length: count }, () => 0.3 * normal(rng));
}

/** A network of two convolutions that is to copy its input. */
const weights = { a: input("a", [4, 1, 3, 3]), "a.bias": input("a.bias", [4]), b: input("b", [1, 4, 3, 3]) };
const images = input("images", [2, 1, 8, 6]);
const output = conv2d(upsample2(maxPool2(relu(conv2d(images, weights.a, weights["a.bias"])))), weights.b);
const loss = mean(square(subtract(output, images)), [0, 1, 2, 3]);
const optimiser = chain(clipByGlobalNorm(0.5), adam(), weightDecay(0.01), descend(), averageWeights(0.9));
const step = trainingStep({ loss, parameters: weights, metrics: { output }, optimiser });
const parameters = Object.fromEntries(
  Object.entries<Tensor>(weights).map(([name, { shape }], i) => [name, draw(elementCount(shape), i)]),
);
const start = startValues(step, parameters);
const feeds = { images: draw(96, 9) };
const rate = cosineRate({ highest: 0.02, warmUpSteps: 3, totalSteps: 20 });
const run = { step, start, feeds, rate };

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openNodeRuntime();
});

describe("a training step", () => {
  test("gives loss, norm, metrics, then every parameter and its state", () => {
    const names = ["a", "a.bias", "b"];
    const slots = ["", "adam.first.", "adam.second.", "weights.average."];
    const carried = slots.flatMap((slot) => names.map((name) => `next.${slot}${name}`));
    expect(Object.keys(step.outputs)).toEqual(["loss", "gradientNorm", "metric.output", ...carried]);
    expect(step.carried.map((each) => each.output)).toEqual(Object.keys(step.outputs).slice(3));
    expect(step.carried.map((each) => each.parameter).slice(0, 4)).toEqual(["a", "a.bias", "b", "a"]);
    expect(step.scalars.map((scalar) => scalar.input)).toEqual([
      "adam.firstCorrection",
      "adam.secondCorrection",
      "descend.rate",
      "weights.follow",
    ]);
  });

  test("begins with copies of the parameters, zeros, and averages that are the parameters", () => {
    expect(start["a"]).toEqual(parameters["a"]);
    expect(start["a"]).not.toBe(parameters["a"]);
    expect(start["weights.average.b"]).toEqual(parameters["b"]);
    expect(start["adam.second.a.bias"]).toEqual(new Float32Array(4));
  });

  test("lowers the loss, as a model and plainly alike", async () => {
    const [model, plain] = [await trainModel(runtime, { ...run, to: 20 }), trainPlainly({ ...run, to: 20 })];
    const [losses, expected] = [model, plain].map(({ reports }) =>
      reports.map((report) => report["loss"]![0]!),
    );
    // Float32 rounding, carried through 20 steps of Adam, whose first steps turn on the sign of a gradient alone.
    for (const [i, each] of losses!.entries()) expect(Math.abs(each / expected![i]! - 1)).toBeLessThan(1e-4);
    expect(losses!.at(-1)!).toBeLessThan(losses![0]! / 2);
  });

  test("broken off, stored as bytes and taken up again gives the same bytes", async () => {
    const whole = await trainModel(runtime, { ...run, to: 12 });
    const half = await trainModel(runtime, { ...run, to: 5 });
    const stored = Object.entries(half.values).map(
      ([name, data]) => [name, Buffer.from(Float32Array.from(data).buffer).toString("hex")] as const,
    );
    const restored: Values = Object.fromEntries(
      stored.map(([name, hex]) => [name, new Float32Array(Uint8Array.from(Buffer.from(hex, "hex")).buffer)]),
    );
    const rest = await trainModel(runtime, { ...run, start: restored, from: 6, to: 12 });
    expect(rest.values).toEqual(whole.values);
    expect(rest.reports.at(-1)).toEqual(whole.reports.at(-1));
  });
});

describe("a gradient that is no number", () => {
  test.each([
    { from: 0, norm: Infinity },
    { from: -1, norm: NaN },
  ])("shows in the norm: that of √$from is $norm", async ({ from, norm }) => {
    const x = input("x", [1]);
    const steep = trainingStep({
      loss: mean(sqrt(x), [0]),
      parameters: { x },
      optimiser: chain(clipByGlobalNorm(1), descend()),
    });
    const asked = { step: steep, start: { x: [from] }, to: 1, rate: () => 1 };
    for (const { reports, values } of [trainPlainly(asked), await trainModel(runtime, asked)]) {
      expect(reports[0]!["gradientNorm"]![0]).toBe(norm);
      expect(values["x"]![0]).toBe(NaN);
    }
  });
});

describe("a training step refuses", () => {
  const x = input("x", [2]);
  const total = mean(x, [0]);
  test("a parameter that is not fed under its own name", () => {
    expect(() => trainingStep({ loss: total, parameters: { y: x }, optimiser })).toThrow(
      'y: a parameter is an input of the graph under its own name; expected input("y", …), got input("x", …)',
    );
    expect(() => trainingStep({ loss: total, parameters: { k: constant([1], [1]) }, optimiser })).toThrow(
      "got a tensor of kind constant",
    );
  });
  test("a loss of several numbers", () => {
    expect(() => trainingStep({ loss: x, parameters: { x }, optimiser })).toThrow(
      "expected one element, got [2]",
    );
  });
  test("start values of another length, and absent ones", () => {
    const ofX = trainingStep({ loss: total, parameters: { x }, optimiser });
    expect(() => startValues(ofX, { x: Float32Array.of(1) })).toThrow(
      "x: a parameter has not the values of its shape; expected 2 values, got 1",
    );
    expect(() => startValues(ofX, {})).toThrow("expected 2 values, got none");
  });
  test("two transforms of one name", () => {
    expect(() => chain(descend(), descend())).toThrow("two transforms of a chain have the same name");
  });
});
