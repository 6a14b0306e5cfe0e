// A judge scores parameters on validation batches, and sees a network that answers everything alike.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyImage, tinyLesson } from "../../../test/support/tiny-lesson.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { openJudge } from "./judge.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openNodeRuntime();
});

const items = [100, 101, 102, 103].map(tinyImage);
const w = (value: number) => ({ w: Float32Array.of(value) });

/** Root mean square over pixels of the deviation over items. */
function deviation(of: readonly Float32Array[], factor: number): number {
  let sum = 0;
  for (let i = 0; i < 16; i++) {
    const mean = of.reduce((total, image) => total + factor * image[i]!, 0) / of.length;
    for (const image of of) sum += (factor * image[i]! - mean) ** 2 / of.length / 16;
  }
  return Math.sqrt(sum);
}

describe.each([1, 2, 4])("in batches of %i", (batchSize) => {
  test("loss, spread and dead units are those of all validation items together", async () => {
    const judge = await openJudge(tinyLesson({ batchSize, factor: 1.5 }), runtime, 1);
    const score = await judge.score(w(0.5));
    // (0.5 − 1.5)² of the mean of x²; float32.
    const power = items.reduce((sum, image) => sum + image.reduce((a, b) => a + b * b, 0) / 64, 0);
    expect(score.validation).toBeCloseTo(power, 5);
    expect(score.spread).toBeCloseTo(deviation(items, 0.5), 6);
    expect(score.spread).toBeGreaterThan(0.1);
    expect(score.deadUnits).toBe(0);
    await judge.release();
  });

  test("a dead network has no spread and a dead unit", async () => {
    const judge = await openJudge(tinyLesson({ batchSize }), runtime, 1);
    expect(await judge.score(w(-2))).toMatchObject({ spread: 0, deadUnits: 1 });
    await judge.release();
  });
});

describe("a judge", () => {
  let judge: Awaited<ReturnType<typeof openJudge>>;
  const lesson = tinyLesson();
  beforeAll(async () => {
    judge = await openJudge(lesson, runtime, 1);
  });
  afterAll(() => judge.release());

  test("gives the loss of one batch, with the parameters that it is told", async () => {
    const feeds = lesson.validationBatch(0);
    const of = (value: number) =>
      judge.loss({ ...feeds, w: { shape: [1, 1, 1, 1], data: Float32Array.of(value) } });
    expect(await of(1.5)).toBe(0);
    expect((await of(1)) / (await of(0.5))).toBeCloseTo(0.25, 6);
    expect(await judge.loss({ ...feeds, ...judge.zeros })).toBe(await of(0));
  });

  test("scores alike whenever it is asked", async () => {
    const first = await judge.score(w(0.7));
    await judge.score(w(3));
    expect(await judge.score(w(0.7))).toEqual(first);
  });
});

test("outputs that differ by rounding alone have a spread of rounding", async () => {
  // All validation items are the same image.
  const judge = await openJudge(tinyLesson({ validationItems: 1, batchSize: 4 }), runtime, 1);
  const { spread } = await judge.score(w(1));
  expect(spread).toBeLessThan(1e-7);
  await judge.release();
});
