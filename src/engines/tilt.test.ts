// A detector centre that is wrong by pixels: it is found from the mean frame, frames stay what they are when the probe takes the
// object's ramp, and every engine ends as near to the truth as on frames that lie right.

import { describe, expect, test } from "vitest";
import { simd } from "../../test/support/engine-rows.ts";
import { phantomScan } from "../../test/support/phantom-scan.ts";
import { smallProblem } from "../../test/support/small-problem.ts";
import { deviancePerPixel } from "../../test/support/held-out.ts";
import { flatImage, type ComplexImage } from "../array/ndarray.ts";
import { problemOf } from "../study/problem.ts";
import { surveyFrames } from "./counts.ts";
import type { Problem } from "./problem.ts";
import { prepareEngine } from "./prepare.ts";
import { engineNames } from "./registry.ts";
import { runEngine } from "./run.ts";
import { tiltOf, turnedObject, untilted } from "./tilt.ts";

type Loaded = Problem & { readonly diffraction: Float32Array };

/** The frames moved by whole pixels, round the edge. */
function rolled(problem: Loaded, right: number, down: number): Loaded {
  const { size, diffraction } = problem;
  const from = (at: number, by: number) => (((at - by) % size) + size) % size;
  return {
    ...problem,
    diffraction: diffraction.map((_, i) => {
      const [frame, row, column] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
      return diffraction[(frame * size + from(row, down)) * size + from(column, right)]!;
    }),
  };
}
const found = (problem: Loaded) => tiltOf(problem, surveyFrames(problem));

/** An object that has lost a ramp of so many detector pixels, by the equation. */
function flattened(
  { height, width, data }: ComplexImage,
  [right, down]: readonly [number, number],
  size: number,
) {
  const out = new Float32Array(data.length);
  for (let i = 0; i < height * width; i++) {
    const angle = (-2 * Math.PI * (right * (i % width) + down * Math.floor(i / width))) / size;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    out[2 * i] = data[2 * i]! * c - data[2 * i + 1]! * s;
    out[2 * i + 1] = data[2 * i]! * s + data[2 * i + 1]! * c;
  }
  return { height, width, data: out };
}

describe("the tilt of a scan", () => {
  const { problem } = smallProblem({ energy: 1000 });

  test.each([
    [1, 0],
    [-2, 3],
    [0, -7],
  ])("is where the frames lie: %d right, %d down", (x, y) => {
    expect(found(rolled(problem, x, y))).toEqual({ x, y });
  });

  test("is found behind a mask and over a background that is known", () => {
    const lit = smallProblem({ energy: 1000, background: 4 }).problem;
    const mask = Uint8Array.from({ length: 256 }, (_, i) => (i % 16 < 7 || i % 5 === 0 ? 1 : 0));
    expect(found({ ...rolled(lit, 2, -1), mask })).toEqual({ x: 2, y: -1 });
  });

  test.each(["cells", "circuit", "smooth-phase", "siemens-star", "flat"] as const)(
    "is none of frames that lie right, faint or bright: %s",
    (phantom) => {
      for (const [dosePhotons, probe] of [
        [100, "defocused-airy"],
        [1e3, "gaussian"],
        [1e6, "defocused-airy"],
        [1e6, "gaussian"],
      ] as const) {
        const scene = { phantom, probe, contrast: "thick", heightPx: 128, widthPx: 128 } as const;
        const { dataset } = phantomScan({ ...scene, dosePhotons });
        expect(found({ ...problemOf(dataset), diffraction: dataset.diffraction })).toBeUndefined();
      }
    },
  );

  test("is not asked of a near field, whose frames lie where the sample is", () => {
    const near = smallProblem({ energy: 1000, nearField: true }).problem;
    expect(found(rolled(near, 3, 0))).toBeUndefined();
  });
});

describe("a problem without its tilt", () => {
  const { problem, truth } = smallProblem({ energy: 1000 });
  const tilt = { x: 2, y: -1 };
  const tilted = rolled(problem, 2, -1);

  test("has the same frames, with the object that has no ramp", () => {
    const { probe } = untilted(tilted, tilt);
    const all = Array.from({ length: problem.frames }, (_, j) => j);
    // Float32 frames of the truth: what is left is rounding.
    expect(deviancePerPixel(tilted, { object: truth, probe }, all)).toBeLessThan(1e-6);
    const ramped = turnedObject(truth, tilt, 16);
    expect(deviancePerPixel(tilted, { object: ramped, probe: problem.probe }, all)).toBeLessThan(1e-6);
  });

  test("starts from the given object without the ramp", () => {
    const object = turnedObject(truth, tilt, 16);
    const lost = untilted({ ...tilted, object }, tilt).object!;
    lost.data.forEach((value, i) => expect(value).toBeCloseTo(truth.data[i]!, 5));
    expect(untilted(tilted, tilt).object).toBeUndefined();
  });
});

describe("a detector centre that is wrong by a pixel and two, 1e3 photons per frame", () => {
  const { dataset, distance } = phantomScan({ dosePhotons: 1e3, heightPx: 128, widthPx: 128 });
  const problem = { ...problemOf(dataset), diffraction: dataset.diffraction };
  const moved = rolled(problem, 1, -2);
  const flat = distance(flatImage(128, 128));

  test.each(engineNames)("%s ends as near to the truth as with the right one", async (name) => {
    const solve = (given: Problem) =>
      runEngine(prepareEngine(name, { fixProbe: true }), given, { backend: simd, seed: 3 });
    const right = distance((await solve(problem)).object);
    const { object, probe } = await solve(moved);
    const wrong = distance(flattened(object, [1, -2], dataset.size));
    expect(right).toBeLessThan(0.9 * flat);
    // Between pixels the ramp is sampled otherwise, by 1 % of a pixel's light.
    expect(wrong).toBeLessThan(1.03 * right);
    expect(probe).toEqual(problem.probe);
  });

  test("a probe that is refined takes the ramp, and the object has none", async () => {
    const { object, probe } = await runEngine(prepareEngine("rpie", {}), moved, { backend: simd, seed: 3 });
    expect(distance(object)).toBeLessThan(0.9 * flat);
    const { probe: start } = untilted(moved, { x: 1, y: -2 });
    const alike = (of: Float32Array) => Math.hypot(...overlap(of, probe)) / Math.hypot(...overlap(of, of));
    expect(alike(start)).toBeGreaterThan(0.9);
    expect(alike(problem.probe)).toBeLessThan(0.5);
  });
});

/** Σ a* b. */
function overlap(a: Float32Array, b: Float32Array): [number, number] {
  let [re, im] = [0, 0];
  for (let i = 0; i < a.length; i += 2) {
    re += a[i]! * b[i]! + a[i + 1]! * b[i + 1]!;
    im += a[i]! * b[i + 1]! - a[i + 1]! * b[i]!;
  }
  return [re, im];
}
