// A learner gives the same bytes for the same seed, goes on from a checkpoint as if nothing had been, and keeps its weights
// when a step has lost its numbers.

import { beforeAll, describe, expect, test } from "vitest";
import { counted } from "../../../test/support/tiny-lesson.ts";
import { createRng, normal } from "../../math/random/rng.ts";
import { isDoselapError } from "../../errors.ts";
import { input } from "../graph/tensor.ts";
import { initialise, parameterInputs } from "../models/parameters.ts";
import { unet } from "../models/unet.ts";
import { mean } from "../ops/mean.ts";
import { subtract } from "../ops/subtract.ts";
import { scale, square } from "../ops/unary.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Feeds, Runtime } from "../runtime/runtime.ts";
import { openLearner, type Learner, type StepReport } from "./learner.ts";

const shape = [2, 1, 8, 8];
const network = unet("net", { inputs: 1, outputs: 1, widths: [3, 4] });
const parameters = parameterInputs(network.specs);
const [x, wanted] = [input("x", shape), input("wanted", shape)];
const loss = mean(square(subtract(network.apply(x, parameters), wanted)), [0, 1, 2, 3]);

/** A batch of step `at`. */
function batch(at: number): Feeds {
  const rng = createRng(1, "training", { frame: at });
  const data = Float32Array.from({ length: 128 }, () => normal(rng));
  return { x: { shape, data }, wanted: { shape, data: data.map((value) => Math.abs(value)) } };
}

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openNodeRuntime();
});

const open = (seed = 4, average = 0.9, on = runtime): Promise<Learner> =>
  openLearner({
    loss,
    specs: network.specs,
    parameters,
    start: initialise(network.specs, seed),
    schedule: (step) => 0.02 / step,
    weightDecay: 1e-3,
    clipNorm: 1,
    average,
    runtime: on,
    threads: 1,
  });

async function steps(learner: Learner, from: number, to: number): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  for (let at = from; at <= to; at++) reports.push(await learner.step(batch(at)));
  return reports;
}

test("reports the part of what it minimises that is compared with levels, and moves by all of it", async () => {
  const options = {
    specs: network.specs,
    parameters,
    start: initialise(network.specs, 4),
    schedule: () => 0.02,
    weightDecay: 0,
    clipNorm: 1,
    average: 0.9,
    runtime,
    threads: 1,
  };
  const [part, whole] = await Promise.all([
    openLearner({ ...options, loss: scale(loss, 3), judged: loss }),
    openLearner({ ...options, loss: scale(loss, 3) }),
  ]);
  const [ofPart, ofWhole] = [await steps(part, 1, 3), await steps(whole, 1, 3)];
  ofPart.forEach((report, i) => {
    // Float32 rounds once in the product.
    expect(3 * report.loss).toBeCloseTo(ofWhole[i]!.loss, 5);
    expect(report.gradientNorm).toBe(ofWhole[i]!.gradientNorm);
  });
  expect(part.averaged()).toEqual(whole.averaged());
  await Promise.all([part.release(), whole.release()]);
});

/** Channels that fill blocks of eight and of sixteen. */
const wide = unet("wide", { inputs: 1, outputs: 1, widths: [16, 32] });

test("computes in blocks of channels what it computes plainly, where the runtime has them", async () => {
  const learners = await Promise.all(
    [runtime, await openNodeRuntime({ blocks: true })].map((on) => {
      const inputs = parameterInputs(wide.specs);
      return openLearner({
        loss: mean(square(subtract(wide.apply(x, inputs), wanted)), [0, 1, 2, 3]),
        specs: wide.specs,
        parameters: inputs,
        start: initialise(wide.specs, 4),
        schedule: () => 1e-3,
        weightDecay: 0,
        clipNorm: 1,
        average: 0.9,
        runtime: on,
        threads: 1,
      });
    }),
  );
  const [plain, blocked] = await Promise.all(learners.map((learner) => steps(learner, 1, 3)));
  // float32 sums of a few hundred terms in another order, through three steps of Adam.
  for (const [i, { loss: expected }] of plain!.entries()) {
    expect(Math.abs(blocked![i]!.loss - expected)).toBeLessThan(1e-3 * expected);
  }
  await Promise.all(learners.map((learner) => learner.release()));
});

describe("a learner", () => {
  test("gives the same losses and weights for the same seed, to the byte, and others for another", async () => {
    const [one, again, other] = [await open(), await open(), await open(5)];
    const curve = await steps(one, 1, 8);
    expect(await steps(again, 1, 8)).toEqual(curve);
    expect(again.checkpoint()).toEqual(one.checkpoint());
    expect((await steps(other, 1, 1))[0]!.loss).not.toBe(curve[0]!.loss);
    for (const learner of [one, again, other]) await learner.release();
  });

  test("tells step and rate, and learns", async () => {
    const learner = await open();
    const reports = await steps(learner, 1, 40);
    expect(learner.steps).toBe(40);
    expect(reports.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(reports.map(({ rate }) => rate)).toEqual(Array.from({ length: 40 }, (_, i) => 0.02 / (i + 1)));
    expect(reports.every(({ gradientNorm }) => gradientNorm > 0)).toBe(true);
    const mean = (of: StepReport[]) => of.reduce((sum, report) => sum + report.loss / of.length, 0);
    expect(mean(reports.slice(-5))).toBeLessThan(0.9 * mean(reports.slice(0, 5)));
    await learner.release();
  });

  test("goes on from a checkpoint to the byte, whatever was learned after it", async () => {
    const [straight, broken] = [await open(), await open()];
    const curve = await steps(straight, 1, 9);
    await steps(broken, 1, 4);
    const checkpoint = broken.checkpoint();
    const kept = structuredClone(checkpoint);
    await steps(broken, 20, 23);
    expect(checkpoint).toEqual(kept);
    const fresh = await open(9);
    for (const learner of [broken, fresh]) {
      learner.restore(checkpoint);
      expect(learner.steps).toBe(4);
      expect(await steps(learner, 5, 9)).toEqual(curve.slice(4));
      expect(learner.checkpoint()).toEqual(straight.checkpoint());
    }
    for (const learner of [straight, broken, fresh]) await learner.release();
  });

  test("takes nothing over from a checkpoint of another network", async () => {
    const learner = await open();
    await steps(learner, 1, 2);
    const before = learner.checkpoint();
    const last = Object.keys(before.values).at(-1)!;
    const changed = Object.fromEntries(
      Object.entries(before.values).map(([name, data]) => [name, data.map(() => 7)]),
    );
    const { [last]: _, ...rest } = changed;
    for (const values of [rest, { ...rest, [last]: new Float32Array(3) }]) {
      expect(() => learner.restore({ step: 9, values })).toThrow(
        expect.toSatisfy((error) => isDoselapError(error, "Format") && error.context.key === last),
      );
      expect(learner.checkpoint()).toEqual(before);
    }
    await learner.release();
  });

  test.each([
    ["x", NaN],
    ["x", Infinity],
    // Its square is no float32, and so neither is the loss.
    ["wanted", 1e30],
  ] as const)("keeps the weights before a step that lost its numbers: %s of %d", async (name, value) => {
    const [learner, other] = [await open(), await open()];
    await steps(learner, 1, 3);
    const before = learner.checkpoint();
    const feeds = batch(4);
    feeds[name]!.data[5] = value;
    await expect(learner.step(feeds)).rejects.toSatisfy(
      (error) => isDoselapError(error, "Diverged") && error.context.key === "step 4",
    );
    expect(learner.checkpoint()).toEqual(before);
    await steps(other, 1, 3);
    // And goes on as if the step had not been tried.
    expect(await steps(learner, 4, 6)).toEqual(await steps(other, 4, 6));
    for (const each of [learner, other]) await each.release();
  });

  test("reads the arrays that it is fed and leaves them alone", async () => {
    const learner = await open();
    const feeds = batch(1);
    const before = structuredClone(feeds);
    await learner.step(feeds);
    expect(feeds).toEqual(before);
    const { values } = learner.checkpoint();
    // The caller's arrays are filled anew for the next step: nothing may hang on to them.
    feeds["x"]!.data.fill(NaN);
    expect(learner.checkpoint().values).toEqual(values);
    await learner.release();
  });

  test("averages the weights of all steps", async () => {
    const learner = await open(4, 0.3);
    const start = initialise(network.specs, 4);
    const expected = Object.fromEntries(
      Object.entries(start).map(([name, data]) => [name, Float64Array.from(data)]),
    );
    for (let t = 1; t <= 6; t++) {
      await learner.step(batch(t));
      const { values } = learner.checkpoint();
      // The first steps follow closely, until the decay that was asked for is the smaller.
      const k = Math.min(0.3, (1 + t) / (10 + t));
      for (const [name, mean] of Object.entries(expected)) {
        mean.forEach((value, i) => (mean[i] = k * value + (1 - k) * values[name]![i]!));
      }
    }
    const averaged = learner.averaged();
    expect(Object.keys(averaged)).toEqual(network.specs.map(({ name }) => name));
    for (const [name, data] of Object.entries(averaged)) {
      // Six float32 roundings of numbers of order 1.
      data.forEach((value, i) => expect(value).toBeCloseTo(expected[name]![i]!, 6));
      if (name.endsWith("weight")) expect(data).not.toEqual(learner.checkpoint().values[name]);
    }
    averaged["net.head.weight"]!.fill(0);
    expect(learner.averaged()["net.head.weight"]).not.toEqual(averaged["net.head.weight"]);
    await learner.release();
  });

  test("gives its session back", async () => {
    const counter = counted(runtime);
    const learner = await open(4, 0.9, counter.runtime);
    expect(counter.open()).toBe(1);
    await learner.release();
    expect(counter.open()).toBe(0);
  });
});
