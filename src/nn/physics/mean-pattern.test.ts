// The object of the mean frame: frames that are all alike give the object back that made them, frames that are not give the
// one object that fits their mean counts.

import { describe, expect, test } from "vitest";
import { naiveSteps, someFrames } from "../../../test/support/naive-steps.ts";
import { smallProblem } from "../../../test/support/small-problem.ts";
import { relativeError } from "../../../test/support/fields.ts";
import { openBackend } from "../../compute/node.ts";
import { meanPatternObject } from "./mean-pattern.ts";

const backend = openBackend({ kernels: "simd" });
const { problem } = smallProblem();
const pixels = 256;

/** √counts of the probe itself, by the definition of the transform. */
function blank(modes: 1 | 2): Float64Array {
  const { problem: given } = smallProblem({ modes });
  const counts = new Float64Array(pixels);
  for (let m = 0; m < modes; m++) {
    const field = given.probe.subarray(2 * m * pixels, 2 * (m + 1) * pixels);
    for (let ky = 0; ky < 16; ky++) {
      for (let kx = 0; kx < 16; kx++) {
        let [re, im] = [0, 0];
        for (let i = 0; i < pixels; i++) {
          const angle = (-2 * Math.PI * ((ky - 8) * Math.floor(i / 16) + (kx - 8) * (i % 16))) / 16;
          re += field[2 * i]! * Math.cos(angle) - field[2 * i + 1]! * Math.sin(angle);
          im += field[2 * i]! * Math.sin(angle) + field[2 * i + 1]! * Math.cos(angle);
        }
        counts[ky * 16 + kx] = counts[ky * 16 + kx]! + (re * re + im * im) / pixels;
      }
    }
  }
  return counts.map(Math.sqrt);
}

describe.each([1, 2] as const)("with %i probe modes", (modes) => {
  const { problem: scored } = smallProblem({ modes, betweenPixels: true });

  test("frames of a uniform object give that object wherever the probe reaches", () => {
    // A uniform object scales every wave, and so every root of counts.
    const frame = blank(modes);
    const diffraction = Float32Array.from({ length: 3 * pixels }, (_, i) => 0.7 * frame[i % pixels]!);
    const { light } = naiveSteps(scored, { steps: 0, damping: 1 });
    const brightest = light.reduce((a, b) => Math.max(a, b));
    const { data } = meanPatternObject({ diffraction, scored }, backend);
    let [lit, away, worst] = [0, 0, 0];
    for (const [i, value] of light.entries()) {
      if (value < 0.1 * brightest) continue;
      lit++;
      const distance = Math.hypot(data[2 * i]! - 0.7, data[2 * i + 1]!);
      away += distance;
      worst = Math.max(worst, distance);
    }
    expect(lit).toBeGreaterThan(300);
    // The steps begin at 1, 0.3 away. Fifty of them leave less than a tenth of that on average; the dim rim moves slowly, and
    // only the scan's edge is seen by rims alone.
    expect(away / lit).toBeLessThan(0.03);
    expect(worst).toBeLessThan(0.1);
  });
});

test("it is the mean of the counts that is fitted, not of their roots", () => {
  const [bright, dark] = [blank(1), blank(1).map(() => 0)];
  const diffraction = Float32Array.from([...bright, ...dark]);
  const { data } = meanPatternObject({ diffraction, scored: problem }, backend);
  // Half of the photons: √½ of the modulus. The mean of the roots would make it ½.
  const centre = 2 * (20 * 40 + 20);
  expect(data[centre]).toBeCloseTo(Math.SQRT1_2, 2);
});

test("no light, no object: flat", () => {
  const scored = someFrames(problem, [0]);
  const { data, height, width } = meanPatternObject({ diffraction: problem.diffraction, scored }, backend);
  expect([height, width]).toEqual([40, 40]);
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 40; x++) {
      if (x < 16 && y < 16) continue;
      expect(data[2 * (y * 40 + x)]).toBe(1);
      expect(data[2 * (y * 40 + x) + 1]).toBe(0);
    }
  }
});

test("one frame is laid down as it is: its own gradient steps, weighted by the probe", () => {
  const scored = someFrames(problem, [0]);
  const alone = {
    ...scored,
    objectHeight: 16,
    objectWidth: 16,
    positions: { x: Float64Array.of(8), y: Float64Array.of(8) },
  };
  const expected = naiveSteps(alone, { steps: 50, damping: 0.3 });
  const { data } = meanPatternObject({ diffraction: scored.diffraction, scored }, backend);
  const brightest = expected.light.reduce((a, b) => Math.max(a, b));
  const [got, wanted]: number[][] = [[], []];
  for (let i = 0; i < pixels; i++) {
    if (expected.light[i]! < 0.01 * brightest) continue;
    const at = 2 * (Math.floor(i / 16) * 40 + (i % 16));
    got!.push(data[at]!, data[at + 1]!);
    wanted!.push(expected.object[2 * i]!, expected.object[2 * i + 1]!);
  }
  // Fifty steps of float32 kernels against float64.
  expect(relativeError(got!, wanted!)).toBeLessThan(1e-3);
});

test("frames of the scored scan have no say: neither their intensities nor which are held out", () => {
  const plain = meanPatternObject({ diffraction: problem.diffraction, scored: problem }, backend);
  const scored = {
    ...problem,
    scales: new Float32Array(problem.frames).fill(1.3),
    heldOut: Int32Array.of(2, 5),
  };
  expect(meanPatternObject({ diffraction: problem.diffraction, scored }, backend)).toEqual(plain);
});
