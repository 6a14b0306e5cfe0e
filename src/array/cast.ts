// Casts from whatever dtype a file has to the ones we compute in. Always before any arithmetic: a uint16
// squared overflows, a uint16 taken for an amplitude is a thousand times too large (DATA-001, F-14).

import { type AnyArray, type DType } from "./ndarray.ts";

/** Typed arrays of plain numbers. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** True for dtypes of whole numbers. */
export function isInteger(dtype: DType): boolean {
  return /^u?int\d+$/.test(dtype);
}

/** True for dtypes of real numbers. */
export function isReal(dtype: DType): boolean {
  return isInteger(dtype) || dtype === "float32" || dtype === "float64";
}

/** The elements of a real array as numbers, uncopied where possible; undefined for complex, boolean and text. */
export function realNumbers(array: AnyArray): NumberArray | undefined {
  switch (array.dtype) {
    case "string":
    case "bool":
    case "complex64":
    case "complex128":
      return undefined;
    case "int64":
    case "uint64":
      return Float64Array.from(array.data, Number);
    default:
      return array.data;
  }
}

/** The elements of a complex array, interleaved, as float32; undefined for other dtypes. */
export function complexNumbers(array: AnyArray): Float32Array | undefined {
  if (array.dtype === "complex64") return array.data;
  if (array.dtype === "complex128") return Float32Array.from(array.data);
  return undefined;
}

/** The elements as numbers for checks, complex ones interleaved; undefined for text. */
export function anyNumbers(array: AnyArray): NumberArray | undefined {
  if (array.dtype === "complex64" || array.dtype === "complex128" || array.dtype === "bool")
    return array.data;
  return realNumbers(array);
}
