// Registration finds sub-pixel shifts, and a Fourier shift does not ring through open borders.

import { describe, expect, test } from "vitest";
import { createRng, normal } from "../math/random/rng.ts";
import { fourierShift, registrationShift } from "./register.ts";

/** A random trigonometric polynomial of degree 4, complex, moved by (dx, dy): periodic and known between pixels. */
function waves(height: number, width: number, dx = 0, dy = 0): Float64Array {
  const rng = createRng(2, "phantom");
  const out = new Float64Array(2 * height * width);
  for (let ky = -4; ky <= 4; ky++) {
    for (let kx = -4; kx <= 4; kx++) {
      const [re, im] = [normal(rng), normal(rng)];
      for (let i = 0; i < height * width; i++) {
        const angle =
          2 * Math.PI * ((kx * ((i % width) - dx)) / width + (ky * (Math.floor(i / width) - dy)) / height);
        out[2 * i] = out[2 * i]! + re * Math.cos(angle) - im * Math.sin(angle);
        out[2 * i + 1] = out[2 * i + 1]! + re * Math.sin(angle) + im * Math.cos(angle);
      }
    }
  }
  return out;
}

describe("registrationShift", () => {
  test.each([
    [32, 32, 0.25, -0.613],
    [20, 27, -3.141, 5.007],
    [16, 31, 7.5, 0],
    [24, 24, 0, 0],
  ])("on %i×%i finds (%d, %d) to the step of its grid", (height, width, dx, dy) => {
    const { shift: found } = registrationShift(waves(height, width, dx, dy), waves(height, width), {
      height,
      width,
    });
    // The last grid has a step of 0.001 px, centred on multiples of it.
    expect(found.x).toBeCloseTo(dx, 9);
    expect(found.y).toBeCloseTo(dy, 9);
  });

  test("does not care for a constant phase between the fields", () => {
    const turned = waves(24, 24, 1.5, -0.25);
    for (let i = 0; i < turned.length; i += 2) [turned[i], turned[i + 1]] = [-turned[i + 1]!, turned[i]!];
    const { shift } = registrationShift(turned, waves(24, 24), { height: 24, width: 24 });
    expect(shift).toEqual({ x: 1.5, y: -0.25 });
  });

  test("fields without power give no shift", () => {
    const none = registrationShift(new Float64Array(32), new Float64Array(32), { height: 4, width: 4 });
    expect(none).toEqual({ shift: { x: 0, y: 0 }, elsewhere: undefined });
  });

  test("looks inside the window: of a pattern that repeats, the near place is taken though a far one is as good", () => {
    const [height, width, period] = [48, 48, 8];
    const stripes = (dx: number): Float64Array =>
      Float64Array.from({ length: 2 * height * width }, (_, i) =>
        i % 2 === 0 ? Math.cos((2 * Math.PI * (((i / 2) % width) - dx)) / period) : 0,
      );
    const within = { x: [-3, 3], y: [-3, 3] } as const;
    const found = registrationShift(stripes(1.5), stripes(0), { height, width, within });
    expect(found.shift.x).toBeCloseTo(1.5, 9);
    expect(found.elsewhere).toBeUndefined();
  });

  test("tells of a place outside the window that fits better by far, and only then", () => {
    const within = { x: [-3, 3], y: [-3, 3] } as const;
    const size = { height: 32, width: 32, within };
    expect(registrationShift(waves(32, 32, 11, -9), waves(32, 32), size).elsewhere).toEqual({ x: 11, y: -9 });
    expect(registrationShift(waves(32, 32, 2.5, 0), waves(32, 32), size).elsewhere).toBeUndefined();
  });
});

/** Cosines that are their own mirror image about the border, −1/2 and n − 1/2, moved by (dx, dy). */
function mirrored(height: number, width: number, dx = 0, dy = 0): Float64Array {
  const out = new Float64Array(2 * height * width);
  for (let i = 0; i < height * width; i++) {
    const u = (Math.PI * ((i % width) - dx + 0.5)) / width;
    const v = (Math.PI * (Math.floor(i / width) - dy + 0.5)) / height;
    out[2 * i] = 2 + Math.cos(3 * u) * Math.cos(2 * v) + 0.3 * Math.cos(7 * u);
    out[2 * i + 1] = Math.cos(4 * u) * Math.cos(5 * v);
  }
  return out;
}

describe("fourierShift", () => {
  test.each([
    [16, 16, 0.37, -2.6],
    [15, 22, -0.5, 0.001],
    [9, 40, 0, 1.25],
  ])("moves a mirror-symmetric %i×%i field by (%d, %d) as its closed form says", (height, width, x, y) => {
    const field = mirrored(height, width);
    fourierShift(field, height, width, { x, y });
    const expected = mirrored(height, width, x, y);
    // float64 rounding
    field.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-12));
  });

  test("a step at the border does not ring through a field that is not periodic", () => {
    const n = 64;
    const slope = Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? i / 2 : 0));
    fourierShift(slope, 1, n, { x: 0.5, y: 0 });
    // A periodic shift would be off by several units everywhere: the jump is 64. The mirror has only a kink.
    for (let x = 4; x < n - 4; x++) expect(Math.abs(slope[2 * x]! - (x - 0.5))).toBeLessThan(0.03);
  });

  test("no shift leaves the field to the bit", () => {
    const field = waves(8, 8);
    const copy = field.slice();
    fourierShift(field, 8, 8, { x: 0, y: 0 });
    expect(field).toEqual(copy);
  });
});
