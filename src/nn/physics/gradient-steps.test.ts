// Gradient steps are the steps of the equations, whatever the damping, the modes and the positions; the truth of noise-free
// frames stays where it is.

import { describe, expect, test } from "vitest";
import { relativeError } from "../../../test/support/fields.ts";
import { naiveSteps, someFrames } from "../../../test/support/naive-steps.ts";
import { relativeError as imageError, smallProblem } from "../../../test/support/small-problem.ts";
import { flatImage } from "../../array/ndarray.ts";
import { openBackend } from "../../compute/node.ts";
import { isDoselapError } from "../../errors.ts";
import { gradientSteps } from "./gradient-steps.ts";

const backend = openBackend({ kernels: "simd" });
const scan = smallProblem({ betweenPixels: true });
const frames = [0, 13, 40, 41, 50, 80];

describe.each([
  ["one mode", someFrames(scan.problem, frames)],
  ["two modes", someFrames(smallProblem({ modes: 2, betweenPixels: true }).problem, frames)],
  ["a background", someFrames(smallProblem({ background: 0.5 }).problem, frames)],
] as const)("gradient steps with %s", (_, problem) => {
  test.each([0, 0.3, 1])("are those of the equations, damping %d", (damping) => {
    const found = gradientSteps(problem, { backend, steps: 3, damping });
    const expected = naiveSteps(problem, { steps: 3, damping });
    expect(relativeError(found.light, expected.light)).toBeLessThan(1e-6);
    // Float32 kernels. A dark pixel's phase is rounding, 1e-2 rad where it is 1e-5 of the peak; frames say little there, and
    // that little is wrong. Undamped, the faint rim of the light is divided by itself.
    const within = damping === 0 ? 1e-3 : 1e-4;
    const flat = flatImage(40, 40).data;
    const moved = (object: ArrayLike<number>) => Float64Array.from(flat, (value, i) => object[i]! - value);
    expect(Math.hypot(...moved(expected.object))).toBeGreaterThan(1);
    expect(relativeError(moved(found.object.data), moved(expected.object))).toBeLessThan(within);
    expect(relativeError(found.pull, expected.pull)).toBeLessThan(10 * within);
  });
});

test.each([1, 2] as const)("the truth of noise-free frames has no pull (%i modes)", (modes) => {
  const { problem, truth } = smallProblem({ modes, betweenPixels: true });
  const { object, pull } = gradientSteps({ ...problem, object: truth }, { backend, steps: 5, damping: 1 });
  // Frames are float32 roots: 6e-8 of a modulus of order 1, some dozen frames on a pixel.
  expect(Math.max(...pull.map(Math.abs))).toBeLessThan(2e-6);
  expect(relativeError(object.data, truth.data)).toBeLessThan(2e-6);
});

test("the gradient steps of a whole scan near the truth", () => {
  const { problem, truth } = scan;
  const misfit = (steps: number) =>
    imageError(gradientSteps(problem, { backend, steps, damping: 0.3 }).object, truth);
  const [start, some, many] = [misfit(0), misfit(10), misfit(100)];
  expect(some).toBeLessThan(0.5 * start);
  expect(many).toBeLessThan(0.2 * some);
});

test("where no probe reaches the object stays as it was", () => {
  const problem = someFrames(scan.problem, [0]);
  const { object, pull, light } = gradientSteps(problem, { backend, steps: 2, damping: 0 });
  for (const i of [39 * 40 + 39, 20 * 40 + 30]) {
    expect(light[i]).toBe(0);
    expect([object.data[2 * i], object.data[2 * i + 1], pull[2 * i]]).toEqual([1, 0, 0]);
  }
});

test("more frames than fit in flight are all heard", () => {
  const all = gradientSteps(scan.problem, { backend, steps: 1, damping: 1 });
  const few = gradientSteps(someFrames(scan.problem, [...Array.from({ length: 32 }).keys()]), {
    backend,
    steps: 1,
    damping: 1,
  });
  const brightest = (light: Float32Array) => light.reduce((a, b) => a + b);
  // Every frame lays down the same power.
  expect(brightest(all.light) / brightest(few.light)).toBeCloseTo(81 / 32, 5);
});

test("a scan that cannot be reconstructed is refused", () => {
  const outside = { x: scan.problem.positions.x.map(() => 3), y: scan.problem.positions.y };
  expect(() =>
    gradientSteps({ ...scan.problem, positions: outside }, { backend, steps: 1, damping: 1 }),
  ).toThrow(expect.toSatisfy((error) => isDoselapError(error, "Range")));
});
