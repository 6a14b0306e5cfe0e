// Adam and AdamW make the steps of their papers, written here as loops over numbers.

import { beforeAll, describe, expect, test } from "vitest";
import { relativeError } from "../../../test/support/fields.ts";
import { trainModel, trainPlainly, type TrainOptions } from "../../../test/support/train.ts";
import { constant, input } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { sum } from "../ops/expand.ts";
import { multiply } from "../ops/multiply.ts";
import { reshape } from "../ops/reshape.ts";
import { subtract } from "../ops/subtract.ts";
import { square } from "../ops/unary.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { adam } from "./adam.ts";
import { descend, weightDecay } from "./descend.ts";
import { cosineRate } from "./schedules.ts";
import { startValues, trainingStep } from "./step.ts";
import { chain } from "./transform.ts";

const curvature = [0.5, 4, 1, 0.25];
const centre = [3, -1, 0, 2];
const start = { w: Float32Array.of(0, 1, -2), c: Float32Array.of(5) };
const rate = (step: number): number => 0.1 / step;
const steps = 25;

/** ½ Σ k (x − x₀)² over both parameters. */
const parameters = { w: input("w", [3]), c: input("c", [1, 1]) };
const bowl = (() => {
  const half = (k: readonly number[]) => k.map((each) => each / 2);
  const ofW = multiply(
    constant([3], half(curvature.slice(0, 3))),
    square(subtract(parameters.w, constant([3], centre.slice(0, 3)))),
  );
  const ofC = multiply(
    constant([1, 1], half(curvature.slice(3))),
    square(subtract(parameters.c, constant([1, 1], centre.slice(3)))),
  );
  return add(reshape(sum(ofW, [0]), [1, 1]), ofC);
})();

/** The update rule as the papers write it, one number at a time. */
function byHand({
  beta1,
  beta2,
  epsilon,
  decay,
}: {
  beta1: number;
  beta2: number;
  epsilon: number;
  decay: number;
}) {
  const x = [...start.w, ...start.c];
  const m = x.map(() => 0);
  const v = x.map(() => 0);
  for (let t = 1; t <= steps; t++) {
    for (let i = 0; i < x.length; i++) {
      const g = curvature[i]! * (x[i]! - centre[i]!);
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const mHat = m[i]! / (1 - Math.pow(beta1, t));
      const vHat = v[i]! / (1 - Math.pow(beta2, t));
      x[i]! -= rate(t) * (mHat / (Math.sqrt(vHat) + epsilon) + decay * x[i]!);
    }
  }
  return { x, m, v };
}

const cases = [
  { title: "Adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 },
  { title: "AdamW with other constants", beta1: 0.7, beta2: 0.95, epsilon: 1e-3, decay: 0.05 },
] as const;

describe.each(cases)("$title", ({ beta1, beta2, epsilon, decay }) => {
  const options = { beta1, beta2, epsilon };
  const optimiser =
    decay === 0 ? chain(adam(options), descend()) : chain(adam(options), weightDecay(decay), descend());
  const step = trainingStep({ loss: bowl, parameters, optimiser });
  const asked: TrainOptions = { step, start: startValues(step, start), to: steps, rate };
  const { x, m, v } = byHand({ ...options, decay });
  const expected = {
    w: x.slice(0, 3),
    "adam.first.w": m.slice(0, 3),
    "adam.second.w": v.slice(0, 3),
    c: x.slice(3),
  };

  test("makes the steps of the paper", () => {
    const { values } = trainPlainly(asked);
    for (const [name, numbers] of Object.entries(expected)) {
      // Some hundred roundings of float64.
      expect(relativeError(values[name]!, numbers), name).toBeLessThan(1e-12);
    }
  });

  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await openNodeRuntime();
  });
  test("makes them in the training model", async () => {
    const { values } = await trainModel(runtime, asked);
    for (const [name, numbers] of Object.entries(expected)) {
      // Float32: 6e-8 for each of some operations in 25 steps.
      expect(relativeError(values[name]!, numbers), name).toBeLessThan(1e-5);
    }
  });
});

test("finds the bottom of a bowl under a rate that falls to 0", () => {
  const step = trainingStep({ loss: bowl, parameters, optimiser: chain(adam(), descend()) });
  const schedule = cosineRate({ highest: 0.3, warmUpSteps: 5, totalSteps: 300 });
  const { values, reports } = trainPlainly({
    step,
    start: startValues(step, start),
    to: 300,
    rate: schedule,
  });
  // What the momentum still carries when the rate is gone.
  for (const [i, x] of [...Array.from(values["w"]!), values["c"]![0]!].entries())
    expect(x).toBeCloseTo(centre[i]!, 3);
  expect(reports.at(-1)!["gradientNorm"]![0]).toBeLessThan(1e-3);
});

test("the first step has the size of the rate, whatever that of the gradient", () => {
  const x = input("x", [2]);
  const loss = sum(multiply(x, constant([2], [1e-3, -1e3])), [0]);
  const step = trainingStep({ loss, parameters: { x }, optimiser: chain(adam(), descend()) });
  const { values } = trainPlainly({
    step,
    start: startValues(step, { x: Float32Array.of(0, 0) }),
    to: 1,
    rate: () => 0.01,
  });
  // ε = 1e-8 against a gradient of 1e-3.
  expect(values["x"]![0]).toBeCloseTo(-0.01, 6);
  expect(values["x"]![1]).toBeCloseTo(0.01, 6);
});

test.each([
  {
    options: { beta1: 1 },
    says: "beta1: not a value of this option; expected at least 0 and below 1, got 1",
  },
  {
    options: { beta2: NaN },
    says: "beta2: not a value of this option; expected at least 0 and below 1, got NaN",
  },
  { options: { epsilon: 0 }, says: "epsilon: not a value of this option; expected between 0 and 1, got 0" },
])("constants outside their range are refused: $says", ({ options, says }) => {
  expect(() => adam(options)).toThrow(says);
});
