// Every option of every engine does something or is refused: with what it needs, another value is another result; without,
// it is an error that says what is missing; and leaving it out is never one.

import { describe, expect, test } from "vitest";
import { isDoselapError, type DoselapError } from "../../src/errors.ts";
import { optionRows } from "../../src/engines/describe.ts";
import { prepareEngine } from "../../src/engines/prepare.ts";
import type { Problem } from "../../src/engines/problem.ts";
import { engineNames, engines } from "../../src/engines/registry.ts";
import { runEngine } from "../../src/engines/run.ts";
import { simd } from "../support/engine-rows.ts";
import { smallProblem } from "../support/small-problem.ts";

type Options = { readonly [option: string]: unknown };
interface Row {
  /** Another value than the default. */
  readonly value: unknown;
  /** What it needs besides. */
  readonly needs?: Options;
  /** Options with which it has no effect, each set on its own. */
  readonly idle?: readonly Options[];
  readonly fromTruth?: true;
}

const stillProbe = [{ fixProbe: true }, { epochs: 3, probeStartEpoch: 3 }];
const stillPositions = [{}, { positionStartEpoch: 6 }];
const table: { readonly [option: string]: Row } = {
  epochs: { value: 7 },
  fixProbe: { value: true },
  probeStartEpoch: { value: 1, idle: [{ fixProbe: true }, { epochs: 1 }] },
  probeStopEpoch: {
    value: 3,
    needs: { probeStartEpoch: 1 },
    idle: [{ fixProbe: true }, { epochs: 3 }, { probeStartEpoch: 3 }],
  },
  constrainProbePower: { value: false, idle: stillProbe },
  probeError: { value: 0.01, idle: stillProbe },
  probeSupportPx: { value: 4, idle: stillProbe },
  amplitudeMin: { value: 0.9 },
  amplitudeMax: { value: 0.9 },
  likelihood: { value: "amplitude" },
  heldOutFraction: { value: 0.2, idle: [{ heldOutFraction: 0.01 }] },
  // Best at the start: everything later is worse.
  keepBest: { value: false, needs: { heldOutFraction: 0.2, refit: false }, idle: [{}], fromTruth: true },
  refit: { value: false, needs: { heldOutFraction: 0.2 }, idle: [{}] },
  averageLast: { value: 0.5, idle: [{ averageLast: 0.1 }] },
  prior: { value: "l2" },
  priorWeight: { value: 90, idle: [{ prior: "none" }] },
  shrink: { value: false, idle: [{ prior: "none" }] },
  darkCounts: { value: 0.5, idle: [{ likelihood: "amplitude" }] },
  floatIntensities: { value: true, idle: [{ probeStartEpoch: 6 }] },
  positionStartEpoch: { value: 2, idle: [{ epochs: 2 }] },
  positionStep: { value: 0.2, needs: { positionStartEpoch: 2 }, idle: stillPositions },
  positionMaxDriftPx: { value: 1e-3, needs: { positionStartEpoch: 2 }, idle: stillPositions },
  positionAffine: { value: true, needs: { positionStartEpoch: 2 }, idle: stillPositions },
  finalStepFraction: { value: 0.5, idle: [{ epochs: 1 }] },
  orthogonalizeModes: { value: false, idle: stillProbe },
  centerProbe: { value: true, idle: stillProbe },
  objectStep: { value: 0.7 },
  probeStep: { value: 0.3, idle: stillProbe },
  batchSize: { value: 8 },
  alpha: { value: 0.9 },
  beta: { value: 0.4, idle: [...stillProbe, { probeStep: 0 }] },
  friction: { value: 0.3 },
  startBatchSize: { value: 4, idle: [{ batchSize: 4 }, { batchSize: 2 }] },
  visits: { value: 7, idle: [{ batchSize: 8 }, { friction: 0 }] },
  overlapSteps: { value: 2, idle: stillProbe },
  overlapFloor: { value: 0.1 },
  relaxation: { value: 0.5 },
  stepRule: { value: "position" },
  damping: { value: 0.6 },
  memory: { value: 1 },
};

const { problem: centred, truth } = smallProblem({
  modes: 2,
  offsetPx: (j) => ({ x: j % 9 === 8 ? 0 : (j % 3) / 4, y: 0 }),
});
/** Start probe two pixels off its centre, modes not orthogonal. */
const problem: Problem = { ...centred, probe: mixed(rolled(centred.probe, 4)) };

function rolled(values: Float32Array, by: number): Float32Array {
  return values.map((_, i) => values[(i + values.length - by) % values.length]!);
}

function mixed(probe: Float32Array): Float32Array {
  const half = probe.length / 2;
  return probe.map((value, i) => (i < half ? value : value + 0.3 * probe[i - half]!));
}

const solve = (name: string, options: Options, given: Problem = problem) =>
  runEngine(prepareEngine(name, options), given, { backend: simd, seed: 3 });

async function refusalOf(name: string, options: Options): Promise<DoselapError | undefined> {
  try {
    await solve(name, options);
    return undefined;
  } catch (error) {
    if (isDoselapError(error, "Design")) return error;
    throw error;
  }
}

const base = { epochs: 6 };

describe.each(engineNames)("engine %s", (name) => {
  const options = Object.entries(engines).find(([known]) => known === name)![1];
  const own = optionRows(options).map((row) => row.name);

  test("has a row for each of its options", () => {
    expect(own.filter((option) => !Object.hasOwn(table, option))).toEqual([]);
  });

  test.each(own)("%s: another value is another result", async (option) => {
    const { value, needs = {}, fromTruth } = table[option]!;
    const given = fromTruth === true ? { ...centred, object: truth } : problem;
    const plain = await solve(name, { ...base, ...needs }, given);
    expect(await solve(name, { ...base, ...needs, [option]: value }, given)).not.toEqual(plain);
  });

  test.each(own.filter((option) => table[option]!.idle !== undefined))(
    "%s is refused where it has no effect, by name and with what it needs",
    async (option) => {
      const { value, idle = [] } = table[option]!;
      for (const others of idle) {
        const known = Object.entries(others).filter(([key]) => own.includes(key));
        if (known.length < Object.keys(others).length) continue;
        const refusal = await refusalOf(name, { [option]: value, epochs: 6, ...others });
        // A fraction of less than one frame is refused with the least that would do.
        const why =
          option === "heldOutFraction"
            ? /heldOutFraction: .*less than one frame.*expected .*got /u
            : new RegExp(`${option}: ${option} would have no effect.*expected .*got .*Leave out`, "u");
        expect(refusal?.message, JSON.stringify(others)).toMatch(why);
      }
    },
  );
});

describe("what is not asked for", () => {
  test("a default needs nothing, given or not: a design holds them all once it is read", async () => {
    for (const name of engineNames) {
      const off = { probeSupportPx: null, probeStopEpoch: null, averageLast: 0, heldOutFraction: 0 };
      expect(await refusalOf(name, { epochs: 1, fixProbe: true, prior: "none", ...off })).toBe(undefined);
    }
    const off = {
      centerProbe: false,
      positionAffine: false,
      floatIntensities: false,
      positionStartEpoch: null,
    };
    expect(await refusalOf("rpie", { epochs: 1, fixProbe: true, ...off })).toBe(undefined);
  });
});

describe("in a chain", () => {
  test("an option is accepted when one engine uses it, and refused when none does", () => {
    const shared = { "ml.fixProbe": true, probeError: 0.1 };
    expect(prepareEngine("rpie:4+ml:4", shared).epochs).toBe(8);
    expect(() => prepareEngine("rpie:4+ml:4", { ...shared, "rpie.fixProbe": true })).toThrow(
      /probeError would/u,
    );
  });

  test("an option that names its engine is refused when that engine does not use it", () => {
    const idle = { "rpie.fixProbe": true, "rpie.probeStep": 0.2 };
    expect(() => prepareEngine("rpie:4+lsqml:4", idle)).toThrow(/rpie\.probeStep: .*fixProbe true/u);
  });
});
