// A training that goes on from any of its kept states ends as the undisturbed one: weights, history, log and what it kept.

import { beforeAll, describe, expect, test } from "vitest";
import { stateKeeper } from "../../../test/support/state-keeper.ts";
import { seedWith, tinyLesson } from "../../../test/support/tiny-lesson.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { fit, type Fit, type FitContext, type FitOptions } from "./fit.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openNodeRuntime();
});

const options: FitOptions = {
  epochs: 5,
  learningRate: 0.3,
  weightDecay: 0.01,
  clipNorm: 10,
  average: 0.5,
  restarts: 2,
};
/** Validation asks for less than training does: the best epoch is not the last. */
const lesson = tinyLesson({ validationFactor: 0.9 });
/** Items 7 in batches of 2. */
const stepsPerEpoch = 4;

async function run(seed: number, context: Partial<FitContext> = {}, rule: Partial<FitOptions> = {}) {
  const lines: string[] = [];
  const kept: Fit[] = [];
  const outcome = await fit(
    lesson,
    { ...options, ...rule },
    {
      seed,
      runtime,
      threads: 1,
      log: (line) => lines.push(line),
      keep: (found) => kept.push(found),
      ...context,
    },
  );
  return { outcome, lines, kept: kept.at(-1) };
}

describe.each([
  ["at once", [1], 1],
  ["after a restart", [-1, 1], 2],
] as const)("a network that lives %s", (_when, signs, attempts) => {
  test("goes on from each state", async () => {
    const seed = seedWith([...signs]);
    const whole = await run(seed);
    const keeper = stateKeeper();
    expect(await run(seed, { keeper })).toEqual(whole);
    expect(keeper.states).toHaveLength(attempts * options.epochs * stepsPerEpoch);
    for (const [at, state] of keeper.states.entries()) {
      const again = stateKeeper(state);
      expect(await run(seed, { keeper: again }), `state ${at}`).toEqual(whole);
      // No step that was done is done again.
      expect(again.states).toHaveLength(keeper.states.length - at);
    }
  });
});

test("a rate that falls on a plateau goes on where it was", async () => {
  const seed = seedWith([1]);
  const rule = { schedule: "plateau", patience: 0, epochs: 8 } as const;
  const keeper = stateKeeper();
  const whole = await run(seed, { keeper }, rule);
  const rates = whole.outcome.history.map(({ rate }) => rate);
  expect(new Set(rates).size).toBeGreaterThan(3);
  for (const at of [6, 17, 30])
    expect(await run(seed, { keeper: stateKeeper(keeper.states[at]) }, rule)).toEqual(whole);
});

test("epochs that the least steps add go on as well, and the log tells of them once", async () => {
  const seed = seedWith([1]);
  const rule = { epochs: 1, leastSteps: 2 * stepsPerEpoch + 1 };
  const keeper = stateKeeper();
  const whole = await run(seed, { keeper }, rule);
  expect(whole.outcome.history).toHaveLength(3);
  expect(whole.lines.filter((line) => line.startsWith("epochs: 3 instead of 1"))).toHaveLength(1);
  for (const at of [0, stepsPerEpoch, 3 * stepsPerEpoch - 1])
    expect(await run(seed, { keeper: stateKeeper(keeper.states[at]) }, rule)).toEqual(whole);
});

test("an interruption leaves the state it was in", async () => {
  const seed = seedWith([1]);
  const whole = await run(seed);
  const stop = new AbortController();
  const keeper = { ...stateKeeper(), isDue: () => false };
  let steps = 0;
  const progress = (): void => void (++steps === 6 && stop.abort());
  await expect(run(seed, { keeper, signal: stop.signal, progress })).rejects.toMatchObject({
    _tag: "Interrupted",
  });
  expect(keeper.states).toHaveLength(1);
  const again = stateKeeper(keeper.states[0]);
  expect(await run(seed, { keeper: again })).toEqual(whole);
  expect(again.states).toHaveLength(options.epochs * stepsPerEpoch - 6);
});
