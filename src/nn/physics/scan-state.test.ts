// What a network sees of a scan: planes in closed form, none of which turns with the object's global phase.

import { describe, expect, test } from "vitest";
import { relativeError } from "../../../test/support/fields.ts";
import { naiveSteps } from "../../../test/support/naive-steps.ts";
import { relativeError as imageError, smallProblem } from "../../../test/support/small-problem.ts";
import { flatImage, type ComplexImage } from "../../array/ndarray.ts";
import { openBackend } from "../../compute/node.ts";
import { prepareEngine } from "../../engines/prepare.ts";
import { isDoselapError } from "../../errors.ts";
import { correctedPlanes, planesOf, polarImage, scanPlanes, type ScanPlanes } from "./scan-state.ts";

const backend = openBackend({ kernels: "simd" });
const { problem, truth } = smallProblem({ betweenPixels: true });
const pixels = 40 * 40;

/** Neither flat nor true: halfway, so that there is both an object and a pull. */
const half: ComplexImage = {
  ...truth,
  data: truth.data.map((value, i) => 0.5 * value + (i % 2 === 0 ? 0.5 : 0)),
};

function turned(image: ComplexImage, angle: number): ComplexImage {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const data = image.data.map((value, i) =>
    i % 2 === 0 ? value * c - image.data[i + 1]! * s : image.data[i - 1]! * s + value * c,
  );
  return { ...image, data };
}

const plane = ({ planes }: ScanPlanes, channel: number) =>
  planes.subarray(channel * pixels, (channel + 1) * pixels);

describe("planes of an object", () => {
  const found = planesOf(half, problem, backend);
  const state = naiveSteps({ ...problem, object: half }, { steps: 0, damping: 1 });
  const brightest = state.light.reduce((a, b) => Math.max(a, b));
  const complexAt = (data: ArrayLike<number>, i: number) => [data[2 * i]!, data[2 * i + 1]!] as const;

  test("are modulus and angle, the angle of the lit mean taken off", () => {
    let [re, im] = [0, 0];
    for (let i = 0; i < pixels; i++) {
      if (state.light[i]! < 0.1 * brightest) continue;
      const [a, b] = complexAt(half.data, i);
      re += a;
      im += b;
    }
    const mean = Math.atan2(im, re);
    expect(Math.abs(mean)).toBeGreaterThan(0.02);
    for (let i = 0; i < pixels; i++) {
      const [a, b] = complexAt(half.data, i);
      // Float32 objects: 6e-8 of numbers of order 1, turned once.
      expect(found.modulus[i]).toBeCloseTo(Math.hypot(a, b), 6);
      expect(found.phase[i]).toBeCloseTo(Math.atan2(b, a) - mean, 6);
      expect(plane(found, 0)[i]).toBeCloseTo(Math.hypot(a, b) - 1, 6);
    }
    expect(plane(found, 1)).toEqual(found.phase);
  });

  test("are the pull seen from the object's own phase, over the largest light", () => {
    const expected = [new Float64Array(pixels), new Float64Array(pixels)] as const;
    for (let i = 0; i < pixels; i++) {
      const [a, b] = complexAt(half.data, i);
      const [c, d] = complexAt(state.pull, i);
      const length = Math.sqrt(a * a + b * b + 0.01);
      expected[0][i] = (c * a + d * b) / length;
      expected[1][i] = (d * a - c * b) / length;
    }
    // As exact as the gradient: float32 kernels whose dark pixels have a phase of rounding.
    expect(relativeError(plane(found, 2), expected[0])).toBeLessThan(1e-4);
    expect(relativeError(plane(found, 3), expected[1])).toBeLessThan(1e-4);
    expect(Math.max(...expected[0])).toBeGreaterThan(0.01);
  });

  test("are the root of the light's share", () => {
    const expected = state.light.map((light) => Math.sqrt(light / brightest));
    expect(relativeError(plane(found, 4), expected)).toBeLessThan(1e-6);
    expect(Math.max(...plane(found, 4))).toBe(1);
  });

  test.each([0.4, -2.5, Math.PI])("do not turn with a global phase of %d", (angle) => {
    const other = planesOf(turned(half, angle), problem, backend);
    for (const [i, value] of found.planes.entries())
      expect(Math.abs(other.planes[i]! - value)).toBeLessThan(1e-5);
    for (const [i, value] of found.phase.entries())
      expect(Math.abs(other.phase[i]! - value)).toBeLessThan(1e-5);
  });
});

test("of a corrected object are those of the object, its phase and a modulus below 0 as they are", () => {
  const { modulus, phase } = planesOf(half, problem, backend);
  // A phase that was corrected beyond π, and a modulus beyond 0.
  const given = {
    height: 40,
    width: 40,
    modulus: modulus.map((value, i) => (i === 820 ? -0.2 : value)),
    phase: phase.map((value) => value + 3),
  };
  const found = correctedPlanes(given, problem, backend);
  expect(found.modulus).toEqual(given.modulus);
  expect(found.phase).toEqual(given.phase);
  expect(plane(found, 1)).toEqual(given.phase);
  expect(plane(found, 0)[820]).toBeCloseTo(-1.2, 6);
  const same = planesOf(polarImage(given), problem, backend);
  // Planes 2 to 4 do not turn with the phase that is taken off there. Float32 objects.
  for (const channel of [2, 3, 4])
    expect(relativeError(plane(found, channel), plane(same, channel))).toBeLessThan(1e-6);
});

test("of a flat object modulus and phase say nothing, whatever its phase", () => {
  for (const object of [flatImage(40, 40), turned(flatImage(40, 40), 2)]) {
    const { planes, modulus, phase } = planesOf(object, problem, backend);
    for (let i = 0; i < pixels; i++) {
      expect(Math.abs(planes[i]!)).toBeLessThan(1e-6);
      expect(Math.abs(planes[pixels + i]!)).toBeLessThan(1e-6);
      expect(modulus[i]).toBeCloseTo(1, 6);
      expect(Math.abs(phase[i]!)).toBeLessThan(1e-6);
    }
    // Its pull is what the frames ask for.
    expect(Math.max(...planes.subarray(2 * pixels, 4 * pixels).map(Math.abs))).toBeGreaterThan(0.1);
  }
});

describe("planes of a scan", () => {
  const engine = prepareEngine("ml", { fixProbe: true, epochs: 20, prior: "none" });

  test("are those of the object that the engine finds", async () => {
    const { height, width, modulus, phase, planes } = await scanPlanes(engine, problem, { backend, seed: 1 });
    const data = new Float32Array(2 * pixels);
    for (let i = 0; i < pixels; i++) {
      data[2 * i] = modulus[i]! * Math.cos(phase[i]!);
      data[2 * i + 1] = modulus[i]! * Math.sin(phase[i]!);
    }
    const object = { height, width, data };
    expect([height, width]).toEqual([40, 40]);
    // As the engine contract asks of a known probe; a flat object is 0.36 away.
    expect(imageError(object, truth)).toBeLessThan(0.05);
    // Little pull is left where frames agree with the object.
    const left = planes.subarray(2 * pixels, 4 * pixels).map(Math.abs);
    const start = planesOf(flatImage(40, 40), problem, backend).planes.subarray(2 * pixels, 4 * pixels);
    expect(Math.max(...left)).toBeLessThan(0.1 * Math.max(...start.map(Math.abs)));
  });

  test("are not made when the run was stopped", async () => {
    const context = { backend, seed: 1, signal: AbortSignal.abort() };
    await expect(scanPlanes(engine, problem, context)).rejects.toSatisfy((error) =>
      isDoselapError(error, "Interrupted"),
    );
  });
});
