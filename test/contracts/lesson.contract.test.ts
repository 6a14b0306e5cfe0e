// What every lesson must hold: its feeds fit its graph, its batches are a function of their arguments, validation frames are
// never trained on, every setting reaches the result, and training learns.

import { beforeAll, describe, expect, test } from "vitest";
import { isDoselapError } from "../../src/errors.ts";
import { openJudge } from "../../src/nn/training/judge.ts";
import { fit, type Fit, type Lesson } from "../../src/nn/training/fit.ts";
import { initialise } from "../../src/nn/models/parameters.ts";
import { openNodeRuntime } from "../../src/nn/runtime/node.ts";
import type { Runtime } from "../../src/nn/runtime/runtime.ts";
import { lessonRows, type LessonRule } from "../support/lesson-rows.ts";
import { smallTask, type SmallTask } from "../support/small-task.ts";

const task = smallTask({ betweenPixels: true });
const options = { epochs: 1, learningRate: 5e-3, weightDecay: 0, clipNorm: 10, average: 0.9, restarts: 0 };

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openNodeRuntime();
});

const trained = (lesson: Lesson, { epochs = 1, seed = 1 } = {}): Promise<Fit> =>
  fit(lesson, { ...options, epochs }, { seed, runtime, threads: 1, log: () => undefined });

/** The task, but frame j holds 1000 (j + 1) photons a pixel: it can be told again whatever a lesson makes of it. */
function marked(): SmallTask {
  const { problem } = task;
  const diffraction = problem.diffraction.map((_, i) =>
    Math.sqrt(1000 * (1 + Math.floor(i / 256)) + (i % 2 === 0 ? 200 : -200)),
  );
  return { ...task, problem: { ...problem, diffraction } };
}

/** The task with a probe of the same power, wider in its phase. */
function reprobed(): SmallTask {
  const probe = task.problem.probe.slice();
  for (let i = 0; i < probe.length; i += 2) {
    const angle = 0.02 * (((i >> 1) % 16) - 8) ** 2;
    const [re, im] = [probe[i]!, probe[i + 1]!];
    probe[i] = re * Math.cos(angle) - im * Math.sin(angle);
    probe[i + 1] = re * Math.sin(angle) + im * Math.cos(angle);
  }
  return { ...task, problem: { ...task.problem, probe } };
}

const copied = (lesson: Lesson, index: number) => structuredClone(lesson.validationBatch(index));
const everyValidationBatch = (lesson: Lesson) =>
  Array.from({ length: lesson.validationBatches }, (_, index) => copied(lesson, index));

describe.each(lessonRows)("$name", (row) => {
  let lesson: Lesson;
  let first: Fit;
  beforeAll(async () => {
    lesson = await row.make(task);
    first = await trained(lesson);
  });

  test("feeds its graph what that takes, and no more", async () => {
    // A feed that is missing, besides, or of another shape is refused.
    expect((await losses(lesson)).every(Number.isFinite)).toBe(true);
    expect(lesson.corrections.shape[0]).toBe(lesson.batchSize);
    expect(lesson.activations.length).toBeGreaterThan(3);
  });

  test("judges the same batches at every call, whatever was trained on between", () => {
    const before = everyValidationBatch(lesson);
    lesson.batch(3, lesson.items, 1);
    expect(everyValidationBatch(lesson)).toEqual(before);
    expect(new Set(before.map((feeds) => JSON.stringify(row.counts(feeds, task)))).size).toBeGreaterThan(1);
  });

  test("makes batches from epoch, order and place alone", async () => {
    const batch = (of: Lesson, epoch: number, at: number) => structuredClone(of.batch(epoch, of.items, at));
    const one = batch(lesson, 2, 4);
    batch(lesson, 1, 8);
    expect(batch(lesson, 2, 4)).toEqual(one);
    expect(batch(await row.make(task), 2, 4)).toEqual(one);
    expect(batch(lesson, 2, 0)).not.toEqual(one);
    // Chance is drawn anew each epoch, where there is any.
    if (row.splits) expect(batch(lesson, 3, 4)).not.toEqual(one);
    else expect(batch(lesson, 3, 4)).toEqual(one);
  });

  test("never trains on a frame that chooses", async () => {
    const given = marked();
    const own = await row.make(given);
    const framesOf = (feeds: Parameters<typeof row.counts>[0]) =>
      row.counts(feeds, given).map((count) => {
        const frame = count / 1000 - 1;
        // A mean of 256 pixels of thousands of photons: a few per cent of the step from frame to frame.
        expect(Math.abs(frame - Math.round(frame))).toBeLessThan(0.1);
        return Math.round(frame);
      });
    const chosen = new Set(everyValidationBatch(own).flatMap(framesOf));
    const used = new Set<number>();
    for (const epoch of [1, 2, 3]) {
      for (let at = 0; at < own.items.length; at += own.batchSize) {
        for (const frame of framesOf(own.batch(epoch, own.items, at))) used.add(frame);
      }
    }
    expect([chosen.size > 8, used.size > 30]).toEqual([true, true]);
    expect([...used].filter((frame) => chosen.has(frame))).toEqual([]);
    for (const frame of [...chosen, ...used]) expect(frame >= 0 && frame < task.problem.frames).toBe(true);
  });

  test("learns: the loss falls, below that of a network that says nothing", async () => {
    const { history, levels } = await trained(lesson, { epochs: 4 });
    const validation = history.map((record) => record.validation);
    const start = lesson.start === undefined ? validation[0]! : levels[lesson.start]!;
    expect(Math.min(...validation)).toBeLessThan(start);
  });

  test("gives the same bytes again", async () => {
    expect(await trained(await row.make(task))).toEqual(first);
  });

  test("is another run for another seed, or for more epochs", async () => {
    for (const other of [
      await trained(await row.make(task, { seed: 2 }), { seed: 2 }),
      await trained(lesson, { epochs: 2 }),
    ]) {
      expect(other.history[0]!.loss).not.toBe(first.history[0]!.loss);
      expect(other.history[0]!.validation).not.toBe(first.history[0]!.validation);
    }
  });

  /** Losses of the same weights on the first batch of either kind. */
  async function losses(of: Lesson): Promise<number[]> {
    const judge = await openJudge(of, runtime, 1);
    const values = initialise(of.specs, 1);
    const parameters = Object.fromEntries(
      of.specs.map(({ name, shape }) => [name, { shape, data: values[name]! }]),
    );
    const found = [];
    for (const feeds of [of.batch(1, of.items, 0), of.validationBatch(0)]) {
      found.push(await judge.loss({ ...feeds, ...parameters }));
    }
    await judge.release();
    return found;
  }

  const changes: { name: string; given?: () => SmallTask; rule?: Partial<LessonRule>; when?: boolean }[] = [
    { name: "seed", rule: { seed: 2 } },
    { name: "dose", given: () => smallTask({ betweenPixels: true, energy: 500 }) },
    { name: "background", given: () => ({ ...task, backgroundPhotonsPerPx: 0.1 }), when: !row.labels },
    { name: "probe", given: reprobed },
    { name: "share that is seen", rule: { seenShare: 0.5 }, when: row.splits },
  ];
  test.each(changes.filter(({ when = true }) => when))("hears the $name", async ({ given, rule }) => {
    const before = await losses(lesson);
    const after = await losses(await row.make(given?.() ?? task, rule));
    expect(before.every(Number.isFinite)).toBe(true);
    for (const [i, loss] of before.entries()) expect(after[i]).not.toBe(loss);
  });

  test("hears the validation share", async () => {
    const fewer = await row.make(task, { validationFraction: 0.15 });
    expect(fewer.items.length).toBeGreaterThan(lesson.items.length);
    expect(everyValidationBatch(fewer)).not.toEqual(everyValidationBatch(lesson));
  });

  test("compares with levels of which the truth is the lowest", async () => {
    // Whole counts with next to no noise of their own.
    const exact = smallTask({ betweenPixels: true, noiseSeed: null, energy: 20_000 });
    const diffraction = exact.problem.diffraction.map((root) => Math.sqrt(Math.round(root * root)));
    const given = { ...exact, problem: { ...exact.problem, diffraction } };
    const { levels, trainingLevels } = await trained(
      await row.make(given, row.splits ? { seenShare: 0.8 } : {}),
    );
    // The training loss has levels of its own, which frames alike enough bring close to those of validation.
    const own = row.labels ? [] : ["uniform rate", "mean pattern", "truth"];
    expect(Object.keys(trainingLevels!)).toEqual(own);
    if (!row.labels) {
      const [rate, pattern, truth] = own.map((name) => trainingLevels![name]!) as [number, number, number];
      expect([truth < pattern, pattern < rate]).toEqual([true, true]);
      for (const name of own) {
        expect(trainingLevels![name]).not.toBe(levels[name]);
        expect(Math.abs(trainingLevels![name]! - levels[name]!)).toBeLessThan(0.3 * Math.abs(levels[name]!));
      }
    }
    const values = Object.values(levels);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.length).toBeGreaterThan(0);
    // Labels have the truth itself for a level, which is 0; the earlier network's study had none.
    if (row.labels || !row.splits) return;
    expect(Object.keys(levels).at(-1)).toBe("truth");
    for (const value of values.slice(0, -1)) expect(value).toBeGreaterThan(levels["truth"]!);
    expect(levels[lesson.start!]!).toBeLessThan(levels["mean pattern"]!);
    expect(levels["mean pattern"]!).toBeLessThan(levels["uniform rate"]!);
  });
});

describe.each(lessonRows.filter(({ labels }) => labels))("$name", (row) => {
  test("is refused without the truth that it is taught", async () => {
    const { truth: _, ...measured } = task;
    const call = async () => row.make(measured as SmallTask);
    await expect(call()).rejects.toSatisfy((error) => isDoselapError(error, "Contract"));
  });
});

describe.each(lessonRows.filter(({ splits }) => splits))("$name", (row) => {
  test("is refused photons to split that are fractions", async () => {
    const { problem } = task;
    const given = {
      ...task,
      problem: { ...problem, diffraction: problem.diffraction.map((root) => 0.9 * root) },
    };
    const call = async () => row.make(given);
    await expect(call()).rejects.toSatisfy(
      (error) => isDoselapError(error, "Contract") && error.context.finding === "DATA-001",
    );
  });
});

test("the contract runs over every lesson", () => {
  expect(lessonRows.map(({ labels, splits }) => [labels, splits])).toEqual([
    [false, true],
    [true, true],
    [false, true],
    [false, false],
  ]);
});
