// Every engine runs the same run on every kind of kernels, whatever it is told: two threads to the byte, other kernels to
// rounding. So what the other contracts find of an engine on one kind holds on all of them.

import { describe, expect, test } from "vitest";
import { openBackend } from "../../src/compute/node.ts";
import { hasRelaxedSimd } from "../../src/compute/wasm/binary.ts";
import type { Problem } from "../../src/engines/problem.ts";
import { engineNames } from "../../src/engines/registry.ts";
import type { Reconstruction } from "../../src/engines/run.ts";
import { isDoselapError } from "../../src/errors.ts";
import { problemOf } from "../../src/study/problem.ts";
import { backends, gradientEngines, simd, solve } from "../support/engine-rows.ts";
import { phantomScan } from "../support/phantom-scan.ts";
import { relativeError, smallProblem, type SmallScene } from "../support/small-problem.ts";

interface Scene {
  readonly title: string;
  readonly problem: Problem;
  readonly options?: { readonly [key: string]: unknown };
  /** Only engines that can. */
  readonly names?: readonly string[];
  readonly noisy?: boolean;
}

/** Float32 sums in another order: 1e-6 a visit, amplified over five epochs. */
const roundingError = 1e-3;
/** A photon where the model is darker than the rounding of its transform has a direction made of rounding (METRIC-011): its
 * wave differs by all of itself, and stays so in engines that keep waves: 0.2 % of DM's misfit, 0.4 % of its object. */
const noisyError = 1e-2;

const small = (scene: SmallScene = {}) => smallProblem(scene).problem;
const plain = small();
const bright = small({ energy: 20_000 });
const whole = { ...bright, diffraction: bright.diffraction.map((root) => Math.sqrt(Math.round(root ** 2))) };
const mask = new Uint8Array(256).map((_, i) => (i % 10 === 3 ? 1 : 0));
const { x, y } = plain.positions;
/** Frames at the edge of the object cannot lie farther out. */
const offsetPx = (j: number) => {
  const inside = [x[j]!, y[j]!].every((at) => at > 8 && at < 32);
  return inside ? { x: 0.3 * Math.sin(12.9 * j), y: 0.3 * Math.sin(7.3 * j + 1) } : { x: 0, y: 0 };
};
/** Noisy, under a prior, with the shrinkage and likelihood that a user has without a word. */
const lowDose = (dosePhotons: number) =>
  problemOf(
    phantomScan({ size: 32, heightPx: 64, widthPx: 64, overlap: 0.5, contrast: "weak", dosePhotons }).dataset,
  );
const refined = { epochs: 5, probeStartEpoch: 1 };

const scenes: readonly Scene[] = [
  { title: "a probe that is refined", problem: plain, options: refined },
  { title: "masked pixels, float counts", problem: { ...plain, mask } },
  { title: "masked and saturated pixels, 16-bit counts", problem: { ...whole, mask, saturationCounts: 600 } },
  { title: "saturated pixels, float counts", problem: { ...plain, saturationCounts: 30 } },
  { title: "a background", problem: small({ background: 0.5 }) },
  { title: "two modes", problem: small({ modes: 2 }), options: refined },
  { title: "near field", problem: small({ nearField: true }) },
  { title: "positions between pixels", problem: small({ betweenPixels: true }) },
  { title: "Fourier shifts", problem: small({ betweenPixels: true, subPixel: "fourier" }), options: refined },
  {
    title: "bounds and support",
    problem: plain,
    options: { amplitudeMax: 0.9, probeSupportPx: 5, ...refined },
  },
  { title: "held-out frames", problem: plain, options: { heldOutFraction: 0.1, ...refined } },
  {
    title: "floating intensities",
    problem: small({ intensity: (j) => 1 + 0.2 * Math.sin(5.1 * j) }),
    options: { floatIntensities: true, probeStartEpoch: 1 },
    names: gradientEngines,
  },
  {
    title: "positions that are corrected",
    problem: small({ offsetPx }),
    options: { positionStartEpoch: 2, positionStep: 1 },
    names: gradientEngines,
  },
  {
    title: "1e3 photons, a prior",
    problem: lowDose(1e3),
    options: { prior: "smoothness", ...refined },
    noisy: true,
  },
  {
    title: "1e5 photons, a prior",
    problem: lowDose(1e5),
    options: { prior: "smoothness", ...refined },
    noisy: true,
  },
];
const others = Object.entries(backends).filter(([, backend]) => backend !== simd);

describe.each(scenes)("with $title", ({ problem, options, names = engineNames, noisy = false }) => {
  test.each(names)("%s runs the same run on all kernels", async (name) => {
    const given = {
      epochs: 5,
      ...(options?.["probeStartEpoch"] === undefined && { fixProbe: true }),
      ...options,
    };
    const wanted = await solve(name, given, problem);
    for (const [row, backend] of others) {
      const found = await solve(name, given, problem, { backend });
      if (backend.name.startsWith("wasm simd")) expect(found, row).toEqual(wanted);
      else expectSame(found, wanted, row, noisy ? noisyError : roundingError);
    }
  });
});

function expectSame(found: Reconstruction, wanted: Reconstruction, row: string, tolerance: number): void {
  expect(found.history, row).toHaveLength(wanted.history.length);
  for (const [i, error] of found.history.entries()) {
    // The first epoch has visits alone to tell of, 1e-6 each, and nothing that amplifies them.
    expect(Math.abs(error / wanted.history[i]! - 1), row).toBeLessThan(i === 0 ? 1e-5 : tolerance);
  }
  expect(relativeError(found.object, wanted.object), row).toBeLessThan(tolerance);
  expect(distance(found.probe, wanted.probe), row).toBeLessThan(tolerance);
  expect(distance(found.scales, wanted.scales), row).toBeLessThan(tolerance);
  for (const axis of ["x", "y"] as const) {
    for (const [j, place] of found.positions[axis].entries()) {
      expect(Math.abs(place - wanted.positions[axis][j]!), row).toBeLessThan(tolerance);
    }
  }
}

function distance(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [error, power] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    error += (found[i]! - wanted[i]!) ** 2;
    power += wanted[i]! ** 2;
  }
  return Math.sqrt(error / power);
}

test("relaxed kernels are among the rows where this Node has them, and refused in words where it has not", () => {
  expect(Object.hasOwn(backends, "wasm relaxed")).toBe(hasRelaxedSimd());
  if (hasRelaxedSimd()) return;
  let fault: unknown;
  try {
    openBackend({ kernels: "relaxed" });
  } catch (error) {
    fault = error;
  }
  expect(isDoselapError(fault, "Compute")).toBe(true);
  expect(String(fault)).toMatch(/does not run relaxed kernels.*Take "auto"/u);
});
