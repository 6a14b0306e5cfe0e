// Complex numbers that numpy has no type for are read all the same, to the last bit; what is not read says what it is.

import { afterAll, beforeAll, expect, test } from "vitest";
import { openHdf5, type Hdf5File } from "./file.ts";

// Made by h5py: fixtures/make_hdf5_edge_goldens.py.
const path = new URL("../../../fixtures/hdf5-edge/complex.h5", import.meta.url).pathname;
let file: Hdf5File;
beforeAll(async () => {
  file = await openHdf5(path);
});
afterAll(() => file.close());

function datasetAt(name: string) {
  const object = file.find(name);
  if (object?.kind !== "dataset") throw new Error(`${name} is no dataset`);
  return object;
}

// Row 2 is the imaginary part of row 1, and the other way round.
const real = [1.5, -2, 3, 4, 5, -6];
const interleaved = (values: readonly number[]): number[] =>
  values.flatMap((value, i) => [value, values[(i + 3) % 6]!]);
const whole = interleaved([2, 2, 3, 4, 5, 6]);

test.each([
  ["half", "complex64", "complex of float16", interleaved(real)],
  ["half-big", "complex64", "complex of float16", interleaved(real)],
  ["int16", "complex64", "complex of int16", whole],
  ["uint8", "complex64", "complex of uint8", whole],
  ["int32", "complex128", "complex of int32", whole],
  ["imaginary", "complex64", "complex64", interleaved(real)],
  ["capital", "complex128", "complex128", interleaved(real)],
])("%s", (name, dtype, typeName, values) => {
  const dataset = datasetAt(name);
  expect(dataset.typeName).toBe(typeName);
  const array = dataset.read();
  expect(array).toMatchObject({ dtype, shape: [2, 3] });
  expect([...(array.data as Float64Array)]).toEqual(values);
  expect([...(dataset.readRows(1, 1).data as Float64Array)]).toEqual(values.slice(6));
});

test("numbers of 128 bits, and parts in the other order, are named and refused", () => {
  expect(() => datasetAt("long").read()).toThrow(/kind that is not read.*float128/u);
  expect(() => datasetAt("swapped").read()).toThrow(/compound \(i, r\)/u);
});
