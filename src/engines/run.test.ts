// Runs and chains: held-out frames choose epoch and prior without ever making things worse, what is returned is what was
// scored, and a chain is its links one after the other.

import { describe, expect, test } from "vitest";
import { openBackend } from "../compute/node.ts";
import { deviancePerPixel, noisy } from "../../test/support/held-out.ts";
import { relativeError, smallProblem } from "../../test/support/small-problem.ts";
import type { Problem } from "./problem.ts";
import { heldOutFrames } from "./held-out.ts";
import { iterate, type Checkpoint, type Iteration } from "./iterate.ts";
import { planEngine } from "./plan.ts";
import { prepareEngine } from "./prepare.ts";
import { runEngine, type EpochEvent, type Reconstruction, type RunContext } from "./run.ts";

const backend = openBackend({ kernels: "simd" });
const { problem, truth } = smallProblem();
/** Few photons: fitting for long fits the noise. */
const dim = noisy(smallProblem({ energy: 60 }).problem, 5);
const heldOut = [4, 17, 23, 38, 52, 66, 77];

function run(name: string, options: object, given: Problem, context: Partial<RunContext> = {}) {
  return runEngine(prepareEngine(name, { ...options }), given, { backend, seed: 7, ...context });
}

function start(name: string, options: object, given: Problem): Iteration {
  const { engine, options: parsed } = prepareEngine(name, { ...options }).links[0]!;
  return iterate(engine, parsed, given, { backend, seed: 7 });
}

/** The state after one more epoch. */
function next(iteration: Iteration): Checkpoint {
  iteration.step();
  return iteration.checkpoint();
}

describe.each(["rpie", "dm", "lsqml", "ml"])("held-out frames of %s", (name) => {
  const options = { prior: "none", epochs: 25, fixProbe: true };

  test("choose an epoch that explains them no worse than the start, and it is returned", async () => {
    const given = { ...dim, heldOut };
    const { object, probe, choices, history } = await run(name, { ...options, refit: false }, given);
    const [choice] = choices;
    expect(choices).toHaveLength(1);
    expect(choice!.deviance).toBeLessThanOrEqual(choice!.startDeviance);
    // Float32 fields against float64 sums over 7 frames.
    expect(deviancePerPixel(dim, { object, probe }, heldOut) / choice!.deviance).toBeCloseTo(1, 4);
    expect(history).toHaveLength(25);
  });

  test("keep the start when nothing is better: the truth, at few photons", async () => {
    const given = { ...dim, object: truth, heldOut };
    const { object, choices } = await run(name, { ...options, epochs: 6, refit: false }, given);
    const [choice] = choices;
    expect(choice!.deviance).toBeLessThanOrEqual(choice!.startDeviance);
    if (choice!.epoch === 0) expect(object.data).toEqual(truth.data);
    // Noise of 70 frames cannot beat the truth by more than chance on the 7 others.
    expect(choice!.deviance).toBeGreaterThan(0.97 * choice!.startDeviance);
  });

  test("keep the start as it is, prior or not, when it explains them exactly", async () => {
    const given = { ...problem, object: truth, heldOut };
    // Frames that are fitted are noise: every step leads away.
    const diffraction = problem.diffraction.map((root, i) =>
      heldOut.includes(Math.floor(i / 256)) ? root : Math.round(2 * root * Math.abs(Math.sin(i))),
    );
    const { object, choices } = await run(
      name,
      { epochs: 5, fixProbe: true, prior: "smoothness", priorWeight: 5, refit: false },
      { ...given, diffraction },
    );
    expect(choices[0]!.epoch).toBe(0);
    expect(object.data).toEqual(truth.data);
  });

  test("after the choice all frames are fitted, up to the epoch that was chosen", async () => {
    const given = { ...dim, heldOut };
    const phases: string[] = [];
    const { object, choices, history } = await run(name, options, given, {
      onEpoch: ({ phase }) => phases.push(phase),
    });
    const { epoch } = choices[0]!;
    expect(epoch).toBeGreaterThan(0);
    expect(phases).toEqual([...new Array(25).fill("choose"), ...new Array(epoch).fill("fit")]);
    expect(history).toHaveLength(epoch);
    const byHand = start(name, { ...options, heldOutFraction: 0 }, { ...dim, heldOut: [] });
    for (let k = 0; k < epoch; k++) byHand.step();
    expect(object).toEqual(byHand.result().object);
    byHand.dispose();
  });
});

describe("the epoch that is returned", () => {
  const options = { prior: "none", epochs: 30, fixProbe: true };

  test("is the one of the lowest held-out deviance, or the last one when that is asked for", () => {
    const best = start("ml", options, { ...dim, heldOut });
    const last = start("ml", { ...options, keepBest: false }, { ...dim, heldOut });
    const scores = Array.from({ length: 30 }, () => best.step().heldOutDeviance!);
    const objects = Array.from({ length: 30 }, () => {
      last.step();
      return last.checkpoint().arrays["object"]!;
    });
    const lowest = scores.indexOf(Math.min(...scores));
    expect(lowest).toBeLessThan(29);
    expect(best.result().epoch).toBe(lowest + 1);
    expect(best.result().object.data).toEqual(objects[lowest]);
    expect(last.result().epoch).toBe(30);
    expect(last.result().object.data).toEqual(objects[29]);
    best.dispose();
    last.dispose();
  });

  test("has its own positions and intensities, not those of the last", () => {
    const own = {
      ...options,
      epochs: 40,
      positionStartEpoch: 1,
      positionStep: 2,
      floatIntensities: true,
      probeStartEpoch: 0,
    };
    // Noise alone is fitted: the best epoch is an early one.
    const given = { ...noisy(smallProblem({ energy: 10 }).problem, 2), heldOut };
    for (const name of ["rpie", "lsqml", "ml"]) {
      const iteration = start(name, own, given);
      const states = [iteration.checkpoint(), ...Array.from({ length: 40 }, () => next(iteration))];
      const { epoch, object, positions, scales } = iteration.result();
      iteration.dispose();
      expect(epoch, name).toBeLessThan(40);
      const { arrays } = states[epoch]!;
      expect(object.data, name).toEqual(arrays["object"]);
      expect(positions, name).toEqual({ x: arrays["x"], y: arrays["y"] });
      expect(scales, name).toEqual(arrays["scales"]);
      expect(positions.x, name).not.toEqual(states[40]!.arrays["x"]);
      expect(scales, name).not.toEqual(states[40]!.arrays["scales"]);
    }
  });

  test("averageLast returns the mean of the last iterates, and scores that mean", () => {
    const given = { ...dim, heldOut };
    const own = { ...options, epochs: 8, averageLast: 0.5, keepBest: false };
    const averaged = start("rpie", own, given);
    const single = start("rpie", { ...own, averageLast: 0 }, given);
    const mean = new Float64Array(truth.data.length);
    let score = NaN;
    for (let epoch = 1; epoch <= 8; epoch++) {
      score = averaged.step().heldOutDeviance!;
      single.step();
      const { object } = single.checkpoint().arrays;
      if (epoch > 4) for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + object![i]! / 4;
    }
    const { object, probe } = averaged.result();
    for (let i = 0; i < mean.length; i++) expect(object.data[i]).toBeCloseTo(mean[i]!, 5);
    expect(deviancePerPixel(dim, { object, probe }, heldOut) / score).toBeCloseTo(1, 4);
    averaged.dispose();
    single.dispose();
  });
});

describe("frames that are left out", () => {
  test("are drawn by the seed, in their number, without repetition", () => {
    const drawn = heldOutFrames(problem, 0.1, 3);
    expect(drawn).toHaveLength(8);
    expect(new Set(drawn).size).toBe(8);
    expect([...drawn]).toEqual([...drawn].toSorted((a, b) => a - b));
    expect(heldOutFrames(problem, 0.1, 3)).toEqual(drawn);
    expect(heldOutFrames(problem, 0.1, 4)).not.toEqual(drawn);
    expect([...heldOutFrames({ ...problem, heldOut: [9, 2] }, 0.1, 3)]).toEqual([2, 9]);
  });

  test("are at least one: a smaller fraction is refused before work, and the smallest that works is named", async () => {
    const message = /81 frames.*at least 0\.0124|at least 0\.0124.*81 frames/su;
    for (const priorWeight of [20, "auto"]) {
      const options = { heldOutFraction: 0.0122, priorWeight };
      // The second link of a chain, too.
      await expect(run("rpie", options, problem)).rejects.toThrow(message);
      await expect(run("ml+rpie", { "rpie.heldOutFraction": 0.01 }, problem)).rejects.toThrow(message);
      expect(() => planEngine(prepareEngine("dm", options), problem, { backend })).toThrow(message);
    }
    const scored = await run("rpie", { heldOutFraction: 0.0124, epochs: 1, refit: false }, problem);
    expect(scored.choices).toHaveLength(1);
  });

  test('are not an empty list when "auto" has to choose by them', async () => {
    const options = { heldOutFraction: 0.1, priorWeight: "auto", epochs: 2 };
    await expect(run("rpie", options, { ...problem, heldOut: [] })).rejects.toThrow(/list of them is empty/u);
  });

  test("are not fitted: scrambling them changes no byte", async () => {
    const diffraction = problem.diffraction.slice();
    for (const j of heldOut) diffraction.subarray(j * 256, (j + 1) * 256).reverse();
    const options = { prior: "none", epochs: 5, keepBest: false, refit: false };
    for (const name of ["rpie", "dm", "lsqml", "ml"]) {
      const clean = await run(name, options, { ...problem, heldOut });
      const scrambled = await run(name, options, { ...problem, diffraction, heldOut });
      expect(scrambled.object).toEqual(clean.object);
      expect(scrambled.history).toEqual(clean.history);
      expect(scrambled.choices[0]!.deviance).toBeGreaterThan(clean.choices[0]!.deviance);
    }
  });
});

describe("positions and intensities of frames that are left out", () => {
  const all = { prior: "none", epochs: 6, keepBest: false, refit: false, probeStartEpoch: 1 };
  const fits = { ...all, floatIntensities: true, positionStartEpoch: 2, positionStep: 1 };
  const isFitted = (_: number, j: number) => !heldOut.includes(j);

  test.each([
    ["rpie", false],
    ["rpie", true],
    ["lsqml", false],
    ["ml", true],
  ])("are fitted, and nothing of the others follows them: %s, affine: %s", async (name, positionAffine) => {
    const diffraction = dim.diffraction.slice();
    for (const j of heldOut) diffraction.subarray(j * 256, (j + 1) * 256).reverse();
    for (const j of heldOut) for (let i = 0; i < 64; i++) diffraction[j * 256 + i] = 1;
    const options = { ...fits, positionAffine };
    const clean = await run(name, options, { ...dim, heldOut });
    const scrambled = await run(name, options, { ...dim, diffraction, heldOut });
    expect(scrambled.object).toEqual(clean.object);
    expect(scrambled.probe).toEqual(clean.probe);
    expect(scrambled.history).toEqual(clean.history);
    for (const of of [(r: Reconstruction) => r.positions.x, (r: Reconstruction) => r.scales]) {
      expect(of(scrambled).filter(isFitted)).toEqual(of(clean).filter(isFitted));
    }
    for (const j of heldOut) expect(scrambled.scales[j]).not.toBe(clean.scales[j]);
    // An affine map is that of the others; a step of its own looks at the frame.
    const same = heldOut.every((j) => scrambled.positions.x[j] === clean.positions.x[j]);
    expect(same).toBe(positionAffine);
  });

  test("make the score that of the object: it falls as the object comes nearer to the truth", async () => {
    // The scan is 6 % smaller than it says: 0.7 px at its rim.
    const { x, y } = problem.positions;
    const given = { ...problem, heldOut, positions: { x: x.map(grown), y: y.map(grown) } };
    const options = { prior: "none", epochs: 60, fixProbe: true };
    const before = await run("lsqml", options, given);
    for (const positionAffine of [true, false]) {
      const corrects = { positionStartEpoch: 10, positionStep: 1, positionAffine };
      const after = await run("lsqml", { ...options, ...corrects }, given);
      expect(relativeError(after.object, truth)).toBeLessThan(0.75 * relativeError(before.object, truth));
      expect(after.choices[0]!.deviance).toBeLessThan(0.7 * before.choices[0]!.deviance);
      expect(after.choices[0]!.epoch).toBeGreaterThan(40);
    }
  });

  test("leave frames that flicker no worse explained than the fitted ones", async () => {
    const flickering = smallProblem({ intensity: (j) => 1 + 0.3 * Math.sin(5.1 * j) }).problem;
    const options = { epochs: 30, fixProbe: true, floatIntensities: true, keepBest: false, refit: false };
    const devianceOf = async (floatIntensities: boolean) => {
      let last: EpochEvent | undefined;
      const own = { ...options, floatIntensities };
      await run("lsqml", own, { ...flickering, heldOut }, { onEpoch: (event) => (last = event) });
      return last!;
    };
    const [floating, held] = [await devianceOf(true), await devianceOf(false)];
    expect(floating.heldOutDeviance!).toBeLessThan(0.2 * held.heldOutDeviance!);
    // 7 frames, some of them at the rim, where fewer neighbours tell the object.
    expect(floating.heldOutDeviance!).toBeLessThan(4 * floating.deviance);
  });

  function grown(at: number): number {
    return Math.min(32, Math.max(8, 20 + 1.06 * (at - 20)));
  }
});

test("without a prior no weight acts, and none is told", async () => {
  const options = { epochs: 2, prior: "none", heldOutFraction: 0.1, refit: false };
  expect((await run("ml", options, dim)).choices[0]!.priorWeight).toBe(0);
});

test("an automatic prior weight is one that explains held-out frames better than none", async () => {
  const options = { epochs: 20, fixProbe: true, heldOutFraction: 0.1 };
  const without = await run("rpie", { ...options, prior: "none" }, dim);
  const fractions: number[] = [];
  const onEpoch = ({ fraction }: EpochEvent) => fractions.push(fraction);
  const chosen = await run("rpie", { ...options, prior: "smoothness", priorWeight: "auto" }, dim, {
    onEpoch,
  });
  expect(chosen.choices[0]!.priorWeight).toBeGreaterThan(0);
  expect(chosen.choices[0]!.deviance).toBeLessThan(without.choices[0]!.deviance);
  expect(relativeError(chosen.object, truth)).toBeLessThan(relativeError(without.object, truth));
  // Progress never goes back, and never says more than all.
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(fractions.at(-1)!).toBeLessThanOrEqual(1);
});

describe("a chain", () => {
  test("is its links by hand, one after the other", async () => {
    const shared = { prior: "none", fixProbe: false, probeStartEpoch: 1 };
    const chain = await run("dm:5+ml:5", shared, problem);
    const first = await run("dm", { ...shared, epochs: 5 }, problem);
    const { object, probe, positions } = first;
    const second = await run("ml", { ...shared, epochs: 5 }, { ...problem, object, probe, positions });
    expect(chain.object).toEqual(second.object);
    expect(chain.probe).toEqual(second.probe);
    expect(chain.positions).toEqual(second.positions);
    expect(chain.history).toEqual([...first.history, ...second.history]);
    expect(chain.deviance).toEqual([...first.deviance, ...second.deviance]);
  });

  test("gives an option to every link that knows it, and refuses one that none knows", () => {
    const { links, epochs, options } = prepareEngine("dm:30+lsqml:7", { batchSize: 5, fixProbe: true });
    expect(links.map((link) => link.options.epochs)).toEqual([30, 7]);
    expect(epochs).toBe(37);
    expect(options).toMatchObject({
      "1 dm": { fixProbe: true },
      "2 lsqml": { fixProbe: true, batchSize: 5 },
    });
    expect(() => prepareEngine("dm:30+lsqml:7", { alpha: 0.5 })).toThrow(/does not take the option alpha/u);
  });

  test.each(["dm:0+ml", "dm:3.5", "dm:+ml", "dm:3:4", "dm:-1"])(
    "%s has epochs that are no number",
    (spec) => {
      expect(() => prepareEngine(spec, {})).toThrow(/no whole number/u);
    },
  );

  test.each(["", "dm+", "+ml", "dmm", "dm + ml"])("%j names an engine that does not exist", (spec) => {
    expect(() => prepareEngine(spec, {})).toThrow(/unknown engine/u);
  });

  test("tells how far it is over all links", async () => {
    const seen: [string, number, number][] = [];
    await run("epie:2+ml:3", { prior: "none" }, problem, {
      onEpoch: ({ engine, epoch, fraction }) => seen.push([engine, epoch, Math.round(100 * fraction)]),
    });
    expect(seen).toEqual([
      ["epie", 1, 20],
      ["epie", 2, 40],
      ["ml", 1, 60],
      ["ml", 2, 80],
      ["ml", 3, 100],
    ]);
  });
});

test("timers and signals get a turn between any two epochs", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const seen: number[] = [];
  await run("epie", { prior: "none", epochs: 12 }, problem, { onEpoch: () => seen.push(turns) });
  clearInterval(timer);
  // A timer of 0 waits for a millisecond, and a loaded machine may hand out fewer: without turns there is none at all.
  expect(seen.at(-1)! - seen[0]!).toBeGreaterThanOrEqual(1);
});
