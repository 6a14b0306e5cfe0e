// A typed n-dimensional array: plain data, C order, complex interleaved (re, im, re, im, …).
// No methods, so it passes through postMessage and JSON-free serialisers as it is.

import { DoselapError } from "../errors.ts";

/** In-memory element types. float16 files are widened to float32 on read. */
export interface DataOf {
  bool: Uint8Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  float32: Float32Array;
  float64: Float64Array;
  complex64: Float32Array;
  complex128: Float64Array;
  string: string[];
}
export type DType = keyof DataOf;

export interface NdArray<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  /** Elements in C order; twice as many numbers as elements when complex. */
  readonly data: DataOf[D];
}

/** Any array, as a union discriminated by dtype. */
export type AnyArray = { [D in DType]: NdArray<D> }[DType];

/** Number of elements of a shape; 1 for a scalar (empty shape). */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

export function isComplex(dtype: DType): dtype is "complex64" | "complex128" {
  return dtype === "complex64" || dtype === "complex128";
}

/** Wraps data without copying. @throws Shape when the length does not fit the shape. */
export function ndarray<D extends DType>(dtype: D, shape: readonly number[], data: DataOf[D]): NdArray<D> {
  const expected = sizeOf(shape) * (isComplex(dtype) ? 2 : 1);
  if (data.length !== expected) {
    throw new DoselapError("Shape", `${dtype} array of shape ${shapeText(shape)} does not fit its data`, {
      expected: `${expected} numbers`,
      got: `${data.length}`,
    });
  }
  return { dtype, shape, data };
}

/** (516, 128, 128), as numpy prints a shape. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** A complex image, complex64 [height, width], interleaved. */
export interface ComplexImage {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** A flat complex image: amplitude 1, phase 0 everywhere. */
export function flatImage(height: number, width: number): ComplexImage {
  const data = new Float32Array(2 * height * width);
  for (let i = 0; i < data.length; i += 2) data[i] = 1;
  return { height, width, data };
}

/** A real image, float64 [height, width]. Metrics work on these. */
export interface RealImage {
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}
