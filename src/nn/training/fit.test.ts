// The training loop: losses fall, validation chooses the epoch, a collapsed network starts again with another seed, and what
// cannot go on says so and leaves nothing open.

import { beforeAll, describe, expect, test } from "vitest";
import { counted, seedWith, tinyImage, tinyLesson } from "../../../test/support/tiny-lesson.ts";
import { isDoselapError } from "../../errors.ts";
import { evaluate } from "../graph/evaluate.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { fit, type Fit, type FitContext, type FitOptions, type Lesson } from "./fit.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openNodeRuntime();
});

const alive = seedWith([1]);
const options: FitOptions = {
  epochs: 12,
  learningRate: 0.1,
  weightDecay: 0,
  clipNorm: 10,
  average: 0.5,
  restarts: 2,
};

/** Fits, and keeps what was logged and how many sessions are open. */
async function run(lesson: Lesson, rule: Partial<FitOptions> = {}, context: Partial<FitContext> = {}) {
  const lines: string[] = [];
  const counter = counted(context.runtime ?? runtime);
  const call = fit(
    lesson,
    { ...options, ...rule },
    { seed: alive, threads: 1, log: (line) => lines.push(line), ...context, runtime: counter.runtime },
  );
  const outcome: Fit | Error = await call.catch((error: Error) => error);
  return { outcome, lines, open: counter.open(), loaded: counter.loaded() };
}

async function fitted(...given: Parameters<typeof run>) {
  const { outcome, ...rest } = await run(...given);
  if (outcome instanceof Error) throw outcome;
  expect(rest.open).toBe(0);
  return { ...outcome, lines: rest.lines };
}

describe("a fit", () => {
  test("learns: losses fall to almost nothing, and the weight to what the targets have", async () => {
    const { history, parameters, bestEpoch } = await fitted(tinyLesson(), { epochs: 40 });
    expect(history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(history.at(-1)!.loss).toBeLessThan(0.01 * history[0]!.loss);
    expect(history.at(-1)!.validation).toBeLessThan(0.01 * history[0]!.validation);
    expect(parameters["w"]![0]).toBeCloseTo(1.5, 1);
    expect(history[bestEpoch - 1]!.validation).toBe(Math.min(...history.map(({ validation }) => validation)));
    // A warm-up, then half a cosine down to the two-hundredth part.
    const rates = history.map(({ rate }) => rate);
    expect(Math.max(...rates)).toBeCloseTo(0.1, 2);
    expect(rates.at(-1)!).toBeCloseTo(0.1 / 200, 6);
    expect(rates[0]!).toBeLessThan(0.05);
  });

  test("follows the schedule that it is told: constant, a rise of its own, or halved on a plateau", async () => {
    const rates = async (rule: Partial<FitOptions>) =>
      (await fitted(tinyLesson({ validationFactor: 0.9 }), { epochs: 12, ...rule })).history.map(
        ({ rate }) => rate,
      );
    expect(await rates({ schedule: "constant" })).toEqual(new Array(12).fill(0.1));
    // Four steps an epoch: the last of the first is the fourth of eight.
    const rising = await rates({ schedule: "constant", warmUpSteps: 8 });
    expect(rising.slice(0, 3)).toEqual([0.05, 0.1, 0.1]);
    // Validation asks for 0.9 and training for 1.5: from some epoch on it only gets worse.
    const { history } = await fitted(tinyLesson({ validationFactor: 0.9 }), {
      epochs: 12,
      schedule: "plateau",
      patience: 1,
    });
    let [expected, best, waited] = [0.1, Infinity, 0];
    for (const { rate, validation } of history) {
      expect(rate).toBe(expected);
      if (validation < best) [best, waited] = [validation, 0];
      else if (++waited === 2) [expected, waited] = [expected / 2, 0];
    }
    expect(expected).toBeLessThan(0.05);
  });

  test("takes as many epochs as its least steps need, as if they had been asked for, and says so", async () => {
    // Four steps an epoch.
    const asked = await fitted(tinyLesson(), { epochs: 3 });
    const raised = await fitted(tinyLesson(), { epochs: 2, leastSteps: 9 });
    expect(raised.history).toEqual(asked.history);
    expect(raised.parameters).toEqual(asked.parameters);
    expect(raised.lines[0]).toBe("epochs: 3 instead of 2, which would be 8 steps of at least 9");
    const enough = await fitted(tinyLesson(), { epochs: 3, leastSteps: 12 });
    expect(enough).toEqual(asked);
  });

  test("refuses a rise that never ends", async () => {
    const { outcome, open } = await run(tinyLesson(), { epochs: 2, warmUpSteps: 8 });
    expect(isDoselapError(outcome, "Range")).toBe(true);
    expect((outcome as Error).message).toContain("fewer than the 8 steps");
    expect(open).toBe(0);
  });

  test("keeps the weights of the epoch that validation likes best, which is not the last", async () => {
    // On the way to 1.5 the weight passes 0.9, which is what validation asks for.
    const lesson = tinyLesson({ validationFactor: 0.9 });
    const { history, parameters, bestEpoch } = await fitted(lesson, { epochs: 30 });
    const best = Math.min(...history.map(({ validation }) => validation));
    expect(bestEpoch).toBe(1 + history.findIndex(({ validation }) => validation === best));
    expect(bestEpoch).toBeLessThan(30);
    expect(history.at(-1)!.validation).toBeGreaterThan(10 * best);
    const losses = [0, 1].map((index) => {
      const feeds = Object.entries(lesson.validationBatch(index)).map(
        ([name, { data }]) => [name, data] as const,
      );
      return evaluate([lesson.loss], { ...Object.fromEntries(feeds), ...parameters })[0]![0]!;
    });
    // Float32 against float64.
    expect((losses[0]! + losses[1]!) / 2).toBeCloseTo(best, 6);
  });

  test("gives the same bytes for the same seed, and other losses for another", async () => {
    const [one, again, other] = [
      await fitted(tinyLesson()),
      await fitted(tinyLesson()),
      await fitted(tinyLesson(), {}, { seed: alive + 1 }),
    ];
    expect(again).toEqual(one);
    expect(other.seed).not.toBe(one.seed);
    expect(other.history[0]!.loss).not.toBe(one.history[0]!.loss);
  });

  test("shows every item once in an epoch, in another order each time", async () => {
    const lesson = tinyLesson({ batchSize: 1 });
    const seen: number[][] = [];
    const batch: Lesson["batch"] = (epoch, order, first) => {
      (seen[epoch - 1] ??= []).push(order[first]!);
      return lesson.batch(epoch, order, first);
    };
    await fitted({ ...lesson, batch }, { epochs: 10 });
    for (const order of seen) expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(new Set(seen.map((order) => order.join())).size).toBeGreaterThan(7);
  });

  test("logs each level and each epoch in one line, and how far it is", async () => {
    const told: number[] = [];
    const { lines, levels } = await fitted(
      tinyLesson(),
      { epochs: 3 },
      { progress: (fraction) => told.push(fraction) },
    );
    const power = [100, 101, 102, 103].reduce(
      (sum, item) => sum + tinyImage(item).reduce((a, b) => a + b * b, 0) / 64,
      0,
    );
    // Nothing says 0 to targets of 1.5 x.
    expect(levels).toEqual({ nothing: expect.closeTo(2.25 * power, 4) });
    expect(lines[0]).toBe(`level: nothing ${levels["nothing"]!.toFixed(6)}`);
    expect(
      lines
        .slice(1)
        .map((line) => /^epoch (\d)\/3: loss .+ validation .+ spread .+ dead units 0$/u.exec(line)?.[1]),
    ).toEqual(["1", "2", "3"]);
    expect(told).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) / 12));
  });

  test("compares with a level of its own graph, whatever else its batch has", async () => {
    const lesson = tinyLesson();
    const level = { name: "w", loss: lesson.parameters["w"]!, batch: lesson.validationBatch };
    const w = { shape: [1, 1, 1, 1], data: Float32Array.of(0.25) };
    const levels = [{ ...level, batch: (index: number) => ({ ...lesson.validationBatch(index), w }) }];
    expect((await fitted({ ...lesson, levels }, { epochs: 1 })).levels).toEqual({ w: 0.25 });
  });

  test("that is never better than its start gives the start back: all weights 0", async () => {
    // Validation asks for nothing, which is what zeros give.
    const lesson = { ...tinyLesson({ validationFactor: 0 }), start: "nothing" };
    const { bestEpoch, parameters, lines } = await fitted(lesson);
    expect([bestEpoch, [...parameters["w"]!]]).toEqual([0, [0]]);
    expect(lines.at(-1)).toContain("no epoch was better than the nothing");
    const better = await fitted({ ...tinyLesson(), start: "nothing" });
    expect(better.bestEpoch).toBeGreaterThan(0);
  });
});

describe("a network that answers everything alike", () => {
  test("starts again with another seed until one does not", async () => {
    const seed = seedWith([-1, -1, 1]);
    const found = await fitted(tinyLesson(), {}, { seed });
    expect([found.seed, found.restarts]).toEqual([seed + 2 * 134217728, 2]);
    const health = found.lines.filter((line) => line.startsWith("health:"));
    expect(health).toEqual([
      expect.stringContaining(`seed ${seed} collapsed`),
      expect.stringContaining(`seed ${seed + 134217728} collapsed`),
    ]);
    expect(found.history.at(-1)!).toMatchObject({ deadUnits: 0 });
  });

  test("that never collapsed, has not restarted", async () => {
    expect(await fitted(tinyLesson(), { epochs: 1 })).toMatchObject({ seed: alive, restarts: 0 });
  });

  test.each([
    [0, 1],
    [2, 3],
  ])("may do so %i times, and then is lost", async (restarts, attempts) => {
    const seed = seedWith([-1, -1, -1]);
    const { outcome, lines, open } = await run(tinyLesson(), { restarts, epochs: 2 }, { seed });
    expect(isDoselapError(outcome, "Diverged")).toBe(true);
    expect((outcome as Error).message).toContain(`within ${restarts} restarts`);
    expect(lines.filter((line) => line.includes("collapsed")).length).toBe(attempts);
    expect(open).toBe(0);
  });

  test("is told from one that varies in batches of one input too", async () => {
    const found = await fitted(tinyLesson({ batchSize: 1 }), { epochs: 2 });
    expect(found.history.at(-1)!.spread).toBeGreaterThan(0.01);
  });
});

describe("a fit that cannot go on", () => {
  test("stops when it is told to, between steps", async () => {
    const stop = new AbortController();
    let steps = 0;
    const progress = () => {
      if (++steps === 5) stop.abort();
    };
    const { outcome, open, loaded } = await run(tinyLesson(), {}, { signal: stop.signal, progress });
    expect(isDoselapError(outcome, "Interrupted")).toBe(true);
    expect([steps, open, loaded]).toEqual([5, 0, 2]);
  });

  test("hears an abort that another part of the program asks for while it runs", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const { outcome, open } = await run(tinyLesson(), { epochs: 100_000 }, { signal: stop.signal });
    expect(isDoselapError(outcome, "Interrupted")).toBe(true);
    expect(open).toBe(0);
  });

  test("says so when a training batch makes a loss that is no number", async () => {
    const lesson = tinyLesson();
    const batch: Lesson["batch"] = (epoch, order, first) => {
      const feeds = lesson.batch(epoch, order, first);
      if (epoch === 3) feeds["x"]!.data[0] = NaN;
      return feeds;
    };
    const kept: Fit[] = [];
    const { outcome, lines, open } = await run(
      { ...lesson, batch },
      {},
      { keep: (found) => kept.push(found) },
    );
    expect(isDoselapError(outcome, "Diverged")).toBe(true);
    expect((outcome as Error).message).toContain("step 9");
    expect(lines.filter((line) => line.startsWith("health:"))).toEqual([
      expect.stringContaining("lost its numbers"),
    ]);
    expect(lines.filter((line) => line.startsWith("epoch")).length).toBe(2);
    expect(open).toBe(0);
    // What was best before is not lost with it.
    expect(kept.at(-1)).toMatchObject({ bestEpoch: 2, seed: alive });
    expect(kept.at(-1)!.history.length).toBe(2);
    expect(Number.isFinite(kept.at(-1)!.parameters["w"]![0]!)).toBe(true);
  });

  test("says so when validation is no number: no such epoch can be the best", async () => {
    const lesson = tinyLesson();
    let calls = 0;
    const validationBatch = (index: number) => {
      const feeds = lesson.validationBatch(index);
      if (++calls > 2) feeds["x"]!.data[0] = NaN;
      return feeds;
    };
    const { outcome, lines, open } = await run({ ...lesson, levels: [], validationBatch });
    expect(isDoselapError(outcome, "Diverged")).toBe(true);
    expect((outcome as Error).message).toContain("epoch 2");
    expect(lines.at(-1)).toMatch(/^health: .*validation lost its numbers/u);
    expect(open).toBe(0);
  });

  test("leaves nothing open when the runtime refuses its second model, or a level fails", async () => {
    const first = counted(runtime, 1);
    const refused = await run(tinyLesson(), {}, { runtime: first.runtime });
    expect((refused.outcome as Error).message).toBe("no more sessions");
    expect([refused.loaded, refused.open, first.open()]).toEqual([1, 0, 0]);
    const lesson = tinyLesson();
    const broken = {
      name: "broken",
      loss: lesson.loss,
      batch: () => {
        throw new Error("no batch");
      },
    };
    const failed = await run({ ...lesson, levels: [broken] });
    expect((failed.outcome as Error).message).toBe("no batch");
    expect([failed.loaded, failed.open]).toEqual([3, 0]);
  });
});
