// Levels of training stand beside those of validation, and a loss below the truth's is told, beyond what chance does.

import { describe, expect, test } from "vitest";
import { tinyLesson } from "../../../test/support/tiny-lesson.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import { openJudge } from "./judge.ts";
import { apart, belowTruth, judgeLevels, noiseKey } from "./judge-levels.ts";

/** Levels of a lesson whose truth costs in each training batch what these say, by round. */
async function judged(rounds: readonly (readonly number[])[]) {
  const runtime = await openNodeRuntime();
  const lesson = tinyLesson();
  const cost = (value: number) => ({ w: { shape: [1, 1, 1, 1], data: Float32Array.of(value) } });
  const level = {
    name: "truth",
    loss: lesson.parameters["w"]!,
    batch: () => cost(5),
    training: (round: number, index: number) => cost(rounds[round - 1]![index]!),
  };
  const lines: string[] = [];
  const judge = await openJudge(lesson, runtime, 1);
  const items = Int32Array.from({ length: rounds[0]!.length * lesson.batchSize }, (_, i) => i);
  const told = await judgeLevels({ ...lesson, items, levels: [level] }, judge, {
    runtime,
    threads: 1,
    log: (line) => lines.push(line),
  });
  await judge.release();
  return { told, lines };
}

test("a level of training is the mean of two epochs' batches, told behind those of validation", async () => {
  const { told, lines } = await judged([
    [1, 2],
    [3, 4],
  ]);
  expect(apart(told)).toEqual({ levels: { truth: 5 }, trainingLevels: { truth: 2.5 } });
  expect(lines).toEqual(["level: truth 5.000000", "training level: truth 2.500000"]);
  // All batches moved alike: that is no chance of single ones.
  expect(told[noiseKey]).toBe(0);
});

test("what chance does is told by how far two draws of a batch lie apart", async () => {
  const { told } = await judged([
    [1, 1, 1, 1],
    [1.5, 0.5, 1.5, 0.5],
  ]);
  // Differences of ±1/2: variance 1/4, a draw's own 1/8; another mean of four against that of two such: 3/2 · 1/8 / 4.
  expect(told[noiseKey]).toBeCloseTo(3 * Math.sqrt((1.5 * 0.125) / 4), 6);
});

describe("an epoch", () => {
  const levels = { truth: 2 };
  const trainingLevels = { truth: 1 };
  const of = (loss: number, validation: number) =>
    belowTruth({ epoch: 7, loss, validation }, { levels, trainingLevels, noise: 0.1 });

  test("whose losses are the truth's or above is told nothing of", () => {
    expect(of(1, 2)).toEqual([]);
    expect(of(0.95, 3)).toEqual([]);
    expect(
      belowTruth({ epoch: 1, loss: -9, validation: -9 }, { levels: {}, trainingLevels: {}, noise: 0 }),
    ).toEqual([]);
  });

  test("whose loss or validation lies below is told as fitting noise, with both numbers", () => {
    expect(of(0.85, 2)).toEqual(["below truth: fitting noise (epoch 7, loss 0.850000 below 1.000000)"]);
    expect(of(1, 1.9)).toEqual(["below truth: fitting noise (epoch 7, validation 1.900000 below 2.000000)"]);
  });
});
