// A .npy file as a tree of one array, /array, read some rows at a time.

import { sizeOf, type AnyArray } from "../array/ndarray.ts";
import type { ByteSource } from "./byte-source.ts";
import { checkLength, decodeElements, refuseUnreadable } from "./npy.ts";
import { npyHeaderBytes, parseNpyHeader, type NpyHeader } from "./npy-header.ts";
import { checkRows, checkSize } from "./row-range.ts";
import { allocate, defaultMaxArrayBytes, type ReadLimits } from "./source.ts";
import { nodeAt, type ArrayNode, type ArrayTree } from "./tree.ts";

const path = "/array";
/** Bytes of an array with its first axis fastest that are looked through at once. */
const pieceBytes = 2 ** 24;

/** The array of an open source, which closing the tree closes. @throws Format for a damaged header or another length. */
export async function npyTree(
  source: ByteSource,
  { maxArrayBytes = defaultMaxArrayBytes }: ReadLimits = {},
): Promise<ArrayTree> {
  const where = { file: source.file, key: path };
  const head = await headOf(source, 12);
  const header = parseNpyHeader(await headOf(source, npyHeaderBytes(head, where)), where);
  checkLength(header, source.size - header.dataOffset, where);
  const { shape, dtype, name: typeName, fortranOrder } = header;

  async function readRows(first: number, count: number): Promise<AnyArray> {
    checkRows(shape, first, count, where);
    refuseUnreadable(header, where);
    const wanted = shape.length === 0 ? shape : [count, ...shape.slice(1)];
    const length = sizeOf(wanted) * header.itemBytes;
    checkSize(length, maxArrayBytes, where);
    const bytes = allocate(length, where.file, where.key);
    const isSpread = fortranOrder && shape.length > 1;
    if (isSpread) await gatherRows(source, header, first, count, bytes);
    else await source.readInto(bytes, header.dataOffset + first * sizeOf(shape.slice(1)) * header.itemBytes);
    return decodeElements({ ...header, shape: wanted, byteLength: length }, bytes, where);
  }

  const node: ArrayNode = {
    path,
    shape,
    dtype,
    typeName,
    storage: fortranOrder && shape.length > 1 ? "first axis fastest" : "",
    attributes: () => ({}),
    read: () => readRows(0, shape[0] ?? 1),
    readRows,
  };
  return {
    file: source.file,
    container: "NPY",
    arrays: [node],
    problems: [],
    find: (wanted) => nodeAt([node], wanted),
    attributesOf: () => ({}),
    close: () => source.close(),
  };
}

async function headOf(source: ByteSource, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(length, source.size));
  await source.readInto(bytes, 0);
  return bytes;
}

/** Rows of an array whose first axis is the fastest: a run of each column, which stays so: the result is Fortran's too. */
async function gatherRows(
  source: ByteSource,
  { shape, itemBytes, dataOffset }: NpyHeader,
  first: number,
  count: number,
  out: Uint8Array,
): Promise<void> {
  const columnBytes = shape[0]! * itemBytes;
  const runBytes = count * itemBytes;
  const columns = sizeOf(shape.slice(1));
  const columnsAtOnce = Math.max(1, Math.min(columns, Math.floor(pieceBytes / Math.max(1, columnBytes))));
  const piece = new Uint8Array(columnsAtOnce * columnBytes);
  for (let column = 0; column < columns; column += columnsAtOnce) {
    const now = Math.min(columnsAtOnce, columns - column);
    const bytes = piece.subarray(0, now * columnBytes);
    await source.readInto(bytes, dataOffset + column * columnBytes);
    for (let i = 0; i < now; i++) {
      const start = i * columnBytes + first * itemBytes;
      out.set(bytes.subarray(start, start + runBytes), (column + i) * runBytes);
    }
  }
}
