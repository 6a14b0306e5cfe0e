// The WebAssembly transform is the unitary DFT at every size it has, in plain and fused arithmetic, copied or in place.

import { describe, expect, test } from "vitest";
import { randomField, relativeError } from "../../../test/support/fields.ts";
import { DoselapError } from "../../errors.ts";
import { hasRelaxedSimd } from "./binary.ts";
import { openWasmFft2 } from "./fft.ts";
import { compileKernels } from "./node-binary.ts";
import { isKernelSize } from "./plan.ts";

const sizes = Array.from({ length: 1024 }, (_, i) => i + 1).filter(isKernelSize);
const variants = [
  { name: "simd", module: compileKernels({ relaxed: false, shared: false }) },
  ...(hasRelaxedSimd()
    ? [{ name: "relaxed", module: compileKernels({ relaxed: true, shared: false }) }]
    : []),
];

// Twiddles and each of the log₂ N² additions round to 2^-24 = 6e-8 at most; the roundings add up like a random walk.
const roundingError = 3e-7;

/** Some rows of the unitary 2-D DFT by its definition, float64: sums over y of the wanted rows, then over x. */
function dftRows(
  field: ArrayLike<number>,
  size: number,
  sign: -1 | 1,
  rows: readonly number[],
): Float64Array {
  const roots = Float64Array.from({ length: 2 * size }, (_, i) => {
    const angle = (sign * 2 * Math.PI * (i >> 1)) / size;
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
  const line = new Float64Array(2 * size);
  const out = new Float64Array(2 * size * rows.length);
  rows.forEach((row, r) => {
    line.fill(0);
    for (let y = 0; y < size; y++) {
      const w = 2 * ((y * row) % size);
      for (let x = 0; x < size; x++) addProduct(line, x, field, y * size + x, roots[w]!, roots[w + 1]!);
    }
    for (let k = 0; k < size; k++) {
      for (let x = 0; x < size; x++) {
        const w = 2 * ((x * k) % size);
        addProduct(out, r * size + k, line, x, roots[w]! / size, roots[w + 1]! / size);
      }
    }
  });
  return out;
}

function addProduct(
  to: Float64Array,
  o: number,
  from: ArrayLike<number>,
  i: number,
  re: number,
  im: number,
): void {
  to[2 * o] = to[2 * o]! + from[2 * i]! * re - from[2 * i + 1]! * im;
  to[2 * o + 1] = to[2 * o + 1]! + from[2 * i]! * im + from[2 * i + 1]! * re;
}

function rowsOf(field: Float32Array, size: number, rows: readonly number[]): number[] {
  return rows.flatMap((row) => [...field.subarray(2 * row * size, 2 * (row + 1) * size)]);
}

/** The field with its halves exchanged along both axes. */
function shifted(field: Float32Array, size: number): Float32Array {
  return field.map((_, i) => {
    const [y, x] = [Math.floor(i / 2 / size), (i >> 1) % size];
    const half = size / 2;
    return field[2 * (((y + half) % size) * size + ((x + half) % size)) + (i % 2)]!;
  });
}

describe.each(variants)("$name", ({ module }) => {
  test.each(sizes)("side %i agrees with the DFT both ways", (size) => {
    const field = randomField(size * size, size);
    const rows = [0, 1, Math.floor(size / 3), size / 2, size - 1];
    const { forward, inverse } = openWasmFft2({ size, module });
    const there = field.slice();
    forward(there);
    expect(relativeError(rowsOf(there, size, rows), dftRows(field, size, -1, rows))).toBeLessThan(
      roundingError,
    );
    const back = field.slice();
    inverse(back);
    expect(relativeError(rowsOf(back, size, rows), dftRows(field, size, 1, rows))).toBeLessThan(
      roundingError,
    );
    inverse(there);
    expect(relativeError(there, field)).toBeLessThan(2 * roundingError);
  });

  test.each([8, 40, 64])("side %i, centred: DC is in the middle on both sides", (size) => {
    const field = randomField(size * size, 3);
    const plain = openWasmFft2({ size, module });
    const centred = openWasmFft2({ size, module, centred: true });
    for (const direction of ["forward", "inverse"] as const) {
      const expected = shifted(field, size);
      plain[direction](expected);
      const actual = field.slice();
      centred[direction](actual);
      expect(actual).toEqual(shifted(expected, size));
    }
  });

  test("a field in the kernels' memory gives the bytes that a copied one gives", () => {
    const fft = openWasmFft2({ size: 32, module });
    const field = randomField(1024, 4);
    const copied = field.slice();
    fft.forward(copied);
    fft.field.set(field);
    fft.forward(fft.field);
    expect(fft.field.slice()).toEqual(copied);
  });
});

const [{ module }] = variants as [(typeof variants)[number]];

test("an offset transforms one field of a stack and leaves the others alone", () => {
  const stack = randomField(3 * 64, 5);
  const alone = stack.slice(128, 256);
  const before = stack.slice();
  const { forward } = openWasmFft2({ size: 8, module });
  forward(alone);
  forward(stack, 128);
  expect(stack.subarray(128, 256)).toEqual(alone);
  expect(stack.subarray(0, 128)).toEqual(before.subarray(0, 128));
  expect(stack.subarray(256)).toEqual(before.subarray(256));
});

test.each([7, 12, 30, 56, 2048])("side %i is refused with the sizes there are", (size) => {
  expect(isKernelSize(size)).toBe(false);
  expect(() => openWasmFft2({ size, module })).toThrow(DoselapError);
  expect(() => openWasmFft2({ size, module })).toThrow(/no transform of this size/);
});

test("a field that does not fit is refused", () => {
  const { forward } = openWasmFft2({ size: 8, module });
  expect(() => forward(new Float32Array(126))).toThrow(/does not fit/);
  expect(() => forward(new Float32Array(130), 4)).toThrow(/does not fit/);
});
