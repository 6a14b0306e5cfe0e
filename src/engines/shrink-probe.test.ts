// A refined probe goes back to its start where frames do not tell the change from noise, and stays where they do. The
// truth comes from the naive forward model of the small problem.

import { describe, expect, test } from "vitest";
import { poisson } from "../math/random/poisson.ts";
import { createRng } from "../math/random/rng.ts";
import { backends, simd } from "../../test/support/engine-rows.ts";
import { smallProblem } from "../../test/support/small-problem.ts";
import type { Problem } from "./problem.ts";
import { prepareEngine } from "./prepare.ts";
import { runEngine, type Reconstruction } from "./run.ts";

/** The small problem with counts drawn for its photons per frame. */
function noisy(energy: number, seed: number): Problem {
  const { problem } = smallProblem({ energy });
  const rng = createRng(seed, "noise");
  return {
    ...problem,
    diffraction: problem.diffraction.map((root) => Math.sqrt(poisson(rng, root ** 2))),
  };
}

/** A start probe that is wrong: a curved phase of some radians at the window's edge. */
function curved(probe: Float32Array, size: number, radians: number): Float32Array {
  return probe.map((_, k) => {
    const i = k >> 1;
    const [x, y] = [(i % size) - size / 2, Math.floor(i / size) - size / 2];
    const angle = (radians * (x * x + y * y)) / (size / 2) ** 2;
    const [re, im] = [probe[2 * i]!, probe[2 * i + 1]!];
    return k % 2 === 0
      ? re * Math.cos(angle) - im * Math.sin(angle)
      : re * Math.sin(angle) + im * Math.cos(angle);
  });
}

/** Relative distance of two probes after the best complex factor. */
function distance(a: Float32Array, b: Float32Array): number {
  let [re, im, aa, bb] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 2) {
    re += a[i]! * b[i]! + a[i + 1]! * b[i + 1]!;
    im += a[i]! * b[i + 1]! - a[i + 1]! * b[i]!;
    aa += a[i]! ** 2 + a[i + 1]! ** 2;
    bb += b[i]! ** 2 + b[i + 1]! ** 2;
  }
  return Math.sqrt(Math.max(0, 1 - (re * re + im * im) / (aa * bb)));
}

function solve(name: string, given: object, problem: Problem, backend = simd): Promise<Reconstruction> {
  return runEngine(prepareEngine(name, { probeStartEpoch: 2, ...given }), problem, {
    backend,
    seed: 5,
  });
}

describe.each(["rpie", "dm", "lsqml", "ml"])("%s", (name) => {
  test("few photons leave a right start as it was", async () => {
    const problem = noisy(100, 1);
    const left = await solve(name, { shrink: false }, problem);
    const drawn = await solve(name, {}, problem);
    // Chance leaves a ring of noise now and then: a third at most was seen.
    expect(distance(drawn.probe, problem.probe)).toBeLessThan(0.4 * distance(left.probe, problem.probe));
  });

  test.each([1e4, 1e6])(
    "%d photons mend a wrong start, and nothing of that is taken back",
    async (energy) => {
      const problem = noisy(energy, 2);
      const start = { ...problem, probe: curved(problem.probe, problem.size, 1.5) };
      const left = await solve(name, { shrink: false }, start);
      const drawn = await solve(name, {}, start);
      const mended = distance(left.probe, problem.probe);
      expect(mended).toBeLessThan(0.2 * distance(start.probe, problem.probe));
      // A change a hundred times its noise keeps all but 1e-4 of itself.
      expect(distance(drawn.probe, problem.probe)).toBeLessThan(1.001 * mended);
    },
  );

  test("two threads give the bytes of one", async () => {
    const problem = noisy(100, 3);
    const two = await solve(name, { epochs: 6 }, problem, backends["wasm simd, 2 threads"]!);
    expect(two.probe).toEqual((await solve(name, { epochs: 6 }, problem)).probe);
  });
});

test("a probe that never moved is left alone, and so is one without a prior on the object", async () => {
  const problem = noisy(100, 4);
  const early = await solve("rpie", { epochs: 2 }, problem);
  expect(early.probe).toEqual(problem.probe);
  const plain = await solve("rpie", { epochs: 6, prior: "none" }, problem);
  // As an option it would be refused beside no prior; the engine is told all the same.
  const prepared = prepareEngine("rpie", { epochs: 6, prior: "none" });
  const links = prepared.links.map((link) => ({ ...link, options: { ...link.options, shrink: false } }));
  const left = await runEngine({ ...prepared, links }, problem, { backend: simd, seed: 5 });
  expect(left.probe).toEqual(plain.probe);
});
