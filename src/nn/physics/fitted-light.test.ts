// A probe of another power than the frames is scaled to them, one beside whose light the frames lie is turned to it, and what is
// found with it is told for the probe that was given.

import { expect, test } from "vitest";
import { smallProblem } from "../../../test/support/small-problem.ts";
import { fittedLight, forFittedProbe, forGivenProbe, lightFitTexts } from "./fitted-light.ts";

const { problem } = smallProblem({ energy: 1000 });
const lightOf = (probe: Float32Array): number => probe.reduce((sum, value) => sum + value ** 2, 0);
const frameLight = lightOf(problem.diffraction) / problem.frames;

test.each([0.01, 0.3, 4, 100])(
  "a probe %d times the calibrated one is scaled to the frames' light",
  (factor) => {
    const given = { ...problem, probe: problem.probe.map((value) => factor * value) };
    const found = fittedLight(given);
    expect(lightOf(found.problem.probe) / frameLight).toBeCloseTo(1, 4);
    expect(found.fit.amplitude * factor).toBeCloseTo(Math.sqrt(frameLight / lightOf(problem.probe)), 4);
    expect(found.problem).toEqual({ ...given, probe: found.problem.probe });
  },
);

test.each([0.8, 1, 1.2])("one %d times the calibrated one is taken as it is: samples absorb", (factor) => {
  const given = { ...problem, probe: problem.probe.map((value) => factor * value) };
  expect(fittedLight(given)).toEqual({ problem: given, fit: { amplitude: 1 } });
  expect(fittedLight(given).problem).toBe(given);
});

test("frames that lie beside the probe's light give it their ramp, as bright as it was", () => {
  const size = 16;
  const diffraction = problem.diffraction.map((_, i) => {
    const [frame, row, column] = [Math.floor(i / 256), Math.floor(i / size) % size, i % size];
    return problem.diffraction[256 * frame + size * ((row + 3) % size) + ((column + 15) % size)]!;
  });
  const { problem: found, fit } = fittedLight({ ...problem, diffraction });
  expect(fit.amplitude).toBe(1);
  expect(fit.tilt!.x).toBeCloseTo(1, 1);
  expect(fit.tilt!.y).toBeCloseTo(-3, 1);
  expect(lightOf(found.probe)).toBeCloseTo(lightOf(problem.probe), 2);
  expect(lightFitTexts({ amplitude: 1, tilt: { x: 1.25, y: -3 } })).toEqual([
    "the frames lie 1.25 px right of and 3 px above the probe's light, as behind a phase ramp or a detector centre that is wrong: a probe that is refined takes the ramp, beside a known one the object has it",
  ]);
});

test("an object and its probe make the same waves after as before", () => {
  const object = { height: 1, width: 2, data: Float32Array.of(1, 0, 0.5, -0.25) };
  expect(forGivenProbe(object, { amplitude: 2 }, 16)).toEqual({
    ...object,
    data: Float32Array.of(2, 0, 1, -0.5),
  });
  expect(forGivenProbe(object, { amplitude: 1 }, 16)).toBe(object);
  const fit = { amplitude: 2, tilt: { x: 4, y: 1 } };
  const there = forGivenProbe(object, fit, 16);
  // A quarter turn per pixel.
  const [a, b] = [there.data.subarray(0, 2), there.data.subarray(2, 4)];
  expect(Math.atan2(b[1]!, b[0]!) - Math.atan2(a[1]!, a[0]!)).toBeCloseTo(
    Math.PI / 2 + Math.atan2(-0.25, 0.5),
    5,
  );
  forFittedProbe(there, fit, 16).data.forEach((value, i) => expect(value).toBeCloseTo(object.data[i]!, 6));
});

test("says how far apart they were", () => {
  expect(lightFitTexts({ amplitude: 10 })).toEqual([
    "the frames hold 100 times the light of the probe: the probe is scaled to it",
  ]);
  expect(lightFitTexts({ amplitude: 1 })).toEqual([]);
});
