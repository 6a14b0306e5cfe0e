// The last step of a run takes noise away and leaves signal, leaves the run as it found it, and gives the same bytes on
// any number of threads. Truth and expected counts come from the naive forward model of the small problem.

import { describe, expect, test } from "vitest";
import { poisson } from "../math/random/poisson.ts";
import { createRng } from "../math/random/rng.ts";
import { backends, simd } from "../../test/support/engine-rows.ts";
import { smallProblem } from "../../test/support/small-problem.ts";
import { iterate } from "./iterate.ts";
import type { Problem } from "./problem.ts";
import { prepareEngine } from "./prepare.ts";
import { runEngine } from "./run.ts";

/** The small problem with counts drawn for its photons per frame. */
function noisy(energy: number, seed: number): { problem: Problem; truth: Float32Array } {
  const { problem, truth } = smallProblem({ energy });
  const rng = createRng(seed, "noise");
  const diffraction = problem.diffraction.map((root) => Math.sqrt(poisson(rng, root ** 2)));
  return { problem: { ...problem, diffraction }, truth: truth.data };
}

/** Relative distance to the truth after the best complex factor, over the inside that frames cover well. */
function distance(found: Float32Array, truth: Float32Array): number {
  let [re, im, ff, tt] = [0, 0, 0, 0];
  for (let y = 10; y < 30; y++) {
    for (let x = 10; x < 30; x++) {
      const i = 2 * (y * 40 + x);
      const [a, b, c, d] = [found[i]!, found[i + 1]!, truth[i]!, truth[i + 1]!];
      re += a * c + b * d;
      im += a * d - b * c;
      ff += a * a + b * b;
      tt += c * c + d * d;
    }
  }
  return Math.sqrt(1 - (re * re + im * im) / (ff * tt));
}

async function objectOf(
  name: string,
  given: object,
  problem: Problem,
  backend = simd,
): Promise<Float32Array> {
  const prepared = prepareEngine(name, { fixProbe: true, ...given });
  return (await runEngine(prepared, problem, { backend, seed: 5 })).object.data;
}

describe.each(["rpie", "dm", "lsqml", "ml"])("%s", (name) => {
  test("a faint scan ends nearer to the truth for it", async () => {
    const { problem, truth } = noisy(30, 1);
    const weak = { priorWeight: 0.02 };
    const left = distance(await objectOf(name, { ...weak, shrink: false }, problem), truth);
    const drawn = distance(await objectOf(name, weak, problem), truth);
    expect(drawn).toBeLessThan(left);
  });

  test("a bright scan is left as it is", async () => {
    const { problem } = noisy(1e7, 2);
    const left = await objectOf(name, { shrink: false }, problem);
    const drawn = await objectOf(name, {}, problem);
    const change = Math.hypot(...drawn.map((value, i) => value - left[i]!)) / Math.hypot(...left);
    // Photons know the object to 1e-3: what goes is less than that.
    expect(change).toBeLessThan(1e-3);
  });

  test("two threads give the bytes of one", async () => {
    const { problem } = noisy(100, 3);
    const two = await objectOf(name, { epochs: 6 }, problem, backends["wasm simd, 2 threads"]!);
    expect(two).toEqual(await objectOf(name, { epochs: 6 }, problem));
  });

  test("a result that is asked for on the way changes nothing of what follows", () => {
    const { problem } = noisy(100, 4);
    const [link] = prepareEngine(name, { epochs: 6 }).links;
    const [asked, straight] = [0, 1].map(() =>
      iterate(link!.engine, link!.options, problem, { backend: simd, seed: 5 }),
    );
    for (let epoch = 0; epoch < 6; epoch++) {
      expect(asked!.step()).toEqual(straight!.step());
      asked!.result();
    }
    expect(asked!.result()).toEqual(straight!.result());
    asked!.dispose();
    straight!.dispose();
  });
});

test("without a prior nothing is drawn", async () => {
  const { problem } = noisy(30, 6);
  const plain = await objectOf("rpie", { prior: "none" }, problem);
  // A prior too weak to move a float32, so that drawing is all that tells the two apart.
  const weightless = { prior: "smoothness", priorWeight: 1e-30 };
  expect(await objectOf("rpie", { ...weightless, shrink: false }, problem)).toEqual(plain);
  expect(await objectOf("rpie", weightless, problem)).not.toEqual(plain);
});
