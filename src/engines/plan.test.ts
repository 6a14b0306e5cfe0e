// What a run is said to take bounds what it takes: array buffers are counted while every engine runs.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { smallProblem } from "../../test/support/small-problem.ts";
import { openBackend } from "../compute/node.ts";
import { DoselapError } from "../errors.ts";
import { boundPlan, planEngine } from "./plan.ts";
import { prepareEngine } from "./prepare.ts";
import type { Problem } from "./problem.ts";
import { engineNames } from "./registry.ts";
import { runEngine } from "./run.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");
/** Its memory is an ArrayBuffer like any other: everything is counted. */
const backend = openBackend({ kernels: "reference" });
const { problem } = smallProblem({ energy: 20_000 });
/** A large object, so that copies of it stand out of what the test runner allocates: 0.7 MB each. */
const objectSide = 300;
const scan: Problem = { ...problem, objectHeight: objectSide, objectWidth: objectSide };

function arrayBytes(): number {
  // Buffers are freed beside the program: the second collection waits for the first.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

test.each(engineNames)("%s takes no more than its plan, and most of it", async (name) => {
  const shared = { prior: "smoothness", averageLast: 1, heldOutFraction: 0.1, refit: false, epochs: 2 };
  // The result is shrunk when the epochs are over: from between them that is not seen.
  const options = { ...shared, shrink: false };
  const engine = prepareEngine(name, options);
  const { bytes } = planEngine(engine, scan, { backend });
  await new Promise(setImmediate);
  const before = arrayBytes();
  let taken = 0;
  await runEngine(engine, scan, {
    backend,
    seed: 1,
    onEpoch({ epoch, epochs }) {
      if (epoch === epochs) taken = arrayBytes() - before;
    },
  });
  expect(taken).toBeLessThan(bytes);
  // Between epochs nothing is scored or returned, so that some of it is free; half would be a waste of the budget.
  expect(taken).toBeGreaterThan(bytes / 2);
});

test("bounds that need no frame enclose the plan", () => {
  for (const name of [...engineNames, "dm:2+ml:3"]) {
    const engine = prepareEngine(name, {});
    const { least, most } = boundPlan(engine, scan, { backend });
    const whole = planEngine(engine, scan, { backend });
    expect(least).toBeLessThan(whole.bytes);
    expect(whole.bytes).toBeLessThanOrEqual(most);
    expect(whole).toMatchObject({ countType: "float32", residentFrames: scan.frames });
    // Below the least no type of counts fits.
    expect(() => planEngine(engine, scan, { backend, memoryBudgetBytes: least - 1 })).toThrow(/too small/);
  }
});

test("the least that a plan asks for is enough when a later link alone holds out frames", async () => {
  const engine = prepareEngine("dm:2+rpie:2", { prior: "none", "rpie.heldOutFraction": 0.1 });
  const planned = (memoryBudgetBytes: number) => planEngine(engine, scan, { backend, memoryBudgetBytes });
  let least = 0;
  expect(() => planned(1)).toThrow(
    expect.toSatisfy(({ message }: Error) => {
      least = Number(/at least (\d+) bytes/u.exec(message)?.[1]);
      return least > 0;
    }),
  );
  // DM, which keeps waves, is the larger of the two.
  const { choices } = await runEngine(engine, scan, { backend, seed: 1, memoryBudgetBytes: least });
  expect(choices).toHaveLength(1);
});

describe("a budget that is too small", () => {
  const hintOf = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      if (error instanceof DoselapError) return error.context.hint ?? "";
      throw error;
    }
    return "";
  };
  const twoModes: Problem = { ...scan, probeModes: 2, probe: Float32Array.of(...scan.probe, ...scan.probe) };

  test.each([
    ["dm", scan, "Raise the budget, or use an engine that keeps no exit waves."],
    ["raar", twoModes, "Raise the budget, use fewer probe modes, or use an engine that keeps no exit waves."],
    ["ml", scan, "Raise the budget."],
    ["mpie", scan, "Raise the budget."],
    ["lsqml", twoModes, "Raise the budget, or use fewer probe modes."],
    ["epie:2+dm:2", scan, "Raise the budget, or use an engine that keeps no exit waves."],
  ])("%s: the hint names what this run has", (name, problem, hint) => {
    const engine = prepareEngine(name, {});
    expect(boundPlan(engine, problem, { backend }).relief).toBe(hint);
    const { least } = boundPlan(engine, problem, { backend });
    expect(hintOf(() => planEngine(engine, problem, { backend, memoryBudgetBytes: least - 1 }))).toBe(hint);
  });

  test("waves that cost less than another link of the chain are not named", () => {
    // A history of many steps of a large object, and the waves of few frames.
    const few: Problem = { ...scan, frames: 20, objectHeight: 1000, objectWidth: 1000 };
    const engine = prepareEngine("dm:2+ml:2", {});
    expect(boundPlan(engine, few, { backend }).relief).toBe("Raise the budget.");
  });
});

test("what the caller holds is part of the budget, and of the least that is asked for", () => {
  const engine = prepareEngine("lsqml", { prior: "none" });
  const { bytes } = planEngine(engine, scan, { backend });
  const heldBytes = 1_000_000;
  const tight = planEngine(engine, scan, { backend, heldBytes, memoryBudgetBytes: bytes + heldBytes - 1 });
  expect(tight.bytes).toBeLessThan(bytes);
  expect(tight.residentFrames).toBeLessThan(scan.frames);
  const failure = (heldBytes: number): string => {
    try {
      planEngine(engine, scan, { backend, heldBytes, memoryBudgetBytes: 1 });
    } catch (error) {
      if (error instanceof DoselapError) return error.message;
      throw error;
    }
    return "";
  };
  const leastOf = (message: string) => Number(/at least (\d+) bytes/u.exec(message)?.[1]);
  expect(leastOf(failure(heldBytes)) - leastOf(failure(0))).toBe(heldBytes);
});
