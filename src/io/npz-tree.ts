// An NPZ file as a tree of arrays: its members, one level deep, without attributes.

import type { AnyArray } from "../array/ndarray.ts";
import { sizeOf } from "../array/ndarray.ts";
import type { NpzFile } from "./npz.ts";
import { checkRows } from "./row-range.ts";
import { nodeAt, type ArrayNode, type ArrayTree } from "./tree.ts";

/** The arrays of an open NPZ; closing the tree closes it. @throws Format for a damaged header. */
export async function npzTree(npz: NpzFile): Promise<ArrayTree> {
  const arrays = await Promise.all(npz.names.map((name) => nodeOf(npz, name)));
  return {
    file: npz.file,
    container: "NPZ",
    arrays,
    problems: [],
    find: (path) => nodeAt(arrays, path),
    attributesOf: () => ({}),
    close: () => npz.close(),
  };
}

async function nodeOf(npz: NpzFile, name: string): Promise<ArrayNode> {
  const { dtype, shape, name: typeName } = await npz.header(name);
  return {
    path: `/${name}`,
    shape,
    dtype,
    typeName,
    storage: npz.storage(name).isCompressed ? "deflate" : "",
    attributes: () => ({}),
    read: () => npz.read(name),
    readRows: (first, count) => readRows(npz, name, { first, count, shape }),
  };
}

/** A member has one checksum over all of it, so it is looked through as a whole and the wanted rows are kept. */
async function readRows(
  npz: NpzFile,
  name: string,
  { first, count, shape }: { first: number; count: number; shape: readonly number[] },
): Promise<AnyArray> {
  checkRows(shape, first, count, { file: npz.file, key: name });
  const rowElements = sizeOf(shape.slice(1));
  const { dtype } = await npz.header(name);
  const isComplex = dtype === "complex64" || dtype === "complex128";
  const rowNumbers = rowElements * (isComplex ? 2 : 1);
  const data = new Float64Array(count * rowNumbers);
  await npz.visitRows(name, {
    rowElements,
    visit(row, values) {
      if (row >= first && row < first + count) data.set(values, (row - first) * rowNumbers);
    },
  });
  const wanted = [count, ...shape.slice(1)];
  return isComplex ? { dtype: "complex128", shape: wanted, data } : { dtype: "float64", shape: wanted, data };
}
