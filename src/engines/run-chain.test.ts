// Chains of engines: no link is fitted to frames that another is scored by, all links are fitted to all frames once every one
// has chosen, and what is told of positions is told of those that the scan gave.

import { describe, expect, test } from "vitest";
import { gradientEngines, simd as backend } from "../../test/support/engine-rows.ts";
import { noisy } from "../../test/support/held-out.ts";
import { smallProblem } from "../../test/support/small-problem.ts";
import { heldOutFrames } from "./held-out.ts";
import { iterate, type EngineResult } from "./iterate.ts";
import { prepareEngine } from "./prepare.ts";
import type { Problem } from "./problem.ts";
import { runEngine, type EpochEvent, type RunContext } from "./run.ts";

/** Few photons: fitting for long fits the noise. */
const dim = noisy(smallProblem({ energy: 60 }).problem, 5);
const heldOut = [4, 17, 23, 38, 52, 66, 77];
const seed = 7;

function run(name: string, options: object, given: Problem, context: Partial<RunContext> = {}) {
  return runEngine(prepareEngine(name, { ...options }), given, { backend, seed, ...context });
}

/** One engine by hand: where it ended, and the misfit of each epoch. */
function byHand(name: string, options: object, given: Parameters<typeof iterate>[2], epochs: number) {
  const { engine, options: parsed } = prepareEngine(name, { ...options }).links[0]!;
  const iteration = iterate(engine, parsed, given, { backend, seed });
  try {
    const history = Array.from({ length: epochs }, () => iteration.step().error);
    return { result: iteration.result(), history };
  } finally {
    iteration.dispose();
  }
}

const after = (given: Problem, { object, probe, positions, scales }: EngineResult) => ({
  ...given,
  object,
  probe,
  scales,
  startPositions: positions,
});

function scrambled(given: Problem & { readonly diffraction: Float32Array }, frames: readonly number[]) {
  const diffraction = given.diffraction.slice();
  for (const j of frames) diffraction.subarray(j * 256, (j + 1) * 256).reverse();
  return { ...given, diffraction };
}

/** Engine and phase of a run's epochs, with how many of them came one after the other. */
function courseOf(events: readonly EpochEvent[]): string[] {
  const course: string[] = [];
  for (const [k, { engine, phase, epoch }] of events.entries()) {
    const goesOn = k > 0 && events[k - 1]!.engine === engine && epoch > 1;
    course.splice(goesOn ? -1 : course.length, goesOn ? 1 : 0, `${engine} ${phase} ${epoch}`);
  }
  return course;
}

describe("a chain that holds out frames", () => {
  const options = { prior: "none", probeStartEpoch: 1 };

  test.each([
    ["dm:6+ml:6", {}],
    ["rpie:6+lsqml:6+ml:6", {}],
    // An object that others fitted to them tells of them as well.
    ["rpie:6+ml:6", { keepBest: true, "rpie.heldOutFraction": 0, "ml.keepBest": false }],
    ["rpie:6+ml:6", { "rpie.heldOutFraction": 0.05 }],
  ])("fits none of its links to them before the last has chosen: %s %o", async (name, own) => {
    const choosing = async (given: Problem) => {
      const errors: number[] = [];
      const deviances: number[] = [];
      const onEpoch = ({ phase, error, heldOutDeviance }: EpochEvent) => {
        if (phase === "fit") return;
        errors.push(error);
        deviances.push(heldOutDeviance!);
      };
      await run(name, { ...options, keepBest: false, heldOutFraction: 0.1, ...own }, given, { onEpoch });
      return { errors, deviances };
    };
    const clean = await choosing(dim);
    const other = await choosing(scrambled(dim, [...heldOutFrames(dim, 0.1, seed)]));
    expect(clean.errors).toHaveLength(6 * name.split("+").length);
    expect(other.errors).toEqual(clean.errors);
    expect(other.deviances.every((deviance, k) => deviance > clean.deviances[k]!)).toBe(true);
  });

  test("lets every link choose from what the one before it chose", async () => {
    const given = { ...dim, heldOut };
    const { choices } = await run("rpie:25+ml:25", options, given);
    const first = byHand("rpie", { ...options, epochs: 25 }, given, 25).result;
    const second = byHand("ml", { ...options, epochs: 25 }, after(given, first), 25).result;
    expect(choices.map(({ engine, epoch }) => [engine, epoch])).toEqual([
      ["rpie", first.epoch],
      ["ml", second.epoch],
    ]);
    // Float32 sums of one state, made twice.
    expect(choices[1]!.startDeviance / choices[0]!.deviance).toBeCloseTo(1, 5);
    expect(choices[1]!.deviance).toBeLessThanOrEqual(choices[1]!.startDeviance);
  });

  test("is then fitted to all frames, link after link, up to the epochs that were chosen", async () => {
    const events: EpochEvent[] = [];
    const found = await run("dm:25+ml:25", options, { ...dim, heldOut }, { onEpoch: (e) => events.push(e) });
    const [dm, ml] = found.choices.map(({ epoch }) => epoch);
    expect(dm).toBeGreaterThan(0);
    const fits = [...(dm! > 0 ? [`dm fit ${dm}`] : []), ...(ml! > 0 ? [`ml fit ${ml}`] : [])];
    expect(courseOf(events)).toEqual(["dm choose 25", "ml choose 25", ...fits]);
    const all = { ...dim, heldOut: [] };
    const first = byHand("dm", { ...options, epochs: 25 }, all, dm!);
    const second = byHand("ml", { ...options, epochs: 25 }, after(all, first.result), ml!);
    const { object, probe, positions, history } = found;
    expect({ object, probe, positions }).toEqual({
      object: second.result.object,
      probe: second.result.probe,
      positions: second.result.positions,
    });
    expect(history).toEqual([...first.history, ...second.history]);
  });

  test("tells how far it is: never back, never more than all", async () => {
    const fractions: number[] = [];
    const onEpoch = ({ fraction }: EpochEvent) => fractions.push(fraction);
    const own = { ...options, prior: "tv", priorWeight: "auto", heldOutFraction: 0.1, keepBest: false };
    await run("rpie:3+ml:4", own, dim, { onEpoch });
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)!).toBeLessThanOrEqual(1);
    fractions.length = 0;
    await run("rpie:3+ml:4", { ...own, prior: "none", priorWeight: 20 }, dim, { onEpoch });
    expect(fractions.map((fraction) => Math.round(14 * fraction))).toEqual(fractions.map((_, k) => k + 1));
    expect(fractions).toHaveLength(14);
  });
});

describe("links that are not refitted", () => {
  const options = { prior: "none", probeStartEpoch: 1, heldOutFraction: 0.1, keepBest: false };
  const course = async (name: string, own: object) => {
    const events: EpochEvent[] = [];
    const found = await run(name, { ...options, ...own }, dim, { onEpoch: (event) => events.push(event) });
    return { course: courseOf(events), errors: events.map(({ error }) => error), ...found };
  };

  test("end a chain that is not refitted with what they chose", async () => {
    const found = await course("rpie:3+ml:4", { refit: false });
    expect(found.course).toEqual(["rpie fit 3", "ml fit 4"]);
    expect(found.history).toEqual(found.errors);
    const given = { ...dim, heldOut: heldOutFrames(dim, 0.1, seed) };
    const first = byHand("rpie", { ...options, epochs: 3, heldOutFraction: 0 }, given, 3).result;
    const second = byHand("ml", { ...options, epochs: 4, heldOutFraction: 0 }, after(given, first), 4).result;
    expect(found.object).toEqual(second.object);
  });

  test("keep those before them from it: they end what was scored", async () => {
    const last = await course("rpie:3+ml:4", { "ml.refit": false });
    expect(last.course).toEqual(["rpie fit 3", "ml fit 4"]);
    const middle = await course("rpie:3+lsqml:2+ml:4", { "lsqml.refit": false });
    expect(middle.course).toEqual(["rpie fit 3", "lsqml fit 2", "ml choose 4", "ml fit 4"]);
    expect(middle.choices.map(({ engine }) => engine)).toEqual(["rpie", "lsqml", "ml"]);
    expect(middle.history).toEqual([...middle.errors.slice(0, 5), ...middle.errors.slice(9)]);
  });

  test("tell the misfit of the fit that is returned alone, whatever prior weights were tried", async () => {
    const own = { epochs: 3, refit: false, prior: "tv", priorWeight: "auto" };
    const { history, deviance } = await course("rpie", own);
    expect([history.length, deviance.length]).toEqual([3, 3]);
  });
});

test("links after the last that holds out frames are fitted to all of them, once", async () => {
  const events: EpochEvent[] = [];
  const options = { prior: "none", "rpie.heldOutFraction": 0.1, "rpie.keepBest": false };
  const { choices } = await run("rpie:3+ml:4", options, dim, { onEpoch: (event) => events.push(event) });
  expect(courseOf(events)).toEqual(["rpie choose 3", "rpie fit 3", "ml fit 4"]);
  expect(choices).toHaveLength(1);
});

describe("positions in a chain", () => {
  // Up to two pixels off, each its own way.
  const exact = smallProblem().problem;
  const off = (values: Float64Array, pace: number) =>
    values.map((at, j) => Math.min(32, Math.max(8, at + 1.4 * Math.sin(pace * j + 1))));
  const problem = {
    ...exact,
    positions: { x: off(exact.positions.x, 3.7), y: off(exact.positions.y, 2.3) },
  };
  const corrects = { prior: "none", fixProbe: true, positionStartEpoch: 1, positionStep: 2 };
  const drifts = ({ x, y }: Problem["positions"]) =>
    Array.from(x, (at, j) => Math.hypot(at - problem.positions.x[j]!, y[j]! - problem.positions.y[j]!));

  test.each(gradientEngines)("stay as near to the given ones as %s alone may bring them", async (name) => {
    const { positions } = await run(
      `${name}:8+${name}:8+ml:8`,
      { ...corrects, positionMaxDriftPx: 0.5 },
      problem,
    );
    const all = drifts(positions);
    // Rounding of float64 positions.
    expect(Math.max(...all)).toBeLessThan(0.5 + 1e-9);
    expect(all.filter((drift) => drift > 0.499).length).toBeGreaterThan(10);
  });

  test("obey the limit of each link", async () => {
    const own = { ...corrects, "rpie.positionMaxDriftPx": 1, "ml.positionMaxDriftPx": 0.3 };
    const { positions } = await run("rpie:8+ml:8", own, problem);
    expect(Math.max(...drifts(positions))).toBeLessThan(0.3 + 1e-9);
  });

  test("are an affine map of the given ones when the last link says so", async () => {
    const own = { ...corrects, "rpie.positionMaxDriftPx": 1, "ml.positionAffine": true };
    const first = await run("rpie:8", { ...corrects, positionMaxDriftPx: 1 }, problem);
    const { positions } = await run("rpie:8+ml:8", own, problem);
    expect(affineResidual(first.positions.x)).toBeGreaterThan(0.1);
    expect(affineResidual(positions.x)).toBeLessThan(1e-9);
    expect(affineResidual(positions.y)).toBeLessThan(1e-9);
  });

  test("go on from where the link before left them", async () => {
    const own = { ...corrects, positionMaxDriftPx: 1 };
    const first = byHand("rpie", { ...own, epochs: 6 }, problem, 6).result;
    const second = byHand("ml", { ...own, epochs: 6 }, after(problem, first), 6).result;
    const chain = await run("rpie:6+ml:6", own, problem);
    expect(chain.positions).toEqual(second.positions);
    expect(chain.object).toEqual(second.object);
    const still = await run("rpie:6+dm:2", { ...own, positionMaxDriftPx: 1 }, problem);
    expect(still.positions).toEqual(first.positions);
  });

  /** Largest distance of a coordinate from the plane through three far frames' values of it. */
  function affineResidual(values: Float64Array): number {
    const { x, y } = problem.positions;
    const [a, b, c] = [0, 8, 72];
    const [ux, uy, uv] = [x[b]! - x[a]!, y[b]! - y[a]!, values[b]! - values[a]!];
    const [wx, wy, wv] = [x[c]! - x[a]!, y[c]! - y[a]!, values[c]! - values[a]!];
    const det = ux * wy - uy * wx;
    const [p, q] = [(uv * wy - wv * uy) / det, (ux * wv - wx * uv) / det];
    const off = values.map((at, j) => Math.abs(at - values[a]! - p * (x[j]! - x[a]!) - q * (y[j]! - y[a]!)));
    return Math.max(...off);
  }
});
