// The gauge's freedoms are orthonormal directions that hold what scale, offset, ramp and shift do to an object.

import { expect, test } from "vitest";
import { flatImage, type ComplexImage } from "../array/ndarray.ts";
import { gaugeFreedoms, removeModes } from "./freedoms.ts";
import type { Field } from "./rings.ts";

const side = 24;
const mask = Uint8Array.from({ length: side * side }, (_, i) => (i % side > 1 && i > 40 ? 1 : 0));

/** A smooth object, moved by (dx, dy). */
function smooth(dx = 0, dy = 0): ComplexImage {
  const image = flatImage(side, side);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [(i % side) - dx, Math.floor(i / side) - dy];
    const [a, phi] = [1 + 0.3 * Math.sin(0.4 * x) * Math.cos(0.3 * y), Math.sin(0.5 * x + 0.2 * y)];
    image.data.set([a * Math.cos(phi), a * Math.sin(phi)], 2 * i);
  }
  return image;
}
const field = (value: (i: number) => number): Field =>
  Float64Array.from({ length: 2 * mask.length }, (_, i) =>
    i % 2 === 0 && mask[i / 2] === 1 ? value(i / 2) : 0,
  );
const size = (f: Field): number => Math.sqrt(f.reduce((sum, v) => sum + v * v, 0));
/** What of a field the modes do not hold, as a share. */
function rest(f: Field, modes: readonly Field[]): number {
  const left = f.slice();
  removeModes(left, modes);
  return size(left) / size(f);
}
const amplitude = ({ data }: ComplexImage, i: number): number => Math.hypot(data[2 * i]!, data[2 * i + 1]!);
const phase = ({ data }: ComplexImage, i: number): number => Math.atan2(data[2 * i + 1]!, data[2 * i]!);

test("they are orthonormal and lie on the compared pixels", () => {
  const { amplitude: three, phase: five } = gaugeFreedoms(smooth(), mask);
  expect([three.length, five.length]).toEqual([3, 5]);
  for (const modes of [three, five]) {
    modes.forEach((a, i) => {
      modes.forEach((b, k) => {
        const product = a.reduce((sum, value, p) => sum + value * b[p]!, 0);
        expect(product).toBeCloseTo(i === k ? 1 : 0, 12);
      });
      a.forEach((value, p) => {
        if (mask[p >> 1] === 0 || p % 2 === 1) expect(value).toBe(0);
      });
    });
  }
});

test("scale, offset, ramp and a small shift are gone without them", () => {
  const [object, moved] = [smooth(), smooth(0.01, -0.02)];
  const { amplitude: scaleShift, phase: offsetRampShift } = gaugeFreedoms(object, mask);
  expect(
    rest(
      field((i) => 0.1 * amplitude(object, i)),
      scaleShift,
    ),
  ).toBeLessThan(1e-12);
  expect(
    rest(
      field((i) => 2 + 0.3 * (i % side) - 0.1 * Math.floor(i / side)),
      offsetRampShift,
    ),
  ).toBeLessThan(1e-12);
  // Slopes by differences of two pixels, one-sided at the rim: some per cent of a wave of a dozen pixels.
  expect(
    rest(
      field((i) => amplitude(moved, i) - amplitude(object, i)),
      scaleShift,
    ),
  ).toBeLessThan(0.1);
  expect(
    rest(
      field((i) => phase(moved, i) - phase(object, i)),
      offsetRampShift,
    ),
  ).toBeLessThan(0.1);
});

test("a flat object has no slope to shift", () => {
  const { amplitude: scale, phase: offsetRamp } = gaugeFreedoms(flatImage(side, side), mask);
  expect([scale.length, offsetRamp.length]).toEqual([1, 3]);
});
