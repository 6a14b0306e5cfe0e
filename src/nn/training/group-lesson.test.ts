// The lesson of groups: what each stage's loss counts, and levels that are what the equations say.

import { describe, expect, test } from "vitest";
import { values } from "../../../test/support/group-scene.ts";
import { smallModel } from "../../../test/support/lesson-rows.ts";
import { smallGroups, smallTask, type SmallTask } from "../../../test/support/small-task.ts";
import { evaluate } from "../graph/evaluate.ts";
import { initialise } from "../models/parameters.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { Lesson } from "./fit.ts";
import { groupLesson, type GroupLessonOptions } from "./group-lesson.ts";

const task = smallTask({ betweenPixels: true });
const table = smallGroups(task, 3);
const seed = { seed: 1 };
const options: GroupLessonOptions = {
  model: smallModel(task),
  teacher: "measurement",
  loss: "poisson",
  seenShare: 0.7,
  batchSize: 4,
  validationFraction: 0.3,
};

const zeros = (lesson: Lesson) =>
  Object.fromEntries(
    lesson.specs.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b))]),
  );

/** The lesson's loss on a batch, float64. */
function lossOf(
  lesson: Lesson,
  feeds: Feeds,
  parameters: { readonly [name: string]: Float32Array } = zeros(lesson),
): number {
  return evaluate([lesson.loss], { ...values(feeds), ...parameters })[0]![0]!;
}

/** The frame of each place of a batch: the only one that has all of its photons. */
function framesOf(counts: Float32Array, { problem }: SmallTask): number[] {
  const { diffraction, frames } = problem;
  return Array.from({ length: counts.length / 256 }, (_, slot) => {
    const fitting = Array.from({ length: frames }, (_unused, j) => j).filter((j) =>
      counts.subarray(256 * slot, 256 * (slot + 1)).every((n, i) => {
        const root = diffraction[256 * j + (i % 16) * 16 + Math.floor(i / 16)]!;
        return n <= root * root + 0.5;
      }),
    );
    expect(fitting.length).toBe(1);
    return fitting[0]!;
  });
}

describe("the loss", () => {
  test.each(["measurement", "labels"] as const)("counts an earlier stage three tenths (%s)", (teacher) => {
    const one = groupLesson(task, table, { ...options, teacher }, seed);
    const two = groupLesson(
      task,
      table,
      { ...options, teacher, model: smallModel(task, { stages: 2 }) },
      seed,
    );
    const feeds = one.validationBatch(0);
    // Zero weights: both stages are the object of the steps.
    expect(lossOf(two, feeds)).toBeCloseTo(1.3 * lossOf(one, feeds), 8);
    // What chooses, and what levels of one loss are held against, is the last stage alone.
    const judged = evaluate([two.judged!], { ...values(feeds), ...zeros(two) })[0]![0]!;
    expect(judged).toBeCloseTo(lossOf(one, feeds), 8);
    // And the last one counts whole.
    const start = initialise(two.specs, 2);
    const last = Object.fromEntries(
      Object.entries(start).map(([name, data]) => [
        name,
        name.startsWith("stage1") ? data : data.map(() => 0),
      ]),
    );
    expect(lossOf(two, feeds, last)).not.toBeCloseTo(1.3 * lossOf(one, feeds), 6);
  });

  test("of labels does not see their global phase, and ends at 0 for the true object", () => {
    const angle = 2.1;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const data = task.truth.data.map((value, i, all) =>
      i % 2 === 0 ? value * c - all[i + 1]! * s : all[i - 1]! * s + value * c,
    );
    const taught = { ...options, teacher: "labels" } as const;
    const plain = groupLesson(task, table, taught, seed);
    const turned = groupLesson({ ...task, truth: { ...task.truth, data } }, table, taught, seed);
    const [a, b] = [lossOf(plain, plain.validationBatch(1)), lossOf(turned, turned.validationBatch(1))];
    // Labels are float32.
    expect(Math.abs(a - b)).toBeLessThan(1e-6);
    expect(a).toBeGreaterThan(0.01);
    // A flat truth is met by frames that say nothing: no steps, zero weights.
    const flat = { ...task.truth, data: task.truth.data.map((_, i) => 0.8 * (1 - (i % 2))) };
    const model = smallModel(task, { steps: 0 });
    const easy = groupLesson({ ...task, truth: flat }, table, { ...taught, model }, seed);
    // |1 − 0.8|² of 0.8², over the light: canvases end in the dark, where labels are 1.
    expect(lossOf(easy, easy.validationBatch(0))).toBeCloseTo(0.04 / 0.64, 4);
  });

  test("of all photons compares with all of them", () => {
    const lesson = groupLesson(task, table, { ...options, seenShare: 1 }, seed);
    const { amplitudes, counts } = lesson.validationBatch(0);
    counts!.data.forEach((n, i) => expect(amplitudes!.data[i]! ** 2 * task.dosePhotons).toBeCloseTo(n, 3));
    framesOf(counts!.data, task);
  });
});

test("levels are the same whatever the number of stages: the last stage alone is held against them", () => {
  const [one, two] = [1, 2].map((stages) =>
    groupLesson(task, table, { ...options, model: smallModel(task, { stages }) }, seed),
  ) as [Lesson, Lesson];
  for (const name of ["uniform rate", "mean pattern", "truth"]) {
    const [a, b] = [one, two].map((lesson) => {
      const { loss, batch } = lesson.levels.find((each) => each.name === name)!;
      return evaluate([loss!], values(batch(0)))[0]![0]!;
    });
    expect(b, name).toBe(a);
  }
});

describe("levels", () => {
  const noisy = smallTask({ betweenPixels: true, background: 0.2 });
  const exact = smallTask({ betweenPixels: true, background: 0.2, noiseSeed: null });
  const lesson = groupLesson(noisy, table, options, seed);
  const level = (name: string) => lesson.levels.find((each) => each.name === name)!;
  /** Poisson loss of expectations, from the equation. */
  function naiveLoss(index: number, expected: (frame: number, pixel: number) => number): number {
    const { counts } = lesson.validationBatch(index);
    const frames = framesOf(counts!.data, noisy);
    return counts!.data.reduce((sum, n, i) => {
      const pixel = (i % 16) * 16 + Math.floor((i % 256) / 16);
      const lambda = expected(frames[Math.floor(i / 256)]!, pixel);
      return sum + (lambda - (n + 0.05) * Math.log(lambda + 0.05)) / counts!.data.length;
    }, 0);
  }
  const levelLoss = (name: string, index: number): number => {
    const { loss, batch } = level(name);
    return evaluate([loss!], values(batch(index)))[0]![0]!;
  };

  test("stand in order: what knows nothing, what the steps give, the truth", () => {
    expect(lesson.levels.map(({ name }) => name)).toEqual([
      "uniform rate",
      "mean pattern",
      "1 gradient step",
      "truth",
    ]);
    expect(lesson.start).toBe("1 gradient step");
  });

  test("the truth's is that of the expected counts of the photons that are compared", () => {
    for (let index = 0; index < lesson.validationBatches; index++) {
      const expected = naiveLoss(index, (j, pixel) => 0.3 * exact.problem.diffraction[256 * j + pixel]! ** 2);
      // Objects, probes and places are float32.
      expect(levelLoss("truth", index)).toBeCloseTo(expected, 4);
    }
  });

  test("the plain ones are those of the training frames' mean", () => {
    const { diffraction } = noisy.problem;
    const frames = new Set(
      [...lesson.items].flatMap((group) => [...table.groups.subarray(3 * group, 3 * group + 3)]),
    );
    const mean = new Float64Array(256);
    for (const j of frames) {
      for (let i = 0; i < 256; i++) mean[i] = mean[i]! + (0.3 * diffraction[256 * j + i]! ** 2) / frames.size;
    }
    const rate = mean.reduce((a, b) => a + b, 0) / 256;
    const least = 0.15 / frames.size;
    expect(levelLoss("uniform rate", 0)).toBeCloseTo(
      naiveLoss(0, () => rate),
      5,
    );
    expect(levelLoss("mean pattern", 0)).toBeCloseTo(
      naiveLoss(0, (_, pixel) => Math.max(least, mean[pixel]!)),
      5,
    );
  });

  test("labels are compared with the steps alone", () => {
    const taught = groupLesson(task, table, { ...options, teacher: "labels" }, seed);
    expect(taught.levels.map(({ name }) => name)).toEqual(["1 gradient step"]);
  });
});
