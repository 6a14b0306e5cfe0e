// Elements of a .npy array as float64 numbers, a few at a time and without allocating: what decodeElements does to a whole
// array. Every number type is exact in float64 but 64-bit integers beyond 2⁵³, which round to the nearest.

import { halfToNumber } from "../array/float16.ts";
import { sizeOf } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import type { NpyDType } from "./npy-dtype.ts";
import type { NpyHeader, Where } from "./npy-header.ts";

/** Writes the numbers from number `at` of the buffer on into `out`, as many as fit. */
export type NumberDecoder = (at: number, out: Float64Array) => void;

/** Numbers per element: 2 for complex ones. */
export function numbersPerElement({ kind }: NpyDType): number {
  return kind === "c" ? 2 : 1;
}

/** Numbers of a whole array. */
export function numbersIn(header: NpyHeader): number {
  return sizeOf(header.shape) * numbersPerElement(header);
}

/** A decoder for elements that lie in `buffer` as they do in the file.
 * @throws Format for elements that are no numbers: truth values, text, objects. */
export function numberDecoder(type: NpyDType, buffer: Uint8Array, where: Where = {}): NumberDecoder {
  const { kind, littleEndian } = type;
  const bytes = type.itemBytes / numbersPerElement(type);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const code = `${kind === "c" ? "f" : kind}${bytes}`;
  switch (code) {
    case "u1":
      return (at, out) => {
        for (let i = 0; i < out.length; i++) out[i] = view.getUint8(at + i);
      };
    case "i1":
      return (at, out) => {
        for (let i = 0; i < out.length; i++) out[i] = view.getInt8(at + i);
      };
    case "u2":
      return (at, out) => {
        for (let i = 0; i < out.length; i++) out[i] = view.getUint16(2 * (at + i), littleEndian);
      };
    case "i2":
      return (at, out) => {
        for (let i = 0; i < out.length; i++) out[i] = view.getInt16(2 * (at + i), littleEndian);
      };
    case "u4":
      return (at, out) => {
        for (let i = 0; i < out.length; i++) out[i] = view.getUint32(4 * (at + i), littleEndian);
      };
    case "i4":
      return (at, out) => {
        for (let i = 0; i < out.length; i++) out[i] = view.getInt32(4 * (at + i), littleEndian);
      };
    case "u8":
    case "i8":
      return wholes(view, kind === "i", littleEndian);
    case "f2":
      return (at, out) => {
        for (let i = 0; i < out.length; i++)
          out[i] = halfToNumber(view.getUint16(2 * (at + i), littleEndian));
      };
    case "f4":
      return (at, out) => {
        for (let i = 0; i < out.length; i++) out[i] = view.getFloat32(4 * (at + i), littleEndian);
      };
    case "f8":
      return (at, out) => {
        for (let i = 0; i < out.length; i++) out[i] = view.getFloat64(8 * (at + i), littleEndian);
      };
    default:
      throw new DoselapError("Format", "does not hold numbers", { ...where, got: type.name });
  }
}

/** 64-bit integers from their halves: a BigInt for each would be garbage. high·2³² is exact, the sum rounds once. */
function wholes(view: DataView, signed: boolean, littleEndian: boolean): NumberDecoder {
  const [lowAt, highAt] = littleEndian ? [0, 4] : [4, 0];
  return (at, out) => {
    for (let i = 0; i < out.length; i++) {
      const byte = 8 * (at + i);
      const high = signed
        ? view.getInt32(byte + highAt, littleEndian)
        : view.getUint32(byte + highAt, littleEndian);
      out[i] = high * 2 ** 32 + view.getUint32(byte + lowAt, littleEndian);
    }
  };
}
