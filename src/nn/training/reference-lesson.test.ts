// The earlier network's lesson on a small scan: its level, that training gets it below the flat object,
// and that its canvases make an object.

import { beforeAll, expect, test } from "vitest";
import { naiveDft2 } from "../../../test/support/fields.ts";
import { power, smallProblem } from "../../../test/support/small-problem.ts";
import { applyToGroups } from "../inference/apply-groups.ts";
import { referenceNetwork, type ReferenceConfig } from "../models/reference-network.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { fit, type Fit, type Lesson } from "./fit.ts";
import { drawGroups } from "../../../test/support/draw-groups.ts";
import { canvasShape } from "./groups.ts";
import { referenceLesson } from "./reference-lesson.ts";
import type { ScanTask } from "./scan-task.ts";

const energy = 1000;
const { problem, truth } = smallProblem({ energy });
const task: ScanTask = {
  problem,
  dosePhotons: energy,
  backgroundPhotonsPerPx: 0,
  lightFit: { amplitude: 1 },
  truth,
};
const table = drawGroups(problem.positions, { groupSize: 4, neighborCount: 7, seed: 1 });
const { canvasPx } = canvasShape(problem.positions, table, { sizePx: 16, windowPx: 16, multiple: 1 });
const model: ReferenceConfig = {
  sizePx: 16,
  framesPerGroup: 4,
  canvasPx,
  widths: { encoder: [8, 16], decoder: [12], outer: 6 },
};
const options = { model, batchSize: 4, validationFraction: 0.3 };
const rule = { epochs: 15, learningRate: 3e-3, weightDecay: 0, clipNorm: 100, average: 0.5, restarts: 0 };

let runtime: Runtime;
let lesson: Lesson;
let found: Fit;
beforeAll(async () => {
  runtime = await openNodeRuntime();
  lesson = referenceLesson(task, table, options, { seed: 1 });
  found = await fit(lesson, rule, { seed: 1, runtime, threads: 1, log: () => undefined });
});

test("of its levels the truth is the lowest, and the mean pattern lies below the uniform rate", () => {
  const names = Object.keys(found.levels);
  expect(names.slice(1)).toEqual(["uniform rate", "mean pattern", "truth"]);
  const [flat, uniform, pattern, truthCost] = Object.values(found.levels) as [number, number, number, number];
  expect(truthCost).toBeLessThan(pattern);
  expect(truthCost).toBeLessThan(flat);
  expect(pattern).toBeLessThan(uniform);
});

test("the first level is what a flat object of the scan's brightness costs", () => {
  const { probe } = problem;
  const modulus = Math.sqrt(power(problem.diffraction) / problem.frames / power(probe));
  const [name, level] = Object.entries(found.levels)[0]!;
  expect(name).toBe(`flat object of modulus ${modulus.toFixed(3)}`);
  const far = naiveDft2(
    Float64Array.from(probe, (value) => modulus * value),
    16,
    -1,
  );
  const costs = Array.from({ length: lesson.validationBatches }, (_, index) => {
    const counts = lesson.validationBatch(index)["counts"]!.data;
    return counts.reduce((sum, n, i) => {
      // Stored frames are transposed, zero frequency in the middle.
      const [column, row] = [Math.floor((i % 256) / 16), i % 16];
      const at = 2 * (((row + 8) % 16) * 16 + ((column + 8) % 16));
      const expected = far[at]! ** 2 + far[at + 1]! ** 2;
      return sum + (expected - (n + 0.05) * Math.log(expected + 0.05)) / counts.length;
    }, 0);
  });
  // Between pixels, and at the rim of the light, the assembled object is not quite flat.
  expect(level).toBeCloseTo(costs.reduce((a, b) => a + b) / costs.length, 3);
});

test("training gets the loss below that of the flat object", () => {
  const [level] = Object.values(found.levels);
  const [first, last] = [found.history[0]!, found.history.at(-1)!];
  expect(last.loss).toBeLessThan(first.loss);
  expect(last.validation).toBeLessThan(level!);
  expect(last.spread).toBeGreaterThan(1e-3);
});

test("the same seed gives the same weights, to the bit", async () => {
  const short = { ...rule, epochs: 2 };
  const context = { seed: 3, runtime, threads: 1, log: () => undefined };
  const [a, b] = [await fit(lesson, short, context), await fit(lesson, short, context)];
  expect(a.parameters).toEqual(b.parameters);
});

test("its canvases make an object on the scan's frame, flat where no light fell", async () => {
  const { canvasPx } = model;
  const network = {
    shape: { canvasPx, regionPx: canvasPx },
    windowPx: 16,
    multiple: 1,
    on: () => referenceNetwork(model),
  };
  const inference = { runtime, threads: 1, network, parameters: found.parameters };
  const one = await applyToGroups(task, table, { ...inference, groupsPerBatch: 1 });
  const three = await applyToGroups(task, table, { ...inference, groupsPerBatch: 3 });
  expect([one.height, one.width]).toEqual([problem.objectHeight, problem.objectWidth]);
  const largest = one.data.reduce((max, value, i) => Math.max(max, Math.abs(value - three.data[i]!)), 0);
  // Groups of one batch or three: sums of a few hundred float32 terms, perhaps in another order.
  expect(largest).toBeLessThan(1e-5);
  const middle = 2 * (20 * one.width + 20);
  expect(Math.hypot(one.data[middle]!, one.data[middle + 1]!)).toBeGreaterThan(0.3);
});
