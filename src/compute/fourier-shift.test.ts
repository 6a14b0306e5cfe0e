// A Fourier shift moves every plane wave by its exact phase, the highest frequency with one sign; it keeps the power, and
// the shift back is its inverse.

import fc from "fast-check";
import { expect, test } from "vitest";
import { powerOf, randomField, relativeError } from "../../test/support/fields.ts";
import { makeFourierShift } from "./fourier-shift.ts";
import { referenceFft2 } from "./reference-fft.ts";

const size = 8;
const numbers = 2 * size * size;
const shift = makeFourierShift(referenceFft2(size));

/** e^{2πi (kx·(u + dx) + ky·(v + dy))/N}. */
function wave(kx: number, ky: number, dx = 0, dy = 0): Float32Array {
  return Float32Array.from({ length: numbers }, (_, i) => {
    const [u, v] = [(i >> 1) % size, Math.floor(i / 2 / size)];
    const angle = (2 * Math.PI * (kx * (u + dx) + ky * (v + dy))) / size;
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}

const frequency = fc.integer({ min: -size / 2, max: size / 2 - 1 });
const delta = fc.double({ min: -0.5, max: 0.5, noNaN: true });

test("moves a plane wave of any frequency, −N/2 to N/2 − 1, by its phase", () => {
  fc.assert(
    fc.property(frequency, frequency, delta, delta, (kx, ky, dx, dy) => {
      const field = wave(kx, ky);
      shift(field, 0, dx, dy);
      // Float32 fields between two transforms: some roundings of 6e-8.
      expect(relativeError(field, wave(kx, ky, dx, dy))).toBeLessThan(5e-7);
    }),
  );
});

test("keeps the power, and the shift back undoes it", () => {
  const field = randomField(size * size, 1);
  const moved = field.slice();
  shift(moved, 0, 0.31, -0.47);
  expect(relativeError(moved, field)).toBeGreaterThan(0.1);
  expect(powerOf(moved) / powerOf(field)).toBeCloseTo(1, 6);
  shift(moved, 0, -0.31, 0.47);
  expect(relativeError(moved, field)).toBeLessThan(1e-6);
});

test("touches one field of several", () => {
  const fields = randomField(3 * size * size, 2);
  const alone = fields.slice(numbers, 2 * numbers);
  const before = fields.slice();
  shift(fields, numbers, 0.2, 0.4);
  shift(alone, 0, 0.2, 0.4);
  expect(fields.slice(numbers, 2 * numbers)).toEqual(alone);
  expect(fields.slice(0, numbers)).toEqual(before.slice(0, numbers));
  expect(fields.slice(2 * numbers)).toEqual(before.slice(2 * numbers));
});
