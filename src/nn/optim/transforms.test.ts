// Each transform alone does what its formula says: clipping keeps directions, decay pulls to zero, averages follow.

import { expect, test } from "vitest";
import { trainPlainly } from "../../../test/support/train.ts";
import { constant, input } from "../graph/tensor.ts";
import { multiply } from "../ops/multiply.ts";
import { sum } from "../ops/expand.ts";
import { averageWeights } from "./average-weights.ts";
import { descend, weightDecay } from "./descend.ts";
import { clipByGlobalNorm } from "./global-norm.ts";
import { startValues, trainingStep } from "./step.ts";
import { chain, type Transform } from "./transform.ts";

/** Steps on Σ slope · x, whose gradient is `slope` everywhere. */
function along(
  slope: readonly number[],
  { optimiser, from, to, rate }: { optimiser: Transform; from: readonly number[]; to: number; rate: number },
) {
  const x = input("x", [slope.length]);
  const loss = sum(multiply(x, constant([slope.length], slope)), [0]);
  const step = trainingStep({ loss, parameters: { x }, optimiser });
  return trainPlainly({
    step,
    start: startValues(step, { x: Float32Array.from(from) }),
    to,
    rate: () => rate,
  });
}

test("a long gradient is cut to the longest allowed, in its direction", () => {
  const { values, reports } = along([30, -40], {
    optimiser: chain(clipByGlobalNorm(2), descend()),
    from: [0, 0],
    to: 1,
    rate: 1,
  });
  expect(reports[0]!["gradientNorm"]![0]).toBe(50);
  // 2/50 of the gradient, float64.
  expect(values["x"]![0]).toBeCloseTo(-1.2, 12);
  expect(values["x"]![1]).toBeCloseTo(1.6, 12);
});

test("a gradient short enough stays as it is, to the bit", () => {
  const slope = [0.3, -0.4].map(Math.fround);
  const { values } = along(slope, {
    optimiser: chain(clipByGlobalNorm(0.6), descend()),
    from: [0, 0],
    to: 1,
    rate: 1,
  });
  expect(Array.from(values["x"]!)).toEqual(slope.map((each) => -each));
});

test("weights without a gradient decay by the factor 1 − rate · decay at each step", () => {
  const { values } = along([0], {
    optimiser: chain(weightDecay(0.25), descend()),
    from: [8],
    to: 3,
    rate: 0.5,
  });
  expect(values["x"]![0]).toBe(8 * (1 - 0.5 * 0.25) ** 3);
});

test("the average follows the weights of each step, the first ones faster", () => {
  const { values } = along([1], {
    optimiser: chain(descend(), averageWeights(0.5)),
    from: [0],
    to: 12,
    rate: 1,
  });
  let average = 0;
  for (let t = 1; t <= 12; t++) {
    const keep = Math.min(0.5, (1 + t) / (10 + t));
    average = keep * average - (1 - keep) * t;
  }
  expect(values["x"]![0]).toBe(-12);
  // Some roundings of float64.
  expect(values["weights.average.x"]![0]).toBeCloseTo(average, 12);
});

test.each([
  { make: () => clipByGlobalNorm(0), says: "longest: not a value of this option; expected above 0, got 0" },
  { make: () => weightDecay(-1), says: "rate: not a value of this option; expected at least 0, got -1" },
  {
    make: () => averageWeights(1),
    says: "decay: not a value of this option; expected at least 0 and below 1, got 1",
  },
])("a constant outside its range is refused: $says", ({ make, says }) => {
  expect(make).toThrow(says);
});
