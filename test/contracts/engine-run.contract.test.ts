// How every engine runs: it resumes from a checkpoint to the byte, stops when told, refuses what it does not know or cannot
// use before any work, and says so when it has lost its way.

import { describe, expect, test } from "vitest";
import { flatImage } from "../../src/array/ndarray.ts";
import { openBackend } from "../../src/compute/node.ts";
import type { Problem } from "../../src/engines/problem.ts";
import { iterate, type Iteration } from "../../src/engines/iterate.ts";
import { prepareEngine } from "../../src/engines/prepare.ts";
import { engineNames, engines } from "../../src/engines/registry.ts";
import { isDoselapError, type DoselapError } from "../../src/errors.ts";
import { backends, gradientEngines, onEveryBackend, simd, solve, solveOn } from "../support/engine-rows.ts";
import { smallProblem } from "../support/small-problem.ts";

const { problem } = smallProblem();
const wavesKept = engineNames.filter((name) => !gradientEngines.includes(name));

/** What a promise or call fails with; fails itself when it does not. */
async function faultOf(work: () => unknown): Promise<DoselapError> {
  try {
    await work();
  } catch (error) {
    if (isDoselapError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** So many that checkpoints lie before, at and after every switch: the default probe starts (2 and 5), the settling of
 * projection engines (half), and those below. */
const epochs = 8;

/** Options that switch on all that an engine can do, each at an epoch of its own. */
function everything(name: string): { [key: string]: unknown } {
  const shared = {
    probeStartEpoch: 1,
    probeStopEpoch: 6,
    amplitudeMax: 1.3,
    averageLast: 0.5,
    heldOutFraction: 0.1,
  };
  return gradientEngines.includes(name)
    ? { ...shared, floatIntensities: true, positionStartEpoch: 3 }
    : shared;
}

describe.each(engineNames)("engine %s", (name) => {
  const start = (options: { [key: string]: unknown }): Iteration => {
    const [link] = prepareEngine(name, { epochs, ...options }).links;
    return iterate(link!.engine, link!.options, problem, { backend: simd, seed: 3 });
  };

  test.each([
    ["as it comes", {}],
    ["alone", { prior: "none" }],
    ["with all that it can do", everything(name)],
  ])("resumes to the byte from a checkpoint after any epoch, %s", (_, options) => {
    const straight = start(options);
    const others = new Set<Iteration>();
    try {
      const checkpoints = [straight.checkpoint()];
      const reports = Array.from({ length: epochs }, () => {
        const report = straight.step();
        checkpoints.push(straight.checkpoint());
        return report;
      });
      const result = straight.result();
      for (const [done, checkpoint] of checkpoints.entries()) {
        const resumed = start(options);
        others.add(resumed);
        resumed.restore(checkpoint);
        expect(checkpoint.epoch).toBe(done);
        const rest = Array.from({ length: epochs - done }, () => resumed.step());
        expect(rest, `after ${done} epochs`).toEqual(reports.slice(done));
        expect(resumed.result(), `after ${done} epochs`).toEqual(result);
      }
    } finally {
      for (const iteration of [straight, ...others]) iteration.dispose();
    }
  });
});

describe.each(onEveryBackend(engineNames))("engine %s on %s", (name, row) => {
  const backend = backends[row]!;
  const solve = solveOn(row);
  const start = (options: { [key: string]: unknown }): Iteration => {
    const [link] = prepareEngine(name, { epochs, ...options }).links;
    return iterate(link!.engine, link!.options, problem, { backend, seed: 3 });
  };

  test("resumes to the byte, as it comes", () => {
    const [straight, half, resumed] = [start({}), start({}), start({})];
    try {
      const reports = Array.from({ length: epochs }, () => straight.step());
      for (let epoch = 0; epoch < 6; epoch++) half.step();
      const checkpoint = half.checkpoint();
      // Later epochs of the run that was saved must not reach into what was saved.
      half.step();
      resumed.restore(checkpoint);
      expect([resumed.step(), resumed.step()]).toEqual(reports.slice(6));
      expect(resumed.result()).toEqual(straight.result());
    } finally {
      for (const iteration of [straight, half, resumed]) iteration.dispose();
    }
  });

  test("refuses the checkpoint of another run", async () => {
    const options = { prior: "none", epochs: 6 };
    const [link] = prepareEngine(name, options).links;
    const other = prepareEngine(name === "ml" ? "epie" : "ml", options).links[0]!;
    const mine = iterate(link!.engine, link!.options, problem, { backend, seed: 3 });
    const theirs = iterate(other.engine, other.options, problem, { backend, seed: 3 });
    try {
      expect((await faultOf(() => mine.restore(theirs.checkpoint())))._tag).toBe("Hash");
    } finally {
      mine.dispose();
      theirs.dispose();
    }
  });

  test("stops between epochs when it is told to", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const fault = await faultOf(() =>
      solve(name, { epochs: 50, fixProbe: true }, problem, {
        signal: stop.signal,
        onEpoch: ({ epoch }) => {
          seen.push(epoch);
          if (epoch === 3) stop.abort();
        },
      }),
    );
    expect(fault._tag).toBe("Interrupted");
    expect(fault.message).toContain(`${name} was stopped after 3 epochs`);
    expect(seen).toEqual([1, 2, 3]);
  });

  test("hears an abort that another part of the program asks for while it runs", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const options = { epochs: 100_000, fixProbe: true };
    const fault = await faultOf(() => solve(name, options, problem, { signal: stop.signal }));
    expect(fault._tag).toBe("Interrupted");
  });

  test("tells of every epoch: planned, done, misfit, share of the whole and time", async () => {
    const events: { epoch: number; fraction: number; seconds: number | null; error: number }[] = [];
    let clock = 1000;
    const { history } = await solve(name, { epochs: 4 }, problem, {
      now: () => (clock += 500),
      onEpoch: (event) => {
        expect(event).toMatchObject({ engine: name, phase: "fit", epochs: 4, heldOutDeviance: null });
        events.push(event);
      },
    });
    expect(events.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(events.map(({ fraction }) => fraction)).toEqual([0.25, 0.5, 0.75, 1]);
    expect(events.map(({ seconds }) => seconds)).toEqual([0.5, 1, 1.5, 2]);
    expect(events.map(({ error }) => error)).toEqual(history);
  });

  test("refuses a frame with a value that is no count before any work, and names it", async () => {
    for (const value of [NaN, -1, Infinity]) {
      const diffraction = problem.diffraction.slice();
      diffraction[5 * 256 + 17] = value;
      let epochs = 0;
      const given: Problem = { ...problem, diffraction };
      const fault = await faultOf(() =>
        solve(name, { epochs: 2 }, given, { onEpoch: () => epochs++, backend: untouchable }),
      );
      expect(fault._tag).toBe("Contract");
      expect(fault.message).toContain("diffraction (frame 5, pixel 17)");
      expect(fault.message).toContain(String(value));
      expect(epochs).toBe(0);
    }
  });

  test("refuses an option that it does not have, and one out of range, by name", async () => {
    const unknown = await faultOf(() => prepareEngine(name, { objectStepp: 1 }));
    expect(unknown._tag).toBe("Design");
    expect(unknown.message).toContain("does not take the option objectStepp");
    for (const [key, value] of [
      ["epochs", 0],
      ["epochs", 1.5],
      ["heldOutFraction", 0.9],
      ["likelihood", "gauss"],
      ["amplitudeMax", -1],
      ["fixProbe", "yes"],
    ] as const) {
      const fault = await faultOf(() => prepareEngine(name, { [key]: value }));
      expect(fault._tag).toBe("Design");
      expect(fault.message).toContain(
        `engines.${name}.${key}: engine ${name} takes this option, but not this value`,
      );
    }
    expect(engines).toHaveProperty(name);
  });
});

/** A backend that plans but opens nothing: a check that comes after work began would meet its fault first. */
const untouchable: typeof simd = {
  ...simd,
  openScan: () => {
    throw new Error("work began");
  },
};

describe.each(wavesKept)("engine %s", (name) => {
  test.each(["positionStartEpoch", "floatIntensities", "darkCounts", "finalStepFraction", "centerProbe"])(
    "keeps its waves, and does not take %s",
    async (key) => {
      const fault = await faultOf(() =>
        prepareEngine(name, { [key]: key === "positionStartEpoch" ? 2 : true }),
      );
      expect(fault._tag).toBe("Design");
      expect(fault.message).toContain(`does not take the option ${key}`);
    },
  );
});

describe("an engine that has lost its way", () => {
  // A start object a thousand times too faint, steps twice as long as they should be, and a probe that may gain any power.
  const faint = flatImage(problem.objectHeight, problem.objectWidth);
  faint.data.forEach((value, i) => (faint.data[i] = value / 1000));
  const wild = { epochs: 40, constrainProbePower: false, probeStartEpoch: 0 };
  const long = { ...wild, objectStep: 2, probeStep: 2 };

  test("lsqml says so, and what to change", async () => {
    const fault = await faultOf(() => solve("lsqml", long, { ...problem, object: faint }));
    expect(fault._tag).toBe("Diverged");
    expect(fault.message).toMatch(/lost its fields in epoch \d+/u);
    expect(fault.message).toContain("Lower objectStep or probeStep");
    expect(fault.message).toContain("constrainProbePower");
    expect(fault.message).not.toContain("friction");
  });

  // A wave at most doubles in a visit (ENGINE-059), and a frame pulls at a probe as much as its light passes.
  test.each([
    ["epie", long],
    ["rpie", long],
    ["ml", wild],
  ] as const)("%s finds its way back from there", async (name, options) => {
    const { object, probe } = await solve(name, options, { ...problem, object: faint });
    expect([...object.data, ...probe].every(Number.isFinite)).toBe(true);
  });

  test("mpie says so when momentum blows up the object under a fixed probe", async () => {
    const options = { epochs: 40, fixProbe: true, friction: 0.99, visits: 1 };
    const fault = await faultOf(() => solve("mpie", options, problem));
    expect(fault._tag).toBe("Diverged");
    expect(fault.message).toMatch(/Lower objectStep or friction/u);
    expect(fault.message).not.toMatch(/probeStep|fixProbe/u);
  });
});

test("a size that kernels do not have is refused before work, and the sizes they have are named", async () => {
  const size = 18;
  const given: Problem = {
    ...problem,
    size,
    diffraction: Float32Array.from({ length: problem.frames * size * size }, (_, i) => i % 5),
    probe: new Float32Array(2 * size * size).fill(1),
    positions: { x: problem.positions.x.map(() => 20), y: problem.positions.y.map(() => 20) },
  };
  const fault = await faultOf(() => solve("rpie", {}, given, { backend: openBackend({ kernels: "simd" }) }));
  expect(fault._tag).toBe("Range");
  expect(fault.message).toMatch(/multiple of 8.*got 18/u);
});
