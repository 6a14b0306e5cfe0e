// Engines on the lit part alone: where the frames are, the object is the one of the whole, and around it nothing is invented.

import { describe, expect, test } from "vitest";
import { cropImage } from "../array/crop.ts";
import { flatImage, type ComplexImage } from "../array/ndarray.ts";
import { simd } from "../../test/support/engine-rows.ts";
import { relativeError, smallProblem } from "../../test/support/small-problem.ts";
import { runOnLitPart } from "./lit-part.ts";
import { prepareEngine } from "./prepare.ts";
import type { Problem } from "./problem.ts";
import { runEngine } from "./run.ts";

const { problem, truth } = smallProblem();
const { objectHeight, objectWidth } = problem;
const [left, above, right, below] = [37, 12, 24, 50];
const width = left + objectWidth + right;
const height = above + objectHeight + below;
const context = { backend: simd, seed: 5 };

/** The small problem in the middle of an object that is mostly dark. */
const wide: Problem = {
  ...problem,
  objectHeight: height,
  objectWidth: width,
  positions: {
    x: problem.positions.x.map((x) => x + left),
    y: problem.positions.y.map((y) => y + above),
  },
};

/** The middle of a wide object. */
const middle = (object: ComplexImage): ComplexImage =>
  cropImage(object, { x0: left, y0: above, x1: left + objectWidth, y1: above + objectHeight });

describe.each(["lsqml", "ml", "rpie", "dm"])("%s", (name) => {
  test("finds the same object in the lit part, on the frame of the whole", async () => {
    const engine = prepareEngine(name, { epochs: 60, fixProbe: true, prior: "none" });
    const { object } = await runOnLitPart(engine, wide, context);
    expect([object.height, object.width]).toEqual([height, width]);
    expect(relativeError(middle(object), truth)).toBeLessThan(0.02);
    // Pixels meet in frames alone when there is no prior: what differs is rounding, and what an engine makes of it.
    const { object: whole } = await runEngine(engine, wide, context);
    expect(relativeError(middle(object), middle(whole))).toBeLessThan(1e-3);
  });
});

test("pixels outside follow the nearest one of the part, and numbers are finite", async () => {
  const engine = prepareEngine("lsqml", { epochs: 3, fixProbe: true });
  const { object } = await runOnLitPart(engine, wide, context);
  expect(object.data.every(Number.isFinite)).toBe(true);
  const at = (row: number, column: number) =>
    object.data.slice(2 * (row * width + column), 2 * (row * width + column) + 2);
  expect(at(0, 0)).toEqual(at(1, 1));
  expect(at(height - 1, width - 1)).toEqual(at(height - 2, width - 2));
  expect(at(height >> 1, 0)).toEqual(at(height >> 1, 3));
});

test("positions that move come back on the frame of the whole, within their drift", async () => {
  const moving = { epochs: 8, positionStartEpoch: 1, positionMaxDriftPx: 2 };
  const { positions } = await runOnLitPart(prepareEngine("lsqml", moving), wide, context);
  const moved = positions.x.map((x, j) =>
    Math.hypot(x - wide.positions.x[j]!, positions.y[j]! - wide.positions.y[j]!),
  );
  expect(Math.max(...moved)).toBeLessThanOrEqual(2 + 1e-9);
});

test("a start object is taken along", async () => {
  const start = flatImage(height, width);
  for (let row = 0; row < objectHeight; row++) {
    const from = truth.data.subarray(2 * row * objectWidth, 2 * (row + 1) * objectWidth);
    start.data.set(from, 2 * ((above + row) * width + left));
  }
  const engine = prepareEngine("lsqml", { epochs: 1, fixProbe: true, prior: "none" });
  const { object, history } = await runOnLitPart(engine, { ...wide, object: start }, context);
  expect(history[0]).toBeLessThan(1e-6);
  expect(relativeError(middle(object), truth)).toBeLessThan(1e-3);
});

test("a scan that lights all of its object runs as it is, to the bit", async () => {
  const engine = prepareEngine("lsqml", { epochs: 3 });
  const [part, whole] = [
    await runOnLitPart(engine, problem, context),
    await runEngine(engine, problem, context),
  ];
  expect(part).toEqual(whole);
});

test.each([-4, width - 2])(
  "a position outside, at x = %d, is refused in the numbers of the whole",
  async (x) => {
    const outside = { ...wide, positions: { ...wide.positions, x: wide.positions.x.with(3, x) } };
    const [half, y] = [problem.size / 2, wide.positions.y[3]!];
    const refusal = `y in [${half}, ${height - half}] for 16×16 frames, got (x ${x}, y ${y})`;
    await expect(runOnLitPart(prepareEngine("rpie", {}), outside, context)).rejects.toThrow(refusal);
  },
);
