// A probe of another power than the frames is scaled to them, one beside whose light the frames lie is turned to it, and what is
// found with it is told for the probe that was given.

import { expect, test } from "vitest";
import { smallProblem } from "../../test/support/small-problem.ts";
import { surveyFrames } from "./counts.ts";
import {
  alikeForNetworks,
  fitted,
  forFittedProbe,
  forGiven,
  forGivenProbe,
  lightFitOf,
  lightFitTexts,
  type AlikeLight,
} from "./fitted-light.ts";
import type { Problem } from "./problem.ts";

const { problem } = smallProblem({ energy: 1000 });
const lightOf = (probe: Float32Array): number => probe.reduce((sum, value) => sum + value ** 2, 0);
const frameLight = lightOf(problem.diffraction) / problem.frames;

const times = (factor: number): Problem => ({
  ...problem,
  probe: problem.probe.map((value) => factor * value),
});
function fittedLight(given: Problem, alike?: AlikeLight) {
  const fit = lightFitOf(given, surveyFrames(given), alike);
  return { problem: fitted(given, fit), fit };
}

test.each([0.001, 0.01, 0.3, 40, 100])(
  "a probe %d times the calibrated one is scaled to the frames' light",
  (factor) => {
    const given = times(factor);
    const found = fittedLight(given);
    expect(lightOf(found.problem.probe) / frameLight).toBeCloseTo(1, 4);
    expect(found.fit.amplitude * factor).toBeCloseTo(Math.sqrt(frameLight / lightOf(problem.probe)), 4);
    expect(found.problem).toEqual({ ...given, probe: found.problem.probe });
  },
);

test.each([0.8, 1, 1.2, 4, 20])(
  "one %d times the calibrated one is taken as it is: samples absorb",
  (factor) => {
    const given = times(factor);
    expect(fittedLight(given).fit).toEqual({ amplitude: 1 });
    expect(fittedLight(given).problem).toBe(given);
  },
);

test.each([4, 20])("but not by networks, which begin with modulus 1, where it is %d times that", (factor) => {
  const found = fittedLight(times(factor), alikeForNetworks);
  expect(lightOf(found.problem.probe) / frameLight).toBeCloseTo(1, 4);
});

test("a beam stop hides the probe's light, and does not make a calibrated probe seem faint", () => {
  const { size } = problem;
  const wide = (factor: number): Problem => {
    const mask = new Uint8Array(size * size);
    for (let i = 0; i < mask.length; i++) {
      mask[i] = Math.hypot((i % size) - size / 2, Math.floor(i / size) - size / 2) < 4 ? 1 : 0;
    }
    return { ...times(factor), mask };
  };
  expect(fittedLight(wide(1)).fit.amplitude).toBe(1);
  const [faint, fainter] = [0.01, 0.001].map((factor) => fittedLight(wide(factor)));
  // What is left outside of it tells the brightness to a factor of ten: .8/.01.
  expect(faint!.fit.amplitude).toBeGreaterThan(8);
  expect(faint!.fit.amplitude).toBeLessThan(800);
  expect(fainter!.fit.amplitude / faint!.fit.amplitude).toBeCloseTo(10, 4);
});

test("where every frame is saturated somewhere, what the pixels held at least tells", () => {
  const brightest = problem.diffraction.reduce((most, root) => Math.max(most, root), 0) ** 2;
  const given = { ...times(0.001), saturationCounts: brightest / 20 };
  const { validPixels } = surveyFrames(given);
  expect(validPixels.every((pixels) => pixels < 256)).toBe(true);
  const { amplitude } = lightFitOf(given, surveyFrames(given));
  expect(amplitude).toBeGreaterThan(200);
  expect(amplitude).toBeLessThan(800);
  expect(lightFitOf({ ...given, probe: problem.probe }, surveyFrames(given))).toEqual({ amplitude: 1 });
});

test("a start object is the one for the fitted probe", () => {
  const object = { height: 40, width: 40, data: new Float32Array(3200).fill(2) };
  const found = fittedLight({ ...times(0.01), object });
  expect(found.problem.object!.data[0]).toBeCloseTo(2 / found.fit.amplitude, 6);
});

test("a probe that a run left is given back to the bit, one that it refined on its own scale", () => {
  const given = times(0.01);
  const { problem: run, fit } = fittedLight(given);
  const object = { height: 1, width: 1, data: Float32Array.of(1, 0) };
  const kept = forGiven({ object, probe: run.probe }, fit, { given, run });
  expect(kept.probe).toEqual(given.probe);
  expect(kept.probe).not.toBe(given.probe);
  expect(kept.object.data[0]).toBeCloseTo(fit.amplitude, 4);
  const refined = forGiven({ object, probe: run.probe.map((value) => 2 * value) }, fit, { given, run });
  expect(lightOf(refined.probe) / lightOf(given.probe)).toBeCloseTo(4, 5);
  expect(refined.object.data[0]).toBeCloseTo(fit.amplitude, 4);
  const alike = { object, probe: given.probe };
  expect(forGiven(alike, { amplitude: 1 }, { given, run: given })).toBe(alike);
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
    "the frames hold 100 times the light of the probe: it is scaled by 10 while the object is found, which is then told for the probe as it was given",
  ]);
  expect(lightFitTexts({ amplitude: 1 })).toEqual([]);
});
