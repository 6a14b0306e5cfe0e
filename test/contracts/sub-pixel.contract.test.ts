// What every engine makes of patches that are shifted in Fourier space: frames of a naive interpolation between pixels are
// explained, the truth stays, bytes do not depend on threads, and at whole pixels nothing differs from bilinear patches.

import { describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/registry.ts";
import { openBackend } from "../../src/compute/node.ts";
import { backends, gradientEngines, onQuickBackends, solve, solveOn } from "../support/engine-rows.ts";
import { relativeError, smallProblem } from "../support/small-problem.ts";

const { problem, truth } = smallProblem({ subPixel: "fourier", betweenPixels: true });
const bilinear = { ...problem, subPixel: "bilinear" } as const;
const threads = [2, 3].map((count) => openBackend({ kernels: "simd", threads: count }));

test("the scene lies between pixels on both axes", () => {
  const { x, y } = problem.positions;
  const between = Array.from(x.keys()).filter((j) => x[j]! % 1 !== 0 && y[j]! % 1 !== 0);
  expect(between.length).toBeGreaterThan(0.7 * problem.frames);
});

describe.each(Object.keys(backends))("on %s", (row) => {
  const backend = backends[row]!;

  test.each(engineNames)("%s finds an object that bilinear patches cannot explain", async (name) => {
    const options = { epochs: 50, fixProbe: true };
    const right = await solve(name, options, problem, { backend });
    const wrong = await solve(name, options, bilinear, { backend });
    // As near as whole-pixel frames are explained in 50 epochs; linear interpolation alone leaves 0.05 or more.
    expect(relativeError(right.object, truth)).toBeLessThan(0.02);
    expect(relativeError(right.object, truth)).toBeLessThan(0.35 * relativeError(wrong.object, truth));
    expect(right.history.at(-1)!).toBeLessThan(5e-4);
    expect(right.history[19]!).toBeLessThan(0.1 * right.history[0]!);
  });

  test.each(engineNames)("%s stays at the truth when it starts there", async (name) => {
    const given = { ...problem, object: truth };
    const { object, history } = await solve(name, { epochs: 3, fixProbe: true }, given, { backend });
    // Frames and fields are float32: relative rounding 6e-8 squared over the frames, with room for the transforms.
    expect(history[0]!).toBeLessThan(1e-11);
    expect(relativeError(object, truth)).toBeLessThan(1e-5);
  });
});

describe.each(onQuickBackends(engineNames))("engine %s on %s", (name, row) => {
  const solve = solveOn(row);
  const fits = gradientEngines.includes(name);
  const batched = ["epie", "rpie", "mpie", "lsqml"].includes(name);
  const full = {
    epochs: 6,
    probeStartEpoch: 1,
    heldOutFraction: 0.1,
    ...(batched ? { batchSize: 8 } : {}),
    ...(fits ? { floatIntensities: true, positionStartEpoch: 2 } : {}),
  };

  test("gives the same bytes with two and three threads as with one", async () => {
    // Of the same kernels as the threads, whatever the row: relaxed ones round otherwise.
    const one = await solve(name, full, problem, { backend: backends["wasm simd"]! });
    for (const backend of threads) expect(await solve(name, full, problem, { backend })).toEqual(one);
  });

  test("is the same run on plain kernels, to rounding", async () => {
    const options = { epochs: 5, fixProbe: true };
    const here = await solve(name, options, problem);
    const plain = await solve(name, options, problem, { backend: backends["reference"]! });
    // Float32 sums in another order: 1e-6 a visit, amplified over five epochs.
    for (const [i, error] of here.history.entries()) expect(error / plain.history[i]!).toBeCloseTo(1, 3);
    expect(relativeError(here.object, plain.object)).toBeLessThan(1e-3);
  });

  test("refines the probe as well, without losing its fields", async () => {
    const { object, history } = await solve(name, { epochs: 50 }, problem);
    expect(history.at(-1)!).toBeLessThan(5e-4);
    expect(relativeError(object, truth)).toBeLessThan(0.03);
  });

  test("gives at whole pixels the bytes of bilinear patches", async () => {
    const { problem: whole } = smallProblem();
    const options = { epochs: 4, ...(batched ? { batchSize: 8 } : {}) };
    const given = { ...whole, subPixel: "fourier" } as const;
    expect(await solve(name, options, given)).toEqual(await solve(name, options, whole));
  });
});

test.each(["rpie", "mpie"])("%s in batches with a small α does not blow up its dark pixels", async (name) => {
  const options = { epochs: 50, fixProbe: true, batchSize: 8, alpha: 0.01 };
  const { object, history } = await solve(name, options, problem);
  expect(history.at(-1)!).toBeLessThan(5e-4);
  expect(relativeError(object, truth)).toBeLessThan(0.03);
});

describe.each(onQuickBackends(gradientEngines))("engine %s on %s", (name, row) => {
  const solve = solveOn(row);

  test("brings positions nearer to where Fourier-shifted frames were measured", async () => {
    const offset = (j: number) => ({ x: 0.5 * Math.sin(12.9 * j), y: 0.5 * Math.sin(7.3 * j + 1) });
    const { x, y } = smallProblem().problem.positions;
    const inner = Array.from(x.keys()).filter((j) => x[j]! > 8 && x[j]! < 32 && y[j]! > 8 && y[j]! < 32);
    const displaced = smallProblem({
      subPixel: "fourier",
      offsetPx: (j) => (inner.includes(j) ? offset(j) : { x: 0, y: 0 }),
    }).problem;
    const distance = (positions: { readonly x: Float64Array; readonly y: Float64Array }) =>
      inner.reduce(
        (sum, j) =>
          sum + Math.hypot(positions.x[j]! - x[j]! - offset(j).x, positions.y[j]! - y[j]! - offset(j).y),
        0,
      ) / inner.length;
    const options = { epochs: 60, fixProbe: true, positionStartEpoch: 10, positionStep: 1 };
    const { positions } = await solve(name, options, displaced);
    expect(distance({ x, y })).toBeGreaterThan(0.4);
    expect(distance(positions)).toBeLessThan(0.35 * distance({ x, y }));
  });
});
