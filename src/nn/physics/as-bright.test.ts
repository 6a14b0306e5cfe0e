// A probe of another power than the frames is scaled to them, and what is found with it is told for the probe that was given.

import { expect, test } from "vitest";
import { smallProblem } from "../../../test/support/small-problem.ts";
import { asBright, asBrightText, forGivenProbe } from "./as-bright.ts";

const { problem } = smallProblem({ energy: 1000 });
const lightOf = (probe: Float32Array): number => probe.reduce((sum, value) => sum + value ** 2, 0);
const frameLight = lightOf(problem.diffraction) / problem.frames;

test.each([0.01, 0.3, 4, 100])(
  "a probe %d times the calibrated one is scaled to the frames' light",
  (factor) => {
    const given = { ...problem, probe: problem.probe.map((value) => factor * value) };
    const found = asBright(given);
    expect(lightOf(found.problem.probe) / frameLight).toBeCloseTo(1, 4);
    expect(found.amplitude * factor).toBeCloseTo(Math.sqrt(frameLight / lightOf(problem.probe)), 4);
    expect(found.problem).toEqual({ ...given, probe: found.problem.probe });
  },
);

test.each([0.8, 1, 1.2])("one %d times the calibrated one is taken as it is: samples absorb", (factor) => {
  const given = { ...problem, probe: problem.probe.map((value) => factor * value) };
  expect(asBright(given)).toEqual({ problem: given, amplitude: 1 });
  expect(asBright(given).problem).toBe(given);
});

test("an object and its probe make the same waves after as before", () => {
  const object = { height: 1, width: 2, data: Float32Array.of(1, 0, 0.5, -0.25) };
  expect(forGivenProbe(object, 2)).toEqual({ ...object, data: Float32Array.of(2, 0, 1, -0.5) });
  expect(forGivenProbe(object, 1)).toBe(object);
});

test("says how far apart they were", () => {
  expect(asBrightText(10)).toBe(
    "the frames hold 100 times the light of the probe: the probe is scaled to it",
  );
});
