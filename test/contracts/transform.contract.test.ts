// What the transform of every backend must hold at every size: the DFT in float64 in each direction, normalization and order;
// and the refusal of what it does not know.

import { describe, expect, test } from "vitest";
import type { Fft2Options } from "../../src/compute/backend.ts";
import { openBackend } from "../../src/compute/node.ts";
import { hasRelaxedSimd } from "../../src/compute/wasm/binary.ts";
import { isKernelSize } from "../../src/compute/wasm/plan.ts";
import { isDoselapError } from "../../src/errors.ts";
import { adjointMismatch, naiveDft2, randomField, relativeError } from "../support/fields.ts";
import { splitDft2 } from "../support/split-dft.ts";

const kernels = ["reference", "simd", ...(hasRelaxedSimd() ? (["relaxed"] as const) : [])] as const;
const backends = kernels.map((name) => openBackend({ kernels: name }));
const sizes = Array.from({ length: 1024 }, (_, i) => i + 1).filter(isKernelSize);
const directions = ["forward", "inverse", "adjoint"] as const;
const forms = (["unitary", "backward"] as const).flatMap((normalization) =>
  (["fft", "centred"] as const).map((order) => ({ normalization, order })),
);

// Twiddles and each of the log₂ N² additions round to 2^-24 = 6e-8 at most; the roundings add up like a random walk.
const roundingError = 3e-7;

/** Moves DC from [0, 0] to the middle; even sides, for which it is its own inverse. */
function shifted<Field extends Float32Array | Float64Array>(field: Field, size: number): Field {
  const out = field.slice() as Field;
  for (let y = 0; y < size; y++) {
    const row = 2 * size * ((y + size / 2) % size);
    out.set(field.subarray(2 * y * size, (2 * y + 1) * size), row + size);
    out.set(field.subarray((2 * y + 1) * size, 2 * (y + 1) * size), row);
  }
  return out;
}

/** What e^{+2πi…} gives, from what e^{−2πi…} gives: frequencies change their sign. */
function mirrored(sums: Float64Array, size: number): Float64Array {
  const out = new Float64Array(sums.length);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = 2 * (((size - y) % size) * size + ((size - x) % size));
      out[2 * (y * size + x)] = sums[from]!;
      out[2 * (y * size + x) + 1] = sums[from + 1]!;
    }
  }
  return out;
}

test("the split sum is the DFT by its definition", () => {
  for (const size of [8, 15, 24]) {
    const field = randomField(size * size, size);
    const plain = splitDft2(field, size).map((value) => value / size);
    // Some hundred float64 operations.
    expect(relativeError(plain, naiveDft2(field, size, -1))).toBeLessThan(1e-13);
  }
});

/** One direction of each form, all of them in turn, for large sides: they take time, and differ from small ones in no step. */
const some = forms.map((form, i) => ({ form, direction: directions[i % 3]! }));
const all = forms.flatMap((form) => directions.map((direction) => ({ form, direction })));

/** Of the plain sums: norm "ortho" and "backward" of numpy's manual. */
function scaleOf({ form: { normalization }, direction }: (typeof all)[number], size: number): number {
  if (normalization === "unitary") return 1 / size;
  return direction === "inverse" ? 1 / size ** 2 : 1;
}

const noise = randomField(sizes.at(-1)! ** 2, 1);

test.each(sizes)("side %i: every backend gives the DFT, unitary or not, centred or not", (size) => {
  const natural = noise.slice(0, 2 * size * size);
  const fields = { fft: natural, centred: shifted(natural, size) };
  const minus = splitDft2(natural, size);
  const plus = mirrored(minus, size);
  const sums = {
    fft: { minus, plus },
    centred: { minus: shifted(minus, size), plus: shifted(plus, size) },
  };
  for (const { name, fft2 } of backends) {
    for (const row of size > (name === "reference" ? 200 : 512) ? some : all) {
      const { form, direction } = row;
      const field = fields[form.order].slice();
      fft2(size, form)[direction](field);
      const wanted = sums[form.order][direction === "forward" ? "minus" : "plus"];
      const what = `${name}: ${direction}, ${form.normalization}, ${form.order}`;
      expect(scaledError(field, wanted, scaleOf(row, size)), what).toBeLessThan(roundingError);
    }
  }
});

/** ‖actual − scale·sums‖ / ‖scale·sums‖. */
function scaledError(actual: Float32Array, sums: Float64Array, scale: number): number {
  let [error, power] = [0, 0];
  for (let i = 0; i < sums.length; i++) {
    const wanted = scale * sums[i]!;
    error += (actual[i]! - wanted) ** 2;
    power += wanted ** 2;
  }
  return Math.sqrt(error / power);
}

describe.each(backends)("$name", ({ fft2 }) => {
  test.each(forms)("$normalization, $order: inverse undoes forward, adjoint is its adjoint", (form) => {
    const size = 48;
    const fft = fft2(size, form);
    const [a, b] = [randomField(size * size, 1), randomField(size * size, 2)];
    const [forward, adjoint] = [a.slice(), b.slice()];
    fft.forward(forward);
    fft.adjoint(adjoint);
    expect(adjointMismatch(a, forward, b, adjoint)).toBeLessThan(1e-6);
    fft.inverse(forward);
    expect(relativeError(forward, a)).toBeLessThan(2 * roundingError);
  });

  test("without options it is unitary and DC is at [0, 0], to the bit", () => {
    const field = randomField(64, 3);
    const named = field.slice();
    fft2(8).forward(field);
    fft2(8, { normalization: "unitary", order: "fft" }).forward(named);
    expect(field).toEqual(named);
  });

  test("an offset transforms one field of a stack and leaves the others alone", () => {
    const stack = randomField(3 * 64, 5);
    const [before, alone] = [stack.slice(), stack.slice(128, 256)];
    const fft = fft2(8, { order: "centred" });
    fft.forward(alone);
    fft.forward(stack, 128);
    expect(stack.subarray(128, 256)).toEqual(alone);
    expect(stack.subarray(0, 128)).toEqual(before.subarray(0, 128));
    expect(stack.subarray(256)).toEqual(before.subarray(256));
  });

  test.each([
    [126, 0],
    [130, 4],
    [256, -2],
    [256, 0.5],
    [256, NaN],
  ])("a field of %d numbers at offset %d is refused", (numbers, offset) => {
    const fft = fft2(8);
    for (const direction of directions) {
      const fault = faultOf(() => fft[direction](new Float32Array(numbers), offset));
      expect(isDoselapError(fault, "Shape")).toBe(true);
      expect(String(fault)).toMatch(/does not fit at offset .*128 numbers from there, got \d+ numbers/u);
    }
  });

  test.each([
    [{ normalization: "ortho" }, /normalization: .*expected unitary or backward, got ortho/u],
    [{ order: "shifted" }, /order: .*expected fft or centred, got shifted/u],
    [{ norm: "unitary" }, /norm: .*expected normalization or order/u],
  ])("%j is refused, and what there is is named", (options, message) => {
    const fault = faultOf(() => fft2(8, options as Fft2Options));
    expect(isDoselapError(fault, "Usage")).toBe(true);
    expect(String(fault)).toMatch(message);
  });
});

test.each([15, 25, 45])(
  "the plain transform has odd sides too: DC of %i is at ⌊N/2⌋ when centred",
  (size) => {
    const fft = openBackend({ kernels: "reference" }).fft2(size, { order: "centred" });
    const field = new Float32Array(2 * size * size).fill(1);
    fft.forward(field);
    const middle = 2 * (Math.floor(size / 2) * size + Math.floor(size / 2));
    expect(field[middle]).toBeCloseTo(size, 4);
    field.fill(0);
    field[middle] = 1;
    // A point at x = 0 has the same phase everywhere.
    fft.forward(field);
    for (let i = 0; i < field.length; i += 2) {
      expect(field[i]! * size).toBeCloseTo(1, 6);
      expect(field[i + 1]! * size).toBeCloseTo(0, 6);
    }
  },
);

function faultOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
