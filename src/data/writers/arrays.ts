// Parts of a scan as arrays of a file.

import type { AnyArray, ComplexImage } from "../../array/ndarray.ts";
import type { WrittenArray, WrittenAttributes } from "../../io/hdf5/write.ts";
import type { Probe } from "../../array/scan.ts";

export function scalar(
  dtype: "int32" | "float64",
  value: number,
  attributes: WrittenAttributes = {},
): WrittenArray {
  const array: AnyArray =
    dtype === "int32"
      ? { dtype, shape: [], data: Int32Array.of(value) }
      : { dtype, shape: [], data: Float64Array.of(value) };
  return { kind: "array", array, attributes };
}

export function text(value: string): WrittenArray {
  return { kind: "array", array: { dtype: "string", shape: [], data: [value] } };
}

export function vector(values: readonly number[] | Float64Array): AnyArray {
  return { dtype: "float64", shape: [values.length], data: Float64Array.from(values) };
}

/** complex64 [modes, N, N]. */
export function probeArray({ modes, size, data }: Probe): AnyArray {
  return { dtype: "complex64", shape: [modes, size, size], data };
}

/** complex64 [H, W]. */
export function objectArray({ height, width, data }: ComplexImage): AnyArray {
  return { dtype: "complex64", shape: [height, width], data };
}

/** The same with one more axis in front. */
export function nested(array: AnyArray): AnyArray {
  return { ...array, shape: [1, ...array.shape] };
}

/** Rows x, y, 0. */
export function triples({ x, y }: { readonly x: Float64Array; readonly y: Float64Array }): AnyArray {
  const data = new Float64Array(3 * x.length);
  x.forEach((value, i) => data.set([value, y[i]!], 3 * i));
  return { dtype: "float64", shape: [x.length, 3], data };
}
