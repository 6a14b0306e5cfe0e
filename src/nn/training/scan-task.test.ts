// A network is fed the probe per root of the dose, so that numbers are of order 1 at any dose; labels are the truth or none.

import { expect, test } from "vitest";
import { smallTask } from "../../../test/support/small-task.ts";
import { isDoselapError } from "../../errors.ts";
import { labelsOf, probeFeeds, takeFrames } from "./scan-task.ts";

test("the probe that is fed carries the power 1, at any dose", () => {
  for (const energy of [10, 1000, 1e6]) {
    const task = smallTask({ modes: 2, energy, noiseSeed: null });
    const { "probe.re": re, "probe.im": im } = probeFeeds(task);
    expect([re!.shape, im!.shape]).toEqual([
      [2, 16, 16],
      [2, 16, 16],
    ]);
    const power = [...re!.data, ...im!.data].reduce((sum, value) => sum + value * value, 0);
    // 1024 float32 numbers.
    expect(power).toBeCloseTo(1, 5);
    for (let i = 0; i < 512; i++) {
      expect(re!.data[i]).toBeCloseTo(task.problem.probe[2 * i]! / Math.sqrt(energy), 6);
      expect(im!.data[i]).toBeCloseTo(task.problem.probe[2 * i + 1]! / Math.sqrt(energy), 6);
    }
  }
});

test("a task of some frames has those frames at their places, and all else as it was", () => {
  const task = smallTask();
  const scales = Float32Array.from({ length: task.problem.frames }, (_, j) => 1 + j / 100);
  const given = { ...task, problem: { ...task.problem, scales } };
  const { problem, ...rest } = takeFrames(given, Int32Array.of(3, 70));
  expect(problem.frames).toBe(2);
  expect(problem.diffraction).toEqual(
    Float32Array.of(
      ...task.problem.diffraction.subarray(3 * 256, 4 * 256),
      ...task.problem.diffraction.subarray(70 * 256, 71 * 256),
    ),
  );
  const { x, y } = task.problem.positions;
  expect(problem.positions).toEqual({ x: Float64Array.of(x[3]!, x[70]!), y: Float64Array.of(y[3]!, y[70]!) });
  expect(problem.scales).toEqual(Float32Array.of(1.03, 1.7));
  expect(problem.probe).toBe(task.problem.probe);
  expect(rest).toEqual({
    dosePhotons: 2000,
    backgroundPhotonsPerPx: 0,
    lightFit: { amplitude: 1 },
    truth: task.truth,
  });
});

test("labels are the true object, and an error where nobody knows it", () => {
  const { truth, ...measured } = smallTask();
  expect(labelsOf({ ...measured, truth })).toBe(truth);
  expect(() => labelsOf(measured)).toThrow(
    expect.toSatisfy(
      (error) => isDoselapError(error, "Contract") && error.message.includes("without labels"),
    ),
  );
});
