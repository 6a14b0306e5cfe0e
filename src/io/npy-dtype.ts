// numpy's array-protocol type strings ("<f4", ">i2", "|b1", "<U12") and the element types we hold them in.
// https://numpy.org/doc/stable/reference/arrays.interface.html#__array_interface__

import type { DType } from "../array/ndarray.ts";

/** How elements lie in a file. */
export interface NpyDType {
  /** The type string as the file has it. */
  readonly descr: string;
  /** As numpy prints it: float32, >f4, <U12, object. */
  readonly name: string;
  /** In memory; undefined for a type that is not read (objects, records, dates, long doubles). */
  readonly dtype: DType | undefined;
  readonly itemBytes: number;
  readonly kind: string;
  readonly littleEndian: boolean;
}

/** Fixed-size types: kind and bytes → numpy's name and ours. float16 is widened on read. */
const numeric: { readonly [code: string]: readonly [string, DType] } = {
  b1: ["bool", "bool"],
  i1: ["int8", "int8"],
  u1: ["uint8", "uint8"],
  i2: ["int16", "int16"],
  u2: ["uint16", "uint16"],
  i4: ["int32", "int32"],
  u4: ["uint32", "uint32"],
  i8: ["int64", "int64"],
  u8: ["uint64", "uint64"],
  f2: ["float16", "float32"],
  f4: ["float32", "float32"],
  f8: ["float64", "float64"],
  c8: ["complex64", "complex64"],
  c16: ["complex128", "complex128"],
};

/** Type strings that are written; strings get theirs from their longest element. */
export const descrOf: { readonly [D in Exclude<DType, "string">]: string } = {
  bool: "|b1",
  int8: "|i1",
  uint8: "|u1",
  int16: "<i2",
  uint16: "<u2",
  int32: "<i4",
  uint32: "<u4",
  int64: "<i8",
  uint64: "<u8",
  float32: "<f4",
  float64: "<f8",
  complex64: "<c8",
  complex128: "<c16",
};

/** Reads a type string. undefined when it is none. Types we do not decode have `dtype` undefined. */
export function parseDescr(descr: string): NpyDType | undefined {
  const match = /^([<>|=])([a-zA-Z])(\d{0,9})(\[.*\])?$/.exec(descr);
  if (match === null) return undefined;
  const [, order, kind, digits] = match;
  const count = digits === "" ? 0 : Number(digits);
  const littleEndian = order !== ">";
  const common = { descr, kind: kind!, littleEndian };
  if (kind === "O") return { ...common, name: "object", dtype: undefined, itemBytes: 8 };
  if (kind === "U") return { ...common, name: descr, dtype: "string", itemBytes: 4 * count };
  if (kind === "S" || kind === "a")
    return { ...common, kind: "S", name: `|S${count}`, dtype: "string", itemBytes: count };
  const known = numeric[`${kind}${count}`];
  if (known === undefined) return { ...common, name: descr, dtype: undefined, itemBytes: count };
  const [name, dtype] = known;
  return { ...common, name: littleEndian || count === 1 ? name : descr, dtype, itemBytes: count };
}
