// A run that goes on from any of its kept states ends as the undisturbed one, bit by bit, with the same history and progress.

import { describe, expect, test } from "vitest";
import { noisy } from "../../test/support/held-out.ts";
import { smallProblem } from "../../test/support/small-problem.ts";
import { stateKeeper } from "../../test/support/state-keeper.ts";
import { openBackend } from "../compute/node.ts";
import { openPasses } from "./passes.ts";
import { prepareEngine } from "./prepare.ts";
import type { Problem } from "./problem.ts";
import { runEngine, type EpochEvent, type RunContext } from "./run.ts";

const backend = openBackend({ kernels: "simd" });
const dim = noisy(smallProblem({ energy: 60 }).problem, 5);

interface Told {
  readonly result: unknown;
  readonly events: EpochEvent[];
}

async function run(
  [name, options]: readonly [string, object],
  problems: readonly Problem[],
  context: Partial<RunContext> = {},
): Promise<Told> {
  const events: EpochEvent[] = [];
  const results = [];
  for (const problem of problems)
    results.push(
      await runEngine(prepareEngine(name, { ...options }), problem, {
        backend,
        seed: 7,
        onEpoch: (event) => events.push(event),
        ...context,
      }),
    );
  return { result: results, events };
}

const cases: readonly (readonly [string, object])[] = [
  ["epie", { epochs: 4 }],
  ["rpie", { epochs: 4, averageLast: 0.5, positionStartEpoch: 1, floatIntensities: true }],
  ["mpie", { epochs: 4 }],
  ["dm", { epochs: 5 }],
  ["raar", { epochs: 5 }],
  ["lsqml", { epochs: 4, probeStartEpoch: 2 }],
  ["ml", { epochs: 4 }],
  ["dm:3+ml:4", {}],
  ["rpie", { epochs: 3, prior: "tv", priorWeight: "auto", heldOutFraction: 0.1 }],
  ["dm:3+ml:4", { heldOutFraction: 0.1 }],
  ["rpie:3+lsqml:2+ml:3", { heldOutFraction: 0.1, "lsqml.refit": false, positionStartEpoch: 1 }],
  ["rpie:2+ml:2", { prior: "tv", "ml.priorWeight": "auto", "ml.heldOutFraction": 0.1 }],
];

describe.each(cases)("%s %o", (...method) => {
  test("goes on from each state", async () => {
    const whole = await run(method, [dim]);
    const kept = stateKeeper();
    expect(await run(method, [dim], { passes: await openPasses(kept) })).toEqual(whole);
    expect(kept.states.length).toBe(whole.events.length);
    for (const state of kept.states) {
      const passes = await openPasses(stateKeeper(state));
      expect(await run(method, [dim], { passes })).toEqual(whole);
    }
  });
});

test("several runs of one job are kept together: those that are over are not run again", async () => {
  const method = ["rpie", { epochs: 3 }] as const;
  const other = noisy(smallProblem({ energy: 60 }).problem, 6);
  const whole = await run(method, [dim, other]);
  const kept = stateKeeper();
  await run(method, [dim, other], { passes: await openPasses(kept) });
  const again = stateKeeper(kept.states[4]);
  expect(await run(method, [dim, other], { passes: await openPasses(again) })).toEqual(whole);
  // Five of the six epochs were over.
  expect(again.states).toHaveLength(1);
});

test("an interruption leaves the state it was in, and the run goes on from it", async () => {
  const method = ["ml", { epochs: 5 }] as const;
  const whole = await run(method, [dim]);
  const stop = new AbortController();
  const kept = { ...stateKeeper(), isDue: () => false };
  const stopped = run(method, [dim], {
    passes: await openPasses(kept),
    signal: stop.signal,
    onEpoch: ({ epoch }) => (epoch === 3 ? stop.abort() : undefined),
  });
  await expect(stopped).rejects.toMatchObject({ _tag: "Interrupted" });
  expect(kept.states).toHaveLength(1);
  const again = stateKeeper(kept.states[0]);
  expect(await run(method, [dim], { passes: await openPasses(again) })).toEqual(whole);
  expect(again.states).toHaveLength(2);
});
