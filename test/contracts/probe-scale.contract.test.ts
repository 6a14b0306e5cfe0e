// Frames fix the product of probe and object alone: a probe c times as strong beside an object 1/c times as strong has the same
// ones. So whatever the scale of the start probe is, the run is the same, and told on that scale [ENGINE-072].

import { describe, expect, test } from "vitest";
import type { ComplexImage } from "../../src/array/ndarray.ts";
import { openPasses } from "../../src/engines/passes.ts";
import { prepareEngine } from "../../src/engines/prepare.ts";
import type { Problem } from "../../src/engines/problem.ts";
import { engineNames } from "../../src/engines/registry.ts";
import { runEngine, type Reconstruction } from "../../src/engines/run.ts";
import { simd as backend } from "../support/engine-rows.ts";
import { noisy } from "../support/held-out.ts";
import { relativeError, smallProblem } from "../support/small-problem.ts";
import { stateKeeper } from "../support/state-keeper.ts";

const { problem: clean, truth } = smallProblem({ modes: 2 });
const problem = noisy(clean, 5);
const factors = [0.001, 30] as const;

const times = (values: Float32Array, factor: number): Float32Array => values.map((value) => value * factor);
const image = (object: ComplexImage, factor: number): ComplexImage => ({
  ...object,
  data: times(object.data, factor),
});
/** The same problem, its probe told on another scale. */
const scaled = (given: Problem, factor: number): Problem => ({
  ...given,
  probe: times(given.probe, factor),
  ...(given.object === undefined ? {} : { object: image(given.object, 1 / factor) }),
});
const run = (name: string, options: object, given: Problem): Promise<Reconstruction> =>
  runEngine(prepareEngine(name, { ...options }), given, { backend, seed: 3 });

/** |a − b| / |b|. */
function distance(a: Float32Array, b: Float32Array): number {
  const sum = (values: Float32Array): number => values.reduce((total, value) => total + value ** 2, 0);
  return Math.sqrt(sum(a.map((value, i) => value - b[i]!)) / sum(b));
}

/** The runs of one problem with either factor, told without it. */
async function both(name: string, options: object, given: Problem) {
  const found: Reconstruction[] = [];
  for (const factor of factors) {
    const { object, probe, ...rest } = await run(name, options, scaled(given, factor));
    found.push({ ...rest, object: image(object, factor), probe: times(probe, 1 / factor) });
  }
  return found as [Reconstruction, Reconstruction];
}

/** Float32 probes are 1e-7 apart, and six epochs amplify that. */
const rounding = 1e-4;

describe.each([...engineNames, "dm:3+ml:3"])("engine %s", (name) => {
  const base = name.includes("+") ? {} : { epochs: 6, probeStartEpoch: 1 };
  const rows: [string, object, Problem][] = [
    ["as it comes", {}, problem],
    ["with a prior that knows the object's amplitude", { prior: "l2" }, problem],
    ["with limits of the amplitude", { amplitudeMin: 0.5, amplitudeMax: 1.1 }, problem],
    ["from a start object", {}, { ...problem, object: truth }],
    ["with held-out frames", { heldOutFraction: 0.1 }, problem],
    ["with a probe of any power", { constrainProbePower: false }, problem],
  ];
  test.each(rows)("%s, is the same for a probe of any scale", async (_, more, given) => {
    const options = { ...base, ...more };
    const [faint, strong] = await both(name, options, given);
    expect(distance(strong.object.data, faint.object.data)).toBeLessThan(rounding);
    expect(distance(strong.probe, faint.probe)).toBeLessThan(rounding);
    expect(strong.choices.map(({ epoch }) => epoch)).toEqual(faint.choices.map(({ epoch }) => epoch));
    for (const [i, error] of faint.history.entries()) expect(strong.history[i]! / error).toBeCloseTo(1, 3);
    // As near the truth as beside the calibrated probe, behind which the object's mean amplitude is not 1 but .8.
    const calibrated = await run(name, options, given);
    expect(relativeError(faint.object, truth)).toBeLessThan(1.25 * relativeError(calibrated.object, truth));
  });

  test.each([...factors, 1])("a known probe, times %d, is given back to the bit", async (factor) => {
    const given = scaled(problem, factor);
    const before = structuredClone(given);
    const found = await run(
      name,
      name.includes("+") ? { fixProbe: true } : { epochs: 6, fixProbe: true },
      given,
    );
    expect(found.probe).toEqual(given.probe);
    expect(given).toEqual(before);
  });

  test("a resumed run ends with the same bytes beside a faint probe", async () => {
    const given = scaled(problem, factors[0]);
    const engine = prepareEngine(name, base);
    const keeper = stateKeeper();
    const straight = await runEngine(engine, given, { backend, seed: 3, passes: await openPasses(keeper) });
    const passes = await openPasses(stateKeeper(keeper.states.at(3)));
    expect(await runEngine(engine, given, { backend, seed: 3, passes })).toEqual(straight);
  });
});
