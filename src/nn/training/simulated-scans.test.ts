// Scans of other objects are measured as the scan was: positions, light, dose, background and mask. Of the scan's own frames,
// truth, start object and intensities they know nothing.

import { describe, expect, test } from "vitest";
import { networkTask } from "../../../test/support/network-job.ts";
import { openBackend } from "../../compute/node.ts";
import { simulatedScan, type LabelledScan, type ObjectKind } from "./simulated-scans.ts";
import type { ScanTask } from "./scan-task.ts";

const task: ScanTask = networkTask({ groupSize: 4 });
const { problem } = task;
const cells: ObjectKind = { phantoms: ["cells"], amplitudeMin: 0.5, phaseRangeRad: 1 };
const backend = openBackend({ kernels: "simd", threads: 1 });

function made(
  from: ScanTask = task,
  { seed = 42, index = 0, kind = cells }: { seed?: number; index?: number; kind?: ObjectKind } = {},
): LabelledScan {
  return simulatedScan(from, kind, { seed, index, backend });
}

const meanCounts = ({ problem: { diffraction, frames } }: ScanTask) =>
  diffraction.reduce((sum, root) => sum + root * root, 0) / frames;

describe("a simulated scan", () => {
  test("lies where the scan lies, with its dose, and an object within the ranges", () => {
    const scan = made();
    expect(scan.problem.positions).toEqual(problem.positions);
    expect([scan.problem.objectHeight, scan.problem.objectWidth]).toEqual([64, 64]);
    // 64 frames of 1000 photons: five standard errors.
    expect(Math.abs(meanCounts(scan) - 1000)).toBeLessThan(5 * Math.sqrt(1000 / 64));
    const { data } = scan.truth;
    const amplitudes = Float64Array.from({ length: data.length / 2 }, (_, i) =>
      Math.hypot(data[2 * i]!, data[2 * i + 1]!),
    );
    const phases = Float64Array.from(amplitudes, (_, i) => Math.atan2(data[2 * i + 1]!, data[2 * i]!));
    expect(Math.min(...amplitudes)).toBeGreaterThan(0.5 - 1e-6);
    expect(Math.max(...amplitudes)).toBeLessThan(1 + 1e-6);
    expect(Math.min(...phases)).toBeGreaterThan(-1e-6);
    expect(Math.max(...phases)).toBeLessThan(1 + 1e-6);
    expect(new Set(amplitudes).size).toBeGreaterThan(1000);
  });

  test("is another for each number and seed, in object and noise, and the same again for the same", () => {
    const scans = [made(), made(task, { index: 1 }), made(task, { seed: 43 })];
    expect(new Set(scans.map(({ truth }) => String(truth.data.subarray(0, 200)))).size).toBe(3);
    expect(
      new Set(scans.map(({ problem: { diffraction } }) => String(diffraction.subarray(0, 200)))).size,
    ).toBe(3);
    expect(made()).toEqual(scans[0]);
  });

  test("takes the kinds in turn", () => {
    const both: ObjectKind = { ...cells, phantoms: ["circuit", "cells"] };
    expect(made(task, { kind: both, index: 1 }).truth).toEqual(made(task, { index: 1 }).truth);
    expect(made(task, { kind: both, index: 0 }).truth).not.toEqual(made().truth);
  });

  test("has the scan's light, as bright as the dose asks", () => {
    const { probe } = made().problem;
    // The middle of the frame, where the light is.
    const scale = probe[2 * 136]! / problem.probe[2 * 136]!;
    expect(scale).toBeGreaterThan(0.5);
    probe.forEach((value, i) => expect(value).toBeCloseTo(scale * problem.probe[i]!, 5));
  });

  test("keeps mask and background, which its frames hold too", () => {
    const mask = Uint8Array.from({ length: 256 }, (_, i) => (i % 7 === 0 ? 1 : 0));
    const background = new Float32Array(256).fill(3);
    const scan = made({ ...task, backgroundPhotonsPerPx: 3, problem: { ...problem, mask, background } });
    expect(scan.problem.mask).toEqual(mask);
    expect(scan.problem.background).toEqual(background);
    // 3 photons a pixel on top of the dose.
    expect(Math.abs(meanCounts(scan) - 1768)).toBeLessThan(5 * Math.sqrt(1768 / 64));
  });

  test("is the same whatever the scan's frames, truth, start object and intensities are", () => {
    const blank = problem.diffraction.map(() => 1);
    const scales = new Float32Array(problem.frames).fill(2);
    const object = { height: 64, width: 64, data: new Float32Array(2 * 64 * 64).fill(0.3) };
    const { truth: _, ...other } = task;
    const scan = made({ ...other, problem: { ...problem, diffraction: blank, scales, object } });
    expect(scan).toEqual(made());
    expect(scan.problem.scales).toBeUndefined();
  });
});
