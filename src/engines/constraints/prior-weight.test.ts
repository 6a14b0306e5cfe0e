// The tv weight from the noise, against its closed form.

import { expect, test } from "vitest";
import type { Problem } from "../problem.ts";
import { noiseWeight } from "./prior-weight.ts";

function scan(x: number[], y: number[]): Problem {
  return {
    frames: x.length,
    size: 16,
    diffraction: new Float32Array(x.length * 256),
    positions: { x: Float64Array.from(x), y: Float64Array.from(y) },
    probe: new Float32Array(512),
    probeModes: 1,
    objectHeight: 80,
    objectWidth: 80,
    subPixel: "bilinear",
  };
}

const survey = (counts: number[], background: number[]) => ({
  countType: "uint8" as const,
  validPixels: Float64Array.from(counts, () => 256),
  frameCounts: Float64Array.from(counts),
  frameBackground: Float64Array.from(background),
  meanCounts: new Float64Array(256),
  countedFrames: new Float64Array(256),
  momentX: new Float64Array(counts.length),
  momentY: new Float64Array(counts.length),
});

test("0.9 √(photons per pixel of the positions' box), background taken off", () => {
  const problem = scan([10, 50, 50], [10, 10, 60]);
  expect(noiseWeight(problem, survey([900, 700, 500], [0, 50, 50]))).toBeCloseTo(
    0.9 * Math.sqrt(2000 / 2000),
    12,
  );
});

test("a line or a single frame counts as half a frame wide", () => {
  expect(noiseWeight(scan([8], [8]), survey([640], [0]))).toBeCloseTo(0.9 * Math.sqrt(10), 12);
  expect(noiseWeight(scan([10, 90], [8, 8]), survey([640, 640], [0, 0]))).toBeCloseTo(0.9 * Math.sqrt(2), 12);
});

test("frames darker than their background add nothing", () => {
  expect(noiseWeight(scan([8], [8]), survey([5], [9]))).toBe(0);
});
