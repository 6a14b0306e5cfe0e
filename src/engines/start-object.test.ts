// The flat start is as bright as the frames: its amplitude is the root of the sample's mean transmission, whatever is masked,
// added or scaled.

import { expect, test } from "vitest";
import { openBackend } from "../compute/node.ts";
import { naiveDft2 } from "../../test/support/fields.ts";
import { smallProblem } from "../../test/support/small-problem.ts";
import type { Problem } from "./problem.ts";
import { openScanRun } from "./scan-run.ts";
import { fillStartObject, startAmplitude } from "./start-object.ts";

const backend = openBackend({ kernels: "simd" });
const open = (problem: Problem) =>
  openScanRun(problem, { backend, seed: 1, slots: 4, keepsWaves: false, heldOut: new Int32Array() });

/** Frames with this share of the probe's light each. Only their light is looked at: one frame of the scene serves as pattern. */
function foil(transmission: number): Problem & { diffraction: Float32Array } {
  const { problem } = smallProblem();
  const pixels = problem.size ** 2;
  const power = problem.probe.reduce((sum, value) => sum + value * value, 0);
  const pattern = problem.diffraction.subarray(0, pixels);
  const light = pattern.reduce((sum, value) => sum + value * value, 0);
  const dimmed = pattern.map((value) => value * Math.sqrt((power * transmission) / light));
  const diffraction = new Float32Array(problem.frames * pixels);
  for (let j = 0; j < problem.frames; j++) diffraction.set(dimmed, j * pixels);
  return { ...problem, diffraction };
}

function amplitudeOf(problem: Problem): number {
  const run = open(problem);
  try {
    return startAmplitude(run);
  } finally {
    run.session.dispose();
  }
}

// Amplitudes are float32: 6e-8 each, light twice that.
const digits = 6;

test.each([1, 0.25, 0.01])("frames with %f of the probe's light start at its root", (transmission) => {
  expect(amplitudeOf(foil(transmission))).toBeCloseTo(Math.sqrt(transmission), digits);
});

test("background is no light of the sample, and a frame of twice the intensity no brighter sample", () => {
  const problem = foil(0.25);
  const withBackground = problem.diffraction.map((value) => Math.sqrt(value * value + 3));
  const background = new Float32Array(problem.size ** 2).fill(3);
  expect(amplitudeOf({ ...problem, diffraction: withBackground, background })).toBeCloseTo(0.5, 5);
  const scales = new Float32Array(problem.frames).fill(2);
  const doubled = problem.diffraction.map((value) => value * Math.SQRT2);
  expect(amplitudeOf({ ...problem, diffraction: doubled, scales })).toBeCloseTo(0.5, digits);
});

test("far field: light under a mask is missing on both sides", () => {
  const { problem } = smallProblem();
  const { size, frames } = problem;
  const pixels = size * size;
  const spectrum = naiveDft2(Float64Array.from(problem.probe), size, -1);
  const diffraction = new Float32Array(frames * pixels);
  for (let i = 0; i < diffraction.length; i++) {
    const [y, x] = [Math.floor((i % pixels) / size), i % size];
    const k = 2 * (((y + size / 2) % size) * size + ((x + size / 2) % size));
    diffraction[i] = 0.5 * Math.hypot(spectrum[k]!, spectrum[k + 1]!);
  }
  const mask = new Uint8Array(pixels);
  // The middle, where nearly all of the light is, and not quite evenly.
  for (let y = 5; y < 11; y++) mask.fill(1, y * size + 6, y * size + 9);
  expect(amplitudeOf({ ...problem, diffraction })).toBeCloseTo(0.5, 5);
  expect(amplitudeOf({ ...problem, diffraction, mask })).toBeCloseTo(0.5, 5);
});

test("near field: light under a mask is missing on both sides", () => {
  const { problem } = smallProblem({ nearField: true });
  const whole = amplitudeOf(problem);
  const pixels = problem.size ** 2;
  const mean = new Float64Array(pixels);
  for (let i = 0; i < problem.diffraction.length; i++) mean[i % pixels]! += problem.diffraction[i]! ** 2;
  const brightest = [...mean.keys()].toSorted((a, b) => mean[b]! - mean[a]!).slice(0, 20);
  const mask = new Uint8Array(pixels);
  for (const pixel of brightest) mask[pixel] = 1;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const hidden = sum(brightest.map((pixel) => mean[pixel]!)) / sum([...mean]);
  // Forgotten on one side it would show; the object scatters light past the mask, which moves the estimate by much less.
  expect(1 - Math.sqrt(1 - hidden)).toBeGreaterThan(0.1);
  expect(Math.abs(amplitudeOf({ ...problem, mask }) / whole - 1)).toBeLessThan(0.05);
});

test("saturated frames tell nothing: the start is 1; a start object that is given stays", () => {
  const problem = foil(0.25);
  expect(amplitudeOf({ ...problem, saturationCounts: Math.max(...problem.diffraction) ** 2 / 2 })).toBe(1);
  const data = new Float32Array(2 * problem.objectHeight * problem.objectWidth).fill(0.7);
  const object = { height: problem.objectHeight, width: problem.objectWidth, data };
  const run = open({ ...problem, object });
  fillStartObject(run);
  expect(run.views.object).toEqual(data);
  run.session.dispose();
});
