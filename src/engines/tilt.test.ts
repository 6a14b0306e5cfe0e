// A detector centre that is wrong by pixels or parts of one: it is found from the mean frame, frames stay what they are when the probe takes the
// object's ramp, and every engine ends as near to the truth as on frames that lie right.

import { describe, expect, test } from "vitest";
import { simd } from "../../test/support/engine-rows.ts";
import { phantomScan, rampOf, withPhase, type PhantomScan } from "../../test/support/phantom-scan.ts";
import { smallProblem } from "../../test/support/small-problem.ts";
import { deviancePerPixel } from "../../test/support/held-out.ts";
import { flatImage } from "../array/ndarray.ts";
import { problemOf } from "../study/problem.ts";
import { surveyFrames } from "./counts.ts";
import type { Problem } from "./problem.ts";
import { prepareEngine } from "./prepare.ts";
import { engineNames } from "./registry.ts";
import { runEngine } from "./run.ts";
import { tiltOf, turnedObject, untilted, type Tilt } from "./tilt.ts";

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
const loaded = ({ dataset }: PhantomScan): Loaded => ({
  ...problemOf(dataset),
  diffraction: dataset.diffraction,
});

describe("the tilt of a scan", () => {
  const { problem } = smallProblem({ energy: 1000 });

  test.each([
    [1, 0],
    [-2, 3],
    [0, -7],
  ])("is where the frames lie: %d right, %d down", (x, y) => {
    expectNear(found(rolled(problem, x, y)), [x, y]);
  });

  test.each([
    [0.5, 0],
    [-0.3, 0.4],
    [0, -1.4],
    [2.5, 0.5],
  ])("between pixels is found too: %d right, %d down", (x, y) => {
    for (const dosePhotons of [1e3, 1e6]) {
      for (const probe of ["defocused-airy", "gaussian"] as const) {
        const scan = phantomScan({
          dosePhotons,
          probe,
          heightPx: 160,
          widthPx: 160,
          slowPhase: rampOf([x, y], 64),
        });
        expectNear(found(loaded(scan)), [x, y]);
      }
    }
  });

  test("is found behind a mask and over a background that is known", () => {
    const lit = smallProblem({ energy: 1000, background: 4 }).problem;
    const mask = Uint8Array.from({ length: 256 }, (_, i) => (i % 16 < 7 || i % 5 === 0 ? 1 : 0));
    expectNear(found({ ...rolled(lit, 2, -1), mask }), [2, -1]);
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
        expect(found(loaded(phantomScan({ ...scene, dosePhotons })))).toBeUndefined();
      }
    },
  );

  test("is as much on a canvas that frames do not fill", () => {
    const scan = (rampPx: number) =>
      loaded(
        phantomScan({ dosePhotons: 1e5, heightPx: 160, widthPx: 160, slowPhase: rampOf([rampPx, 0], 64) }),
      );
    // 144 px are lit: half a turn is .22 px there.
    for (const [rampPx, isFound] of [
      [0.13, false],
      [0.35, true],
    ] as const) {
      const problem = scan(rampPx);
      const onLarge = { ...problem, objectHeight: 1600, objectWidth: 1600 };
      expect(found(onLarge)).toEqual(found(problem));
      expect(found(problem) !== undefined).toBe(isFound);
    }
  });

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

describe("a detector centre that is wrong, 1e3 photons per frame", () => {
  const small = { dosePhotons: 1e3, heightPx: 128, widthPx: 128 } as const;
  const straight = phantomScan(small);
  const { dataset, distance } = straight;
  const problem = loaded(straight);
  const moved = rolled(problem, 1, -2);
  const flat = distance(flatImage(128, 128));
  const solve = (name: string, given: Problem) =>
    runEngine(prepareEngine(name, { fixProbe: true }), given, { backend: simd, seed: 3 });

  test.each(engineNames)(
    "by a pixel and two: %s ends as near to the truth as with the right one",
    async (name) => {
      const right = distance((await solve(name, problem)).object);
      const { object, probe } = await solve(name, moved);
      const wrong = distance(withPhase(object, rampOf([-1, 2], dataset.size)));
      expect(right).toBeLessThan(0.9 * flat);
      // Between pixels the ramp is sampled otherwise, by 1 % of a pixel's light; what the mean frame leaves of it is found again.
      expect(wrong).toBeLessThan(1.05 * right);
      expect(probe).toEqual(problem.probe);
    },
  );

  test.each(engineNames)("by half a pixel: %s likewise", async (name) => {
    const right = distance((await solve(name, problem)).object);
    const { object } = await solve(
      name,
      loaded(phantomScan({ ...small, slowPhase: rampOf([0.4, -0.3], 64) })),
    );
    // Other noise: the frames are others.
    expect(distance(withPhase(object, rampOf([-0.4, 0.3], dataset.size)))).toBeLessThan(1.1 * right);
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

/** To a tenth of a pixel: the cells' own slope. */
function expectNear(tilt: Tilt | undefined, [x, y]: readonly [number, number]): void {
  expect(Math.hypot(tilt!.x - x, tilt!.y - y)).toBeLessThan(0.1);
}

/** Σ a* b. */
function overlap(a: Float32Array, b: Float32Array): [number, number] {
  let [re, im] = [0, 0];
  for (let i = 0; i < a.length; i += 2) {
    re += a[i]! * b[i]! + a[i + 1]! * b[i + 1]!;
    im += a[i]! * b[i + 1]! - a[i + 1]! * b[i]!;
  }
  return [re, im];
}
