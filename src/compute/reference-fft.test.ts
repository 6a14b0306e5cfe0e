// The reference transform is the unitary DFT: against the naive sum, Parseval, linearity, shift and adjoint.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DoselapError } from "../errors.ts";
import {
  adjointMismatch,
  naiveDft2,
  powerOf,
  randomField,
  relativeError,
} from "../../test/support/fields.ts";
import { referenceFft2 } from "./reference-fft.ts";

const noise = (size: number, seed: number): Float32Array => randomField(size * size, seed);

// Arithmetic is float64, so what is left is the rounding of the result to float32: 2^-24 = 6e-8 at most.
const roundingError = 1e-7;

describe("fft2", () => {
  const sizes = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 32, 36, 45, 60, 64, 75, 100, 128];
  test.each(sizes)("of side %i agrees with the naive DFT both ways", (size) => {
    const field = noise(size, size);
    const fft = referenceFft2(size);
    const forward = field.slice();
    fft.forward(forward);
    expect(relativeError(forward, naiveDft2(field, size, -1))).toBeLessThan(roundingError);
    const inverse = field.slice();
    fft.inverse(inverse);
    expect(relativeError(inverse, naiveDft2(field, size, 1))).toBeLessThan(roundingError);
  });

  test.each([256, 512])("of side %i turns a plane wave into one bright pixel", (size) => {
    const [kx, ky] = [37, size - 5];
    const field = new Float32Array(2 * size * size);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const angle = (2 * Math.PI * ((kx * x + ky * y) % size)) / size;
        field[2 * (y * size + x)] = Math.cos(angle);
        field[2 * (y * size + x) + 1] = Math.sin(angle);
      }
    }
    referenceFft2(size).forward(field);
    const expected = new Float64Array(field.length);
    expected[2 * (ky * size + kx)] = size;
    expect(relativeError(field, expected)).toBeLessThan(roundingError);
  });

  test("keeps the power (Parseval) and comes back after the inverse", () => {
    fc.assert(
      fc.property(fc.constantFrom(8, 12, 16, 25, 64), fc.nat(1000), (size, seed) => {
        const field = noise(size, seed);
        const fft = referenceFft2(size);
        const wave = field.slice();
        fft.forward(wave);
        expect(powerOf(wave) / powerOf(field)).toBeCloseTo(1, 6);
        fft.inverse(wave);
        expect(relativeError(wave, field)).toBeLessThan(2 * roundingError);
      }),
      { numRuns: 25 },
    );
  });

  test("is linear", () => {
    const size = 20;
    const [a, b] = [noise(size, 1), noise(size, 2)];
    const fft = referenceFft2(size);
    const sum = a.map((v, i) => 2 * v - 3 * b[i]!);
    fft.forward(sum);
    fft.forward(a);
    fft.forward(b);
    // Three float32 roundings, weighted by up to 3.
    expect(
      relativeError(
        sum,
        a.map((v, i) => 2 * v - 3 * b[i]!),
      ),
    ).toBeLessThan(4 * roundingError);
  });

  test("turns a shift of the field into a phase ramp", () => {
    const size = 16;
    const [dx, dy] = [3, 5];
    const field = noise(size, 3);
    const shifted = new Float32Array(field.length);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const to = 2 * (((y + dy) % size) * size + ((x + dx) % size));
        shifted[to] = field[2 * (y * size + x)]!;
        shifted[to + 1] = field[2 * (y * size + x) + 1]!;
      }
    }
    const fft = referenceFft2(size);
    fft.forward(field);
    fft.forward(shifted);
    const ramped = new Float64Array(field.length);
    for (let ky = 0; ky < size; ky++) {
      for (let kx = 0; kx < size; kx++) {
        const i = 2 * (ky * size + kx);
        const angle = (-2 * Math.PI * (kx * dx + ky * dy)) / size;
        ramped[i] = field[i]! * Math.cos(angle) - field[i + 1]! * Math.sin(angle);
        ramped[i + 1] = field[i]! * Math.sin(angle) + field[i + 1]! * Math.cos(angle);
      }
    }
    expect(relativeError(shifted, ramped)).toBeLessThan(2 * roundingError);
  });

  test("inverse is the adjoint of forward: <Fa, b> = <a, F*b>", () => {
    const size = 32;
    const [a, b] = [noise(size, 4), noise(size, 5)];
    const fft = referenceFft2(size);
    const [forward, adjoint] = [a.slice(), b.slice()];
    fft.forward(forward);
    fft.inverse(adjoint);
    expect(adjointMismatch(a, forward, b, adjoint)).toBeLessThan(1e-6);
  });

  test("transforms one field of several and leaves its neighbours alone", () => {
    const size = 8;
    const numbers = 2 * size * size;
    const [first, second] = [noise(size, 6), noise(size, 7)];
    const both = new Float32Array(2 * numbers);
    both.set(first);
    both.set(second, numbers);
    const fft = referenceFft2(size);
    fft.forward(both, numbers);
    fft.forward(second);
    expect(both.subarray(0, numbers)).toEqual(first);
    expect(both.subarray(numbers)).toEqual(second);
  });

  test.each([0, -4, 7, 22, 2.5, Number.NaN])("refuses the size %s and names sizes that work", (size) => {
    expect(() => referenceFft2(size)).toThrow(/expected a positive product of 2, 3 and 5/);
  });

  test("refuses a field that is too short for the offset", () => {
    const fft = referenceFft2(8);
    expect(() => fft.forward(new Float32Array(128), 2)).toThrow(DoselapError);
  });
});
