// The lesson of simulated scans: its loss against a naive twin, batches that are a function of their arguments, objects that
// choose and never train, and a network that learns something of them.

import { beforeAll, describe, expect, test } from "vitest";
import { networkTask } from "../../../test/support/network-job.ts";
import { openBackend } from "../../compute/node.ts";
import { prepareEngine } from "../../engines/prepare.ts";
import { initialise } from "../models/parameters.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { fit, type Lesson } from "./fit.ts";
import { openJudge } from "./judge.ts";
import { simulatedLesson, type SimulatedLessonOptions } from "./simulated-lesson.ts";

const task = networkTask({ groupSize: 4 });
const rule: SimulatedLessonOptions = {
  engine: prepareEngine("rpie", { epochs: 10, fixProbe: true, prior: "none" }),
  kind: { phantoms: ["cells"], amplitudeMin: 0.6, phaseRangeRad: 1.2 },
  objects: 4,
  validationFraction: 0.15,
  tilePx: 32,
  widths: [4, 8],
  batchSize: 4,
  epochs: 6,
  learningRate: 5e-3,
};
const context = { seed: 5, backend: openBackend({ kernels: "simd", threads: 1 }), log: () => undefined };
const make = (changes: Partial<SimulatedLessonOptions> = {}): Promise<Lesson> =>
  simulatedLesson(task, task.groups, { ...rule, ...changes }, context);

let runtime: Runtime;
let lesson: Lesson;
beforeAll(async () => {
  runtime = await openNodeRuntime();
  lesson = await make();
});

const copied = (feeds: ReturnType<Lesson["batch"]>) => structuredClone(feeds);
const validation = (from: Lesson) =>
  Array.from({ length: from.validationBatches }, (_, index) => copied(from.validationBatch(index)));

describe("the lesson of simulated scans", () => {
  test("has a tile for each group and object that trains; a quarter as many choose", () => {
    expect(lesson.items).toHaveLength(3 * 64);
    expect(lesson.validationBatches).toBe(4);
  });

  test("loses what corrections lack, where light falls, over what the engine lacks on average", async () => {
    const judge = await openJudge(lesson, runtime, 1);
    const losses: number[] = [];
    const naive: number[] = [];
    // Mean squares by the whole of an epoch's tiles without a correction: about 1 each, less where no light falls.
    let [lacked, lit] = [0, 0];
    for (let first = 0; first < lesson.items.length; first += 4) {
      const feeds = lesson.batch(1, lesson.items, first);
      losses.push(await judge.loss({ ...judge.zeros, ...feeds }));
      const { wanted, weight } = { wanted: feeds["wanted"]!.data, weight: feeds["weight"]!.data };
      const sums = [0, 0];
      for (let i = 0; i < wanted.length; i++) {
        const [b, channel, pixel] = [Math.floor(i / 2048), Math.floor(i / 1024) % 2, i % 1024];
        sums[channel]! += (weight[b * 1024 + pixel]! * wanted[i]! ** 2) / 4096;
      }
      lacked += sums[1]!;
      lit += weight.reduce((sum, value) => sum + value, 0) / 4096;
      naive.push(sums[0]!, sums[1]!);
    }
    await judge.release();
    // loss = (a/σ₀² + 4b/σ₁²)/5 with one σ₀², σ₁² for all batches: two unknowns, solved from two batches, hold for the others.
    const [a1, b1, a2, b2] = naive as [number, number, number, number];
    const determinant = a1 * b2 - a2 * b1;
    const [u, v] = [
      (losses[0]! * b2 - losses[1]! * b1) / determinant,
      (losses[1]! * a1 - losses[0]! * a2) / determinant,
    ];
    losses.forEach((loss, k) => {
      const expected = u * naive[2 * k]! + v * naive[2 * k + 1]!;
      // Float32 sums of 4096 terms; the solution of two batches is a little worse.
      expect(Math.abs(loss - expected)).toBeLessThan(1e-3 * expected);
    });
    // σ₁² is the phase's mean square over the lit pixels of whole objects; tiles see some of them more often.
    expect(4 / (5 * v) / (lacked / lit)).toBeGreaterThan(0.7);
    expect(4 / (5 * v) / (lacked / lit)).toBeLessThan(1.4);
  });

  test("gives the same batch for the same arguments, another in another epoch, and tiles turned by chance", () => {
    const one = copied(lesson.batch(1, lesson.items, 8));
    lesson.batch(2, lesson.items, 0);
    expect(copied(lesson.batch(1, lesson.items, 8))).toEqual(one);
    expect(copied(lesson.batch(2, lesson.items, 8))).not.toEqual(one);
    expect(validation(lesson)).toEqual(validation(lesson));
  });

  test("never trains on an object that chooses", () => {
    // A pixel's five numbers are its own: no two objects share one.
    const marks = (feeds: ReturnType<Lesson["batch"]>) => {
      const { data } = feeds["planes"]!;
      const found: string[] = [];
      for (let i = 0; i < 4 * 1024; i++) {
        const at = Math.floor(i / 1024) * 5 * 1024 + (i % 1024);
        if (data[at] !== 0) found.push(`${data[at]} ${data[at + 1024]}`);
      }
      return found;
    };
    const chosen = new Set(validation(lesson).flatMap(marks));
    expect(chosen.size).toBeGreaterThan(1000);
    const trained: string[] = [];
    for (let epoch = 1; epoch <= 2; epoch++)
      for (let first = 0; first < lesson.items.length; first += 4)
        trained.push(...marks(lesson.batch(epoch, lesson.items, first)));
    expect(new Set(trained).size).toBeGreaterThan(3000);
    expect(trained.filter((mark) => chosen.has(mark))).toEqual([]);
  });

  test("of two objects one trains, whatever the fraction", async () => {
    const least = await make({ objects: 2, validationFraction: 0.9 });
    expect(least.items).toHaveLength(64);
    expect(least.validationBatches).toBe(4);
  });

  test("refuses a warm-up as long as the training before a scan is simulated", async () => {
    const steps = 6 * Math.ceil((3 * 64) / 4);
    const stopped = { ...context, signal: AbortSignal.abort() };
    const begun = (warmUpSteps: number) =>
      simulatedLesson(task, task.groups, { ...rule, warmUpSteps }, stopped);
    await expect(begun(steps)).rejects.toMatchObject({
      _tag: "Range",
      context: { key: "warmUpSteps", got: String(steps) },
    });
    await expect(begun(steps - 1)).rejects.toMatchObject({ _tag: "Interrupted" });
  });

  test("teaches: objects that choose lack less after it", async () => {
    const options = { epochs: 6, learningRate: 5e-3, weightDecay: 0, clipNorm: 1, average: 0.9, restarts: 0 };
    const found = await fit(lesson, options, { seed: 1, runtime, threads: 1, log: () => undefined });
    const start = found.levels[lesson.start!]!;
    // Measured: .88 of what the engine lacks.
    expect(Math.min(...found.history.map((epoch) => epoch.validation))).toBeLessThan(0.97 * start);
  });

  test("starts from weights that every layer has", () => {
    const drawn = initialise(lesson.specs, 1);
    expect(Object.keys(drawn)).toEqual(Object.keys(lesson.parameters));
  });
});
