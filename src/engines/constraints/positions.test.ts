// Position correction: steps follow their sums and their bounds, the affine fit is exact for affine moves, the mean and the
// drift are held, and frames that stand wrong move towards where they were measured.

import { describe, expect, test } from "vitest";
import { planScan, viewScan, sumsPerFrame, type ScanViews } from "../../compute/scan-memory.ts";
import { taskParam } from "../../compute/tasks.ts";
import { referenceBackend } from "../../compute/reference.ts";
import { smallProblem } from "../../../test/support/small-problem.ts";
import { openScanRun } from "../scan-run.ts";
import { movePositions, type PositionRule } from "./positions.ts";

const everywhere = { x: [-Infinity, Infinity], y: [-Infinity, Infinity] } as const;
const plain: PositionRule = { step: 1, maxDriftPx: Infinity, affine: false, limits: everywhere };

/** Frames that stand at `given`, with sums that ask for these steps. */
function scene(
  given: readonly (readonly [x: number, y: number])[],
  steps: readonly (readonly [number, number])[],
) {
  const frames = given.length;
  const counts = { slots: 1, waveSlots: 1, countSlots: 1, threads: 1 };
  const layout = planScan({
    ...counts,
    size: 2,
    modes: 1,
    frames,
    objectHeight: 4,
    objectWidth: 4,
    countType: "float32",
    nearField: false,
    subPixel: "bilinear",
  });
  const views: ScanViews = viewScan(layout, new ArrayBuffer(layout.bytes));
  for (const [j, [x, y]] of given.entries()) {
    views.x[j] = x;
    views.y[j] = y;
    // A slope of the misfit over its curvature, which differ per frame and axis.
    const [dx, dy] = steps[j]!;
    const [xx, yy] = [3 + j, 5 + 2 * j];
    views.sums.set([dx * xx, dy * yy, xx, yy], j * sumsPerFrame);
  }
  return {
    views,
    frames: Int32Array.from({ length: frames }, (_, j) => j),
    given: { x: views.x.slice(), y: views.y.slice() },
  };
}

const square = [
  [10, 10],
  [20, 10],
  [10, 20],
  [20, 20],
  [14, 17],
] as const;

describe("a step", () => {
  test("is slope over curvature times the fraction that is taken, once the mean is taken out", () => {
    const steps = [
      [0.2, -0.1],
      [-0.2, 0.1],
      [0.4, 0.3],
      [-0.4, -0.3],
      [0, 0],
    ] as const;
    const { views, frames, given } = scene(square, steps);
    movePositions(views, frames, given, { ...plain, step: 0.5 });
    for (const [j, [dx, dy]] of steps.entries()) {
      expect(views.x[j]).toBeCloseTo(square[j]![0] + 0.5 * dx, 12);
      expect(views.y[j]).toBeCloseTo(square[j]![1] + 0.5 * dy, 12);
    }
  });

  test("a move that all frames share is the gauge, and is taken out", () => {
    const { views, frames, given } = scene(square, [
      [0.3, -0.2],
      [0.3, -0.2],
      [0.3, -0.2],
      [0.3, -0.2],
      [0.3, -0.2],
    ]);
    movePositions(views, frames, given, plain);
    for (const j of frames) {
      expect(views.x[j]).toBeCloseTo(given.x[j]!, 12);
      expect(views.y[j]).toBeCloseTo(given.y[j]!, 12);
    }
  });

  test("is at most half a pixel an epoch, and none where nothing says how far", () => {
    const { views, frames, given } = scene(square, [
      [40, 0],
      [-40, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    views.sums.fill(0, 2 * sumsPerFrame);
    movePositions(views, frames, given, plain);
    expect(views.x[0]).toBeCloseTo(10.5, 12);
    expect(views.x[1]).toBeCloseTo(19.5, 12);
    for (const j of [2, 3, 4]) expect([views.x[j], views.y[j]]).toEqual([...square[j]!]);
  });
});

describe("bounds", () => {
  test("no frame drifts farther from where it was given than it may, however long it is pulled", () => {
    const { views, frames, given } = scene(square, [
      [0.5, 0.5],
      [-0.5, -0.5],
      [0.5, -0.5],
      [-0.5, 0.5],
      [0, 0],
    ]);
    for (let epoch = 0; epoch < 20; epoch++)
      movePositions(views, frames, given, { ...plain, maxDriftPx: 0.75 });
    for (const j of [0, 1, 2, 3]) {
      expect(Math.hypot(views.x[j]! - given.x[j]!, views.y[j]! - given.y[j]!)).toBeCloseTo(0.75, 12);
    }
  });

  test("drift is a distance: a frame that is held goes on pointing the way it is pulled", () => {
    const { views, frames, given } = scene(square, [
      [0.4, 0.3],
      [-0.4, -0.3],
      [0.12, 0],
      [-0.12, 0],
      [0, 0],
    ]);
    movePositions(views, frames, given, { ...plain, maxDriftPx: 0.25 });
    // 3-4-5: half of a pull of (0.4, 0.3), which is 0.5 long.
    expect(views.x[0]! - given.x[0]!).toBeCloseTo(0.2, 12);
    expect(views.y[0]! - given.y[0]!).toBeCloseTo(0.15, 12);
    expect(views.x[2]! - given.x[2]!).toBeCloseTo(0.12, 12);
  });

  test("no window leaves the object", () => {
    const { views, frames, given } = scene(square, [
      [-0.5, -0.5],
      [0.5, 0],
      [0, 0.5],
      [0, 0],
      [0, 0],
    ]);
    movePositions(views, frames, given, { ...plain, limits: { x: [10, 20], y: [10, 20] } });
    expect([views.x[0], views.y[0]]).toEqual([10, 10]);
    expect(views.x[1]).toBe(20);
    expect(views.y[2]).toBe(20);
  });

  test("frames that are held out move too, and neither mean nor map follows them", () => {
    const steps = [
      [0.1, -0.2],
      [0.3, 0.1],
      [-0.4, 0.1],
      [0, 0],
      [0.5, 0.4],
    ] as const;
    const heldOut = Int32Array.of(4);
    const fitted = Int32Array.of(0, 1, 2, 3);
    for (const affine of [false, true]) {
      const [alone, both] = [scene(square, steps), scene(square, steps)];
      movePositions(alone.views, fitted, alone.given, { ...plain, affine });
      movePositions(both.views, fitted, both.given, { ...plain, affine, heldOut });
      for (const j of fitted)
        expect([both.views.x[j], both.views.y[j]]).toEqual([alone.views.x[j], alone.views.y[j]]);
      const { x, y } = both.views;
      // The mean step of the fitted is 0. On a square of four an affine map is 10·(fraction of the way) by hand:
      // x: mean of the right less that of the left side, and of the lower less the upper.
      const [u, v] = [(14 - 15) / 10, (17 - 15) / 10];
      const map = (q: Float64Array) =>
        (q[0]! + q[1]! + q[2]! + q[3]!) / 4 +
        (u * (q[1]! + q[3]! - q[0]! - q[2]!)) / 2 +
        (v * (q[2]! + q[3]! - q[0]! - q[1]!)) / 2;
      expect(x[4]).toBeCloseTo(affine ? map(x) : 14.5, 12);
      expect(y[4]).toBeCloseTo(affine ? map(y) : 17.4, 12);
    }
  });

  test("frames that are not named stay", () => {
    const { views, given } = scene(square, [
      [0.4, 0],
      [-0.4, 0],
      [0.4, 0.4],
      [0, 0],
      [0.1, 0],
    ]);
    movePositions(views, Int32Array.of(0, 1), given, plain);
    for (const j of [2, 3, 4]) expect([views.x[j], views.y[j]]).toEqual([...square[j]!]);
  });
});

describe("an affine correction", () => {
  const affine = { ...plain, affine: true };

  test("reproduces steps that are an affine map to rounding", () => {
    // Scale, rotation and shear about (15, 15), within the half pixel of one epoch.
    const steps = square.map(
      ([x, y]) => [0.03 * (x - 15) - 0.02 * (y - 15), 0.015 * (x - 15) + 0.04 * (y - 15)] as const,
    );
    const { views, frames, given } = scene(square, steps);
    const mean = (axis: 0 | 1) => steps.reduce((sum, step) => sum + step[axis] / steps.length, 0);
    movePositions(views, frames, given, affine);
    for (const [j, [dx, dy]] of steps.entries()) {
      expect(views.x[j]).toBeCloseTo(square[j]![0] + dx - mean(0), 12);
      expect(views.y[j]).toBeCloseTo(square[j]![1] + dy - mean(1), 12);
    }
  });

  test("drops what no affine map explains", () => {
    // x·y has no affine part on a symmetric square.
    const corners = square.slice(0, 4);
    const { views, frames, given } = scene(
      corners,
      corners.map(([x, y]) => [0.012 * (x - 15) * (y - 15), 0] as const),
    );
    movePositions(views, frames, given, affine);
    for (const j of frames) expect(views.x[j]).toBeCloseTo(given.x[j]!, 12);
  });

  test("positions on a line fix no map and keep their own steps", () => {
    const line = [
      [10, 10],
      [12, 12],
      [17, 17],
    ] as const;
    const { views, frames, given } = scene(line, [
      [0.2, 0],
      [-0.3, 0],
      [0.1, 0],
    ]);
    movePositions(views, frames, given, affine);
    expect(views.x[1]).toBeCloseTo(11.7, 12);
  });
});

test("frames whose positions are wrong by a third of a pixel move towards the right ones", () => {
  const { problem, truth } = smallProblem();
  // The object is known: the pull of a frame is then that of its own position error alone.
  const run = openScanRun(
    { ...problem, object: truth },
    {
      backend: referenceBackend,
      seed: 1,
      slots: problem.frames,
      keepsWaves: false,
      heldOut: new Int32Array(),
    },
  );
  const { views, training } = run;
  const wrong = (j: number) => {
    const angle = 2.4 * j;
    return { x: Math.cos(angle) / 3, y: Math.sin(angle) / 3 };
  };
  const { x, y } = problem.positions;
  const inner = [...training].filter((j) => x[j]! > 8 && x[j]! < 32 && y[j]! > 8 && y[j]! < 32);
  for (const j of inner) {
    views.x[j] = x[j]! + wrong(j).x;
    views.y[j] = y[j]! + wrong(j).y;
  }
  const distance = () =>
    inner.reduce((sum, j) => sum + Math.hypot(views.x[j]! - x[j]!, views.y[j]! - y[j]!), 0) / inner.length;
  const before = distance();
  for (let epoch = 0; epoch < 40; epoch++) {
    run.batches(training, problem.frames, (_first, count) => {
      views.params[taskParam.waveOfFrame] = 0;
      run.run("correct", count);
      run.run("shiftSums", count);
    });
    movePositions(views, Int32Array.from(inner), problem.positions, plain);
  }
  expect(before).toBeGreaterThan(0.33);
  // Moduli alone tell of a part of each shift, so that a step covers about a tenth of the way: 0.9^40 is 0.015.
  expect(distance()).toBeLessThan(0.05 * before);
  run.session.dispose();
});
