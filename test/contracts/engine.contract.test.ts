// What every engine must hold, on every kind of kernels: it solves a noise-free problem, stays at the truth, refines a probe,
// repeats to the byte and leaves what it was given alone.

import { describe, expect, test } from "vitest";
import { hasRelaxedSimd } from "../../src/compute/wasm/binary.ts";
import { flatImage } from "../../src/array/ndarray.ts";
import type { Problem } from "../../src/engines/problem.ts";
import { iterate } from "../../src/engines/iterate.ts";
import { prepareEngine } from "../../src/engines/prepare.ts";
import { engineNames, engines } from "../../src/engines/registry.ts";
import {
  backends,
  gradientEngines,
  onEveryBackend,
  seededEngines,
  simd,
  solve,
  solveOn,
} from "../support/engine-rows.ts";
import { power, relativeError, side, smallProblem } from "../support/small-problem.ts";

const { problem, truth, probe } = smallProblem();

/** The probe, narrowed to a wrong shape of the right power. */
function narrowed(): Float32Array {
  const narrow = probe.map((value, i) => {
    const x = (i >> 1) % 16;
    const y = i >> 5;
    return value * Math.exp(-((x - 8) ** 2 + (y - 8) ** 2) / 60);
  });
  return narrow.map((value) => value * Math.sqrt(power(probe) / power(narrow)));
}

test("the contract runs over every registered engine", () => {
  expect(engineNames).toEqual(["epie", "rpie", "mpie", "dm", "raar", "lsqml", "ml"]);
});

test("every engine cites the papers that it follows, as DOIs, and says in a line what it does", () => {
  for (const { name, title, summary, cites } of Object.values(engines)) {
    expect(cites.length, name).toBeGreaterThan(0);
    for (const doi of cites) expect(doi).toMatch(/^10\.\d{4,}\/\S+$/u);
    expect(title).toMatch(/^\S+$/u);
    expect(summary).toMatch(/^.{20,100}$/u);
  }
});

describe.each(Object.keys(backends))("on %s", (row) => {
  const backend = backends[row]!;
  const run = (name: string, options: object, given: Problem = problem) =>
    solve(name, { ...options }, given, { backend });

  describe.each(engineNames)("engine %s", (name) => {
    test("finds the object from a flat start when the probe is known; the misfit falls", async () => {
      const { object, history } = await run(name, { epochs: 50, fixProbe: true });
      // A flat object is 0.36 away; 0.02 is 18 times nearer. A misfit of 5e-4 is amplitudes right to 2 %.
      expect(relativeError(flatImage(side, side), truth)).toBeGreaterThan(0.3);
      expect(relativeError(object, truth)).toBeLessThan(0.02);
      expect(history).toHaveLength(50);
      expect(history.at(-1)!).toBeLessThan(5e-4);
      expect(history[19]!).toBeLessThan(0.1 * history[0]!);
    });

    test("refines a probe that starts too narrow, at the calibrated dose", async () => {
      const given = { ...problem, probe: narrowed() };
      const held = await run(name, { epochs: 40, fixProbe: true }, given);
      const refined = await run(name, { epochs: 40 }, given);
      // A wrong probe cannot explain the frames; a refined one must do so four times better.
      expect(refined.history.at(-1)!).toBeLessThan(0.25 * held.history.at(-1)!);
      expect(relativeError(refined.object, truth)).toBeLessThan(relativeError(held.object, truth));
      expect(refined.probe).not.toEqual(given.probe);
      expect(power(refined.probe) / power(probe)).toBeCloseTo(1, 4);
    });

    test("stays at the truth when it starts there, and leaves a fixed probe untouched to the bit", async () => {
      const {
        object,
        history,
        probe: kept,
      } = await run(name, { epochs: 3, fixProbe: true }, { ...problem, object: truth });
      // Frames and fields are float32: relative rounding 6e-8 squared over the frames, with room for the transforms.
      expect(history[0]!).toBeLessThan(1e-11);
      expect(relativeError(object, truth)).toBeLessThan(1e-5);
      expect(kept).toEqual(probe);
    });

    test("is the same run on plain kernels, to rounding", async () => {
      const options = { epochs: 5, fixProbe: true };
      const [here, plain] = [
        await run(name, options),
        await solve(name, options, problem, { backend: backends["reference"]! }),
      ];
      // Float32 sums in another order: 1e-6 a visit, amplified over five epochs.
      for (const [i, error] of here.history.entries()) expect(error / plain.history[i]!).toBeCloseTo(1, 3);
      expect(relativeError(here.object, plain.object)).toBeLessThan(1e-3);
    });
  });
});

describe.each(onEveryBackend(engineNames))("engine %s on %s", (name, row) => {
  const solve = solveOn(row);
  const all = { epochs: 6, probeStartEpoch: 1, amplitudeMax: 1.2 };
  const batched = Object.hasOwn(optionsOf(name), "batchSize") ? { ...all, batchSize: 8 } : all;
  const fits = gradientEngines.includes(name);
  const full = fits ? { ...batched, floatIntensities: true, positionStartEpoch: 2 } : batched;

  test("gives the same bytes for the same seed, with any number of threads", async () => {
    const [first, again] = [await solve(name, full, problem), await solve(name, full, problem)];
    expect(again).toEqual(first);
    if (row.startsWith("wasm simd"))
      expect(await solve(name, full, problem, { backend: simd })).toEqual(first);
  });

  test("changes nothing of what it is given", async () => {
    const given = { ...problem, object: truth, mask: new Uint8Array(256), background: new Float32Array(256) };
    const before = structuredClone(given);
    await solve(name, full, given);
    expect(given).toEqual(before);
  });
});

describe.each(engineNames)("engine %s, given modes that are not orthogonal,", (name) => {
  const scene = smallProblem({ modes: 2 });
  const half = scene.probe.length / 2;
  // The modes mixed by a real rotation: the same frames.
  const probe = scene.probe.map((value, i) =>
    i < half ? 0.8 * value + 0.6 * scene.probe[i + half]! : 0.8 * value - 0.6 * scene.probe[i - half]!,
  );
  const given = { ...scene.problem, probe };
  /** |⟨P_1, P_2⟩| / (|P_1| |P_2|). */
  function cosine(modes: Float32Array): number {
    let [re, im] = [0, 0];
    for (let i = 0; i < half; i += 2) {
      re += modes[i]! * modes[i + half]! + modes[i + 1]! * modes[i + half + 1]!;
      im += modes[i]! * modes[i + half + 1]! - modes[i + 1]! * modes[i + half]!;
    }
    return Math.hypot(re, im) / Math.sqrt(power(modes.subarray(0, half)) * power(modes.subarray(half)));
  }

  test.each([
    ["is fixed", { fixProbe: true, prior: "smoothness" }],
    ["is fixed, and held-out frames choose", { fixProbe: true, heldOutFraction: 0.1 }],
  ])("returns them as they are, to the byte, when the probe %s", async (_, options) => {
    expect(cosine(probe)).toBeGreaterThan(0.1);
    expect((await solve(name, { epochs: 3, ...options }, given)).probe).toEqual(probe);
  });

  test("returns them as they are, to the byte, before the probe is refined", () => {
    const [link] = prepareEngine(name, { epochs: 4, probeStartEpoch: 3 }).links;
    const run = iterate(link!.engine, link!.options, given, { backend: simd, seed: 3 });
    try {
      for (let epoch = 0; epoch < 3; epoch++) run.step();
      expect(run.result().probe).toEqual(probe);
    } finally {
      run.dispose();
    }
  });

  test("makes them orthogonal when it refines them, unless it is told not to", async () => {
    const options = { epochs: 3, probeStartEpoch: 0 };
    // Float32 sums of 512 products.
    expect(cosine((await solve(name, options, given)).probe)).toBeLessThan(1e-5);
    if (!Object.hasOwn(optionsOf(name), "orthogonalizeModes")) return;
    const left = await solve(name, { ...options, orthogonalizeModes: false }, given);
    expect(cosine(left.probe)).toBeGreaterThan(0.1);
  });
});

function optionsOf(name: string): object {
  const filled: unknown = Object.values(engines)
    .find((engine) => engine.name === name)
    ?.options.parse({});
  return typeof filled === "object" && filled !== null ? filled : {};
}

describe.each(seededEngines)("engine %s", (name) => {
  test("takes another path for another seed, to the same object", async () => {
    const options = { epochs: 50, fixProbe: true };
    const [one, other] = [
      await solve(name, options, problem, { seed: 1 }),
      await solve(name, options, problem, { seed: 2 }),
    ];
    expect(other.object.data).not.toEqual(one.object.data);
    expect(relativeError(other.object, one.object)).toBeLessThan(0.02);
  });
});

describe.each(engineNames.filter((name) => !seededEngines.includes(name)))("engine %s", (name) => {
  test("does not care in which order the frames are given, but for rounding", async () => {
    const pixels = problem.size ** 2;
    const order = Array.from({ length: problem.frames }, (_, j) => (j * 7) % problem.frames);
    expect(new Set(order).size).toBe(problem.frames);
    const shuffled: Problem = {
      ...problem,
      positions: {
        x: Float64Array.from(order, (j) => problem.positions.x[j]!),
        y: Float64Array.from(order, (j) => problem.positions.y[j]!),
      },
      diffraction: Float32Array.from(
        order.flatMap((j) => [...problem.diffraction.subarray(j * pixels, (j + 1) * pixels)]),
      ),
    };
    const options = { epochs: 8, fixProbe: true };
    const [given, mixed] = [await solve(name, options, problem), await solve(name, options, shuffled)];
    for (const [i, error] of given.history.entries()) expect(mixed.history[i]! / error).toBeCloseTo(1, 3);
    expect(relativeError(mixed.object, given.object)).toBeLessThan(1e-3);
  });
});

test("the rows are what they say", () => {
  expect(simd.name).toBe("wasm simd");
  const relaxed = hasRelaxedSimd() ? ["wasm relaxed"] : [];
  expect(Object.values(backends).map(({ name }) => name)).toEqual([
    "wasm simd",
    "wasm simd ×2 threads",
    "reference",
    ...relaxed,
  ]);
});
