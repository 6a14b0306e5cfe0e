// What every engine makes of the physics it is told: gauge, masked and saturated pixels, background, incoherent modes, near
// field, amplitude bounds; and, where it can, intensities and positions that are not what the scan says.

import { describe, expect, test } from "vitest";
import { flatImage } from "../../src/array/ndarray.ts";
import type { Problem } from "../../src/engines/problem.ts";
import { engineNames } from "../../src/engines/registry.ts";
import type { Reconstruction } from "../../src/engines/run.ts";
import { gradientEngines, onQuickBackends, solveOn } from "../support/engine-rows.ts";
import { noisy } from "../support/held-out.ts";
import { power, relativeError, side, smallProblem } from "../support/small-problem.ts";

const plain = smallProblem();
const { problem, truth } = plain;
const { x, y } = problem.positions;
/** Frames whose window has neighbours on all sides. */
const inner = Array.from(x.keys()).filter((j) => x[j]! > 8 && x[j]! < 32 && y[j]! > 8 && y[j]! < 32);
const still = { x: 0, y: 0 };
/** Half a pixel at most, another way for every frame; their mean is not quite 0. */
const offset = (j: number) =>
  inner.includes(j) ? { x: 0.5 * Math.sin(12.9 * j), y: 0.5 * Math.sin(7.3 * j + 1) } : still;
const brightness = (j: number) => 1 + 0.2 * Math.sin(5.1 * j);

const twoModes = smallProblem({ modes: 2 });
/** So few photons that a prior has something to do. */
const dim = noisy(smallProblem({ energy: 60 }).problem, 5);
const near = smallProblem({ nearField: true });
const flickering = smallProblem({ intensity: brightness });
const displaced = smallProblem({ offsetPx: offset });
/** Whole counts: stored as bytes or 16-bit integers, with a mask value instead of a sign. */
const bright = smallProblem({ energy: 20_000 }).problem;
const whole = { ...bright, diffraction: bright.diffraction.map((root) => Math.sqrt(Math.round(root ** 2))) };

describe.each(onQuickBackends(engineNames))("engine %s on %s", (name, row) => {
  const solve = solveOn(row);

  test("does not see the global phase of its start", async () => {
    const start = flatImage(side, side);
    const turned = {
      ...start,
      data: start.data.map((_, i) => (i % 2 === 0 ? Math.cos(0.7) : Math.sin(0.7))),
    };
    const options = { epochs: 10, fixProbe: true };
    const [one, other] = [
      await solve(name, options, { ...problem, object: start }),
      await solve(name, options, { ...problem, object: turned }),
    ];
    // Rounding of float32 fields, amplified over ten epochs.
    for (const [i, error] of one.history.entries()) expect(other.history[i]! / error).toBeCloseTo(1, 3);
    expect(relativeError(other.object, one.object)).toBeLessThan(1e-3);
  });

  test("stays at the truth between pixels too", async () => {
    const positions = {
      x: x.map((value, j) => value + offset(j).x),
      y: y.map((value, j) => value + offset(j).y),
    };
    const given = { ...displaced.problem, positions, object: truth };
    const { object, history } = await solve(name, { epochs: 5, fixProbe: true }, given);
    // Float32 rounding, as on whole pixels.
    expect(history.at(-1)!).toBeLessThan(1e-10);
    expect(relativeError(object, truth)).toBeLessThan(1e-4);
  });

  test.each([
    ["float counts", problem],
    ["whole counts", whole],
  ])("does not look below a mask: %s", async (_, given) => {
    const mask = new Uint8Array(256).map((_unused, i) => (i % 37 === 5 ? 1 : 0));
    const scrambled = given.diffraction.map((value, i) => (mask[i % 256] === 1 ? i % 23 : value));
    scrambled[5] = NaN;
    const options = { epochs: 4 };
    const clean = await solve(name, options, { ...given, mask });
    expect(await solve(name, options, { ...given, mask, diffraction: scrambled })).toEqual(clean);
    expect(await solve(name, options, given)).not.toEqual(clean);
  });

  test.each([
    ["float counts", problem, 30],
    ["whole counts", whole, 600],
  ] as const)("does not believe saturated pixels: %s", async (_, given, saturationCounts) => {
    const capped = given.diffraction.map((root) => Math.min(root, Math.sqrt(saturationCounts)));
    expect(capped.filter((root, i) => root < given.diffraction[i]!).length).toBeGreaterThan(100);
    const options = { epochs: 4 };
    const clean = await solve(name, options, { ...given, saturationCounts });
    expect(await solve(name, options, { ...given, diffraction: capped, saturationCounts })).toEqual(clean);
  });

  test("finds the object all the same when a tenth of the detector is masked", async () => {
    const mask = new Uint8Array(256).map((_, i) => (i % 10 === 3 ? 1 : 0));
    const { object } = await solve(name, { epochs: 100, fixProbe: true }, { ...problem, mask });
    expect(relativeError(object, truth)).toBeLessThan(0.03);
  });

  test.each([
    [0.02, 5],
    [0.5, 8],
  ])("models a background of %d counts per pixel", async (background, times) => {
    const scene = smallProblem({ background });
    const options = { epochs: 120, fixProbe: true };
    const known = await solve(name, options, scene.problem);
    const ignored = await solve(name, options, { ...scene.problem, background: undefined });
    // Counts that the background outshines tell less and are fitted later: within 4 %, and far from the error of ignoring it.
    expect(relativeError(known.object, truth)).toBeLessThan(0.04);
    expect(relativeError(known.object, truth)).toBeLessThan(relativeError(ignored.object, truth) / 3);
    expect(known.history.at(-1)!).toBeLessThan(ignored.history.at(-1)! / times);
  });

  test("explains two incoherent modes with two, ten times better than with one", async () => {
    const options = { epochs: 120 };
    const two = await solve(name, options, twoModes.problem);
    const first = twoModes.probe.subarray(0, 512);
    const one = await solve(name, options, {
      ...twoModes.problem,
      probe: first.map((value) => value / Math.sqrt(0.7)),
      probeModes: 1,
    });
    expect(two.history.at(-1)!).toBeLessThan(0.1 * one.history.at(-1)!);
    expect(relativeError(two.object, truth)).toBeLessThan(0.3 * relativeError(one.object, truth));
  });

  test("recovers the object from near-field frames", async () => {
    const { object, history } = await solve(name, { epochs: 300, fixProbe: true }, near.problem);
    // A flat object is 0.36 away. Near-field frames tell slow waves of the object late.
    expect(relativeError(object, truth)).toBeLessThan(0.06);
    expect(history.at(-1)!).toBeLessThan(5e-4);
  });

  // The default prior ends a run with a shrinkage of object and probe, which knows no constraint.
  test.each(["none", "smoothness"])("its result keeps every constraint after prior %s", async (prior) => {
    const options = { prior, probeStartEpoch: 0, probeSupportPx: 5, amplitudeMin: 0.7, amplitudeMax: 0.9 };
    for (const given of [problem, dim]) {
      const { object, probe } = await solve(name, { ...options, epochs: 6 }, given);
      expectWithin(probe, 5);
      // Rounding of float32 over 81 pixels of the disc.
      expect(power(probe) / power(given.probe)).toBeCloseTo(1, 6);
      const amplitudes = Array.from({ length: side * side }, (_, i) =>
        Math.hypot(object.data[2 * i]!, object.data[2 * i + 1]!),
      );
      expect(Math.min(...amplitudes)).toBeGreaterThan(0.7 - 1e-6);
      expect(Math.max(...amplitudes)).toBeLessThan(0.9 + 1e-6);
    }
  });

  test("keeps the mean of late probes within the support too, though the first was not", async () => {
    const options = { epochs: 4, probeStartEpoch: 2, averageLast: 1, probeSupportPx: 5 };
    const { probe } = await solve(name, options, problem);
    expectWithin(probe, 5);
  });
});

/** Dark exactly where it lies farther from the window's centre. */
function expectWithin(probe: Float32Array, radiusPx: number): void {
  for (let i = 0; i < 256; i++) {
    const inside = Math.hypot((i % 16) - 8, Math.floor(i / 16) - 8) <= radiusPx;
    expect(probe[2 * i] === 0 && probe[2 * i + 1] === 0, `pixel ${i}`).toBe(!inside);
  }
}

function meanDistance({ positions }: Pick<Problem, "positions">): number {
  return (
    inner.reduce((sum, j) => {
      const { x: dx, y: dy } = offset(j);
      return sum + Math.hypot(positions.x[j]! - x[j]! - dx, positions.y[j]! - y[j]! - dy);
    }, 0) / inner.length
  );
}

/** RMS of the relative error of the factors over the inner frames, and of leaving them all at 1. */
function scaleError({ scales }: Pick<Reconstruction, "scales">): number {
  const mean = Array.from(scales.keys()).reduce((sum, j) => sum + brightness(j) / scales.length, 0);
  const squares = inner.map((j) => ((scales[j]! * mean) / brightness(j) - 1) ** 2);
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
}

describe.each(onQuickBackends(gradientEngines))("engine %s on %s", (name, row) => {
  const solve = solveOn(row);

  test.each([true, false])("fits the intensity of each frame (probe known: %s)", async (fixProbe) => {
    const options = { epochs: 100, fixProbe };
    const floating = await solve(name, { ...options, floatIntensities: true }, flickering.problem);
    const held = await solve(name, options, flickering.problem);
    expect(scaleError(held)).toBeGreaterThan(0.1);
    // Object and factors share their slowest waves, which a small object with few frames leaves a little open.
    expect(scaleError(floating)).toBeLessThan(0.03);
    expect(floating.history.at(-1)!).toBeLessThan(0.1 * held.history.at(-1)!);
  });

  test("counts no background as intensity of a frame", async () => {
    // Frames of one and the same intensity: whatever the background, their factors are 1.
    const scene = smallProblem({ background: 1 });
    const options = { epochs: 3, floatIntensities: true, probeStartEpoch: 0 };
    const { scales } = await solve(name, options, { ...scene.problem, object: truth });
    // Frames see parts of the object of unlike transmission: a share of the background would show as their difference.
    for (const j of inner) expect(scales[j]).toBeCloseTo(1, 2);
  });

  test("brings positions that are half a pixel off nearer to where frames were measured", async () => {
    const options = { epochs: 60, fixProbe: true, positionStartEpoch: 10, positionStep: 1 };
    const corrected = await solve(name, options, displaced.problem);
    const left = await solve(name, { epochs: 60, fixProbe: true }, displaced.problem);
    expect(meanDistance(problem)).toBeGreaterThan(0.4);
    expect(meanDistance(corrected)).toBeLessThan(0.5 * meanDistance(problem));
    expect(corrected.history.at(-1)!).toBeLessThan(0.3 * left.history.at(-1)!);
    expect(left.positions).toEqual(displaced.problem.positions);
  });

  test("lets no position drift farther than it may", async () => {
    const options = {
      epochs: 20,
      fixProbe: true,
      positionStartEpoch: 2,
      positionStep: 2,
      positionMaxDriftPx: 0.1,
    };
    const { positions } = await solve(name, options, displaced.problem);
    for (const j of x.keys()) {
      expect(Math.abs(positions.x[j]! - x[j]!)).toBeLessThanOrEqual(0.1 + 1e-12);
      expect(Math.abs(positions.y[j]! - y[j]!)).toBeLessThanOrEqual(0.1 + 1e-12);
    }
  });
});
