// What every set of kernels must hold: the equations of scan-kernels.ts, against float64 sums that share no code with it;
// WebAssembly against the plain kernels at the sizes that are used; and the same bytes whatever the number of threads.

import { createHash } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import type { Backend } from "../../src/compute/backend.ts";
import { openBackend } from "../../src/compute/node.ts";
import type { ScanSession } from "../../src/compute/session.ts";
import { bands, taskParam, taskTable } from "../../src/compute/tasks.ts";
import { hasRelaxedSimd } from "../../src/compute/wasm/binary.ts";
import { adjointMismatch, randomField, relativeError } from "../support/fields.ts";
import type { KernelOp, Outcome } from "../support/kernel-op.ts";
import { kernelOps } from "../support/kernel-ops.ts";
import { makeScene, openScene, sceneSlots, type Scene, type SceneOptions } from "../support/kernel-scene.ts";

const wasmNames = hasRelaxedSimd() ? (["simd", "relaxed"] as const) : (["simd"] as const);
const kernelNames = ["reference", ...wasmNames] as const;

// Results are float32: half a unit in the last place is 6e-8 of a number, and less of the norm of many.
const roundingError = {
  // Float64 arithmetic, but fields are float32 between up to four transforms: √4 to √5 such roundings.
  reference: 3e-7,
  // Float32 arithmetic: each of the log₂ N stages of a transform adds a rounding, as does every product.
  simd: 1e-6,
  relaxed: 1e-6,
} as const;

const subPixels = ["bilinear", "fourier"] as const;

/** The scenes that together visit every branch. */
const variants: readonly SceneOptions[] = [
  { size: 8 },
  { size: 8, modes: 3, likelihood: "poisson" },
  { size: 16, countType: "uint8", background: false },
  { size: 16, modes: 3, countType: "uint16", likelihood: "poisson", background: false },
  // Far more photons than the model has light for.
  { size: 16, likelihood: "poisson", background: false, bright: 1000 },
  { size: 8, modes: 2, likelihood: "poisson", bright: 1000 },
  { size: 16, nearField: true },
  { size: 16, modes: 3, nearField: true, likelihood: "poisson", masked: false },
  { size: 8, modes: 3, subPixel: "fourier", likelihood: "poisson" },
  { size: 16, subPixel: "fourier" },
  { size: 16, modes: 2, subPixel: "fourier", nearField: true, countType: "uint8", background: false },
];

function told(options: SceneOptions): string {
  return Object.entries(options)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
}

/** The largest distance of any output, in its own measure. */
function distances(actual: Outcome, expected: { [name: string]: ArrayLike<number> }) {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  return Object.entries(actual).map(([name, { values, scale }]) => {
    const wanted = expected[name]!;
    expect(values.length, name).toBe(wanted.length);
    if (scale === undefined) return { name, error: relativeError(values, wanted) };
    const each = Array.from(values, (value, i) => Math.abs(value - wanted[i]!) / scale[i]!);
    return { name, error: Math.max(...each) };
  });
}

function applyOnce(backend: Backend, scene: Scene, op: KernelOp): Outcome {
  const session = openScene(backend, scene);
  try {
    return op.apply(session, scene);
  } finally {
    session.dispose();
  }
}

describe.each(kernelNames)("%s kernels", (kernels) => {
  const backend = openBackend({ kernels });

  describe.each(variants.map((options) => ({ options, title: told(options) })))("$title", ({ options }) => {
    const scene = makeScene(options);
    test.each(kernelOps)("$name is what the equations say", (op) => {
      for (const { name, error } of distances(applyOnce(backend, scene, op), op.expected(scene))) {
        expect(error, name).toBeLessThan(roundingError[kernels]);
      }
    });
  });

  const everywhere = subPixels.flatMap((subPixel) => [0, 1, 2, 3, 4].map((at) => [subPixel, at] as const));
  test.each(everywhere)("%s: addGradient is the adjoint of gather at position %i", (subPixel, at) => {
    const scene = makeScene({ size: 16, subPixel });
    const { views, kernels: own, dispose } = openScene(backend, scene);
    const [x, y] = [scene.x[at]!, scene.y[at]!];
    const patch = randomField(16 * 16, 7);
    own.gather(0, x, y);
    const gathered = views.patches.slice(0, patch.length);
    views.gradients.set(patch, patch.length);
    own.align(1, x, y);
    own.addGradient(1, x, y, 0, scene.height);
    expect(adjointMismatch(scene.object, gathered, patch, views.objectSum)).toBeLessThan(1e-6);
    dispose();
  });

  test.each(subPixels)(
    "%s: bands of rows and ranges of pixels add up to the whole, to the bit",
    (subPixel) => {
      const scene = makeScene({ size: 16, modes: 2, subPixel });
      const [parts, whole] = [openScene(backend, scene), openScene(backend, scene)];
      for (const { kernels: own } of [parts, whole]) {
        own.gather(0, scene.x[1]!, scene.y[1]!);
        own.gradient(0, 1);
        own.align(0, scene.x[1]!, scene.y[1]!);
        own.measureProbe();
      }
      const [x, y] = [scene.x[1]!, scene.y[1]!];
      whole.kernels.addGradient(0, x, y, 0, scene.height);
      whole.kernels.addWave(2, x, y, 0, scene.height);
      whole.kernels.addLight(x, y, 0, scene.height);
      whole.kernels.addProbe(0, 1, 0, 256);
      for (let row = 0; row < scene.height; row++) {
        parts.kernels.addGradient(0, x, y, row, row + 1);
        parts.kernels.addWave(2, x, y, row, row + 1);
        parts.kernels.addLight(x, y, row, row + 1);
      }
      for (let from = 0; from < 256; from += 8) parts.kernels.addProbe(0, 1, from, from + 8);
      for (const name of ["objectSum", "objectWeight", "probeSum", "probeWeight"] as const) {
        expect(parts.views[name], name).toEqual(whole.views[name]);
      }
    },
  );

  test.each(subPixels)("%s: an integer position copies the object to the bit", (subPixel) => {
    const scene = makeScene({ size: 8, subPixel });
    const { views, kernels: own } = openScene(backend, scene);
    own.gather(2, 9, 6);
    for (let v = 0; v < 8; v++) {
      const row = 2 * ((2 + v) * scene.width + 5);
      expect(views.patches.slice(2 * (128 + 8 * v), 2 * (128 + 8 * v) + 16)).toEqual(
        scene.object.slice(row, row + 16),
      );
    }
  });

  test.each(["amplitude", "poisson"] as const)(
    "a model without light gives numbers, not NaN (%s)",
    (likelihood) => {
      const scene = makeScene({ size: 8, background: false, likelihood });
      const session = openScene(backend, scene);
      const { views } = session;
      views.probe.fill(0);
      for (const op of kernelOps.filter(({ name }) => !name.startsWith("pie"))) {
        for (const [name, { values }] of Object.entries(op.apply(session, scene))) {
          expect(Array.from(values).every(Number.isFinite), `${op.name}: ${name}`).toBe(true);
        }
      }
    },
  );

  test("all pixels masked: nothing is asked for and nothing counts", () => {
    const scene = makeScene({ size: 8, countType: "uint8" });
    const { views, kernels: own } = openScene(backend, scene);
    own.loadCounts(0, new Float32Array(64).fill(-1));
    own.gather(0, scene.x[1]!, scene.y[1]!);
    own.correct(0, 0, 0, 1);
    expect(views.waves.slice(0, 128).every((value) => value === 0)).toBe(true);
    expect(Array.from(views.stats.slice(8, 12))).toEqual([0, 0, 0, 0]);
  });
});

describe.each(wasmNames)("%s kernels against the plain ones", (kernels) => {
  // Sizes of every radix and number of stages; the plain kernels are held to the equations above.
  const sizes: readonly SceneOptions[] = [
    { size: 24 },
    { size: 32, modes: 3, likelihood: "poisson", countType: "uint16" },
    { size: 40, nearField: true },
    { size: 64, modes: 2, countType: "uint8" },
    { size: 96, likelihood: "poisson", nearField: true },
    { size: 128 },
    { size: 160, modes: 2, likelihood: "poisson" },
    { size: 256, countType: "uint16" },
    { size: 24, subPixel: "fourier", nearField: true },
    { size: 40, subPixel: "fourier", likelihood: "poisson" },
    { size: 64, modes: 2, subPixel: "fourier" },
    { size: 96, subPixel: "fourier" },
    { size: 128, subPixel: "fourier" },
  ];
  test.each(sizes.map((options) => ({ options, title: told(options) })))("agree at $title", ({ options }) => {
    const [fast, plain] = [openBackend({ kernels }), openBackend({ kernels: "reference" })];
    const scene = makeScene(options);
    for (const op of kernelOps) {
      const wanted = applyOnce(plain, scene, op);
      const expected = Object.fromEntries(Object.entries(wanted).map(([name, { values }]) => [name, values]));
      for (const { name, error } of distances(applyOnce(fast, scene, op), expected)) {
        expect(error, `${op.name}: ${name}`).toBeLessThan(roundingError[kernels]);
      }
    }
  });
});

const taskRows = kernelNames.flatMap((kernels) => subPixels.map((subPixel) => [kernels, subPixel] as const));
describe.each(taskRows)("tasks on %s kernels, %s", (kernels, subPixel) => {
  const scene = makeScene({ size: 16, modes: 2, likelihood: "poisson", subPixel });

  /** A session whose arrays all hold something, and a copy of them. */
  function prepare(threads: number) {
    const session = openScene(openBackend({ kernels, threads }), scene);
    const { views } = session;
    const { control: _threads, ...arrays } = views;
    for (let frame = 1; frame <= sceneSlots; frame++) {
      session.kernels.gather(frame - 1, scene.x[frame]!, scene.y[frame]!);
      session.kernels.gradient(frame - 1, frame - 1);
    }
    const weight = scene.objectStep.slice(0, views.objectWeight.length);
    views.objectSum.set(scene.objectStep);
    views.objectWeight.set(weight.map(Math.abs));
    views.probeSum.set(scene.probeStep);
    const { first, count, relax, poisson, darkCounts, step, keep, floor } = taskParam;
    for (const [place, value] of [
      [first, 1],
      [count, sceneSlots],
      [relax, 0.7],
      [poisson, 1],
      [darkCounts, scene.darkCounts],
      [step, 0.9],
      [keep, 0.8],
      [floor, 0.5],
    ] as const) {
      views.params[place] = value;
    }
    const start = Object.values(arrays).map((view) => view.slice());
    return { session, arrays: Object.entries(arrays), start };
  }

  /** Digests of all arrays after each task, each from the same start, `repeats` times. */
  function runAll({ session, arrays, start }: ReturnType<typeof prepare>, repeats: number) {
    const digests: Record<string, Set<string>> = {};
    for (const { name } of taskTable) {
      for (let repeat = 0; repeat < repeats; repeat++) {
        arrays.forEach(([, view], i) => view.set(start[i]!));
        session.run(name, itemsOf(name));
        for (const [array, view] of arrays) {
          const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
          (digests[`${name}: ${array}`] ??= new Set()).add(
            createHash("sha256").update(bytes).digest("base64"),
          );
        }
      }
    }
    return digests;
  }

  test.each([2, 3])("one and %i threads leave the same bytes, every time", (threads) => {
    const [alone, shared] = [prepare(1), prepare(threads)];
    const own = vi.spyOn(shared.session.kernels, "gather");
    const share = awaitThreads(shared.session, own);
    expect(share).toBeLessThan(1);
    const expected = runAll(alone, 1);
    const gathering = taskTable.filter(({ name }) =>
      ["correct", "reflect", "score", "gather", "curve"].includes(name),
    );
    // Others took some of the items, or nothing was tested: on a crowded machine they may sleep through a round.
    let others = 0;
    for (let round = 0; round < 20 && others === 0; round++) {
      own.mockClear();
      expect(runAll(shared, 25)).toEqual(expected);
      others = 25 * gathering.length * sceneSlots - own.mock.calls.length;
    }
    expect(others).toBeGreaterThan(0);
    shared.session.dispose();
  });
});

test.each([8, 10, 12])("bands and ranges of tasks cover frames of side %i whole", (size) => {
  // The plain kernels take every even size; their pixels need not be a multiple of eight.
  const scene = makeScene({ size });
  const backend = openBackend({ kernels: "reference" });
  const [byTask, whole] = [openScene(backend, scene), openScene(backend, scene)];
  for (const { kernels, views } of [byTask, whole]) {
    kernels.gather(0, scene.x[0]!, scene.y[0]!);
    kernels.measureProbe();
    views.params[taskParam.count] = 1;
  }
  byTask.run("lightBand", bands);
  byTask.run("objectBand", bands);
  byTask.run("probeBand", bands);
  whole.kernels.addWave(0, scene.x[0]!, scene.y[0]!, 0, scene.height);
  whole.kernels.addLight(scene.x[0]!, scene.y[0]!, 0, scene.height);
  whole.kernels.addProbe(0, 0, 0, size * size);
  for (const name of ["objectSum", "objectWeight", "probeSum", "probeWeight"] as const) {
    expect(byTask.views[name], name).toEqual(whole.views[name]);
  }
});

/** Runs a task until other threads take part in it; gives the caller's share. At most 20 s. */
function awaitThreads(session: ScanSession, own: { mock: { calls: unknown[] }; mockClear(): void }): number {
  const deadline = Date.now() + 20_000;
  let share = 1;
  while (share === 1 && Date.now() < deadline) {
    own.mockClear();
    for (let i = 0; i < 100; i++) session.run("score", sceneSlots);
    share = own.mock.calls.length / (100 * sceneSlots);
  }
  return share;
}

/** Bands and ranges are `bands` items, frames are the slots. */
function itemsOf(name: string): number {
  return /band|apply|direction|move/i.test(name) ? bands : sceneSlots;
}
