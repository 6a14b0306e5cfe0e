// A dataset of an HDF5 file: its type and shape at once, its values when they are asked for, whole or some rows.
// Blocks are read straight from the library's memory: its own conversion of complex numbers takes a hundred times as long.

import { shapeText, sizeOf, type AnyArray } from "../../array/ndarray.ts";
import { DoselapError, isDoselapError } from "../../errors.ts";
import type { Attributes } from "../tree.ts";
import { readAttributes } from "./attributes.ts";
import { arrayOfBytes, elementType } from "./element-type.ts";
import { chunkRows } from "./chunk-rows.ts";
import { isOurs, looksLikeChunk, type Filter } from "./pipeline.ts";
import { hdf5Error, readError, type Hdf5Library, type Metadata } from "./library.ts";
import type { OtherFiles } from "./streams.ts";

/** One call of the library: beyond this, reads are split along the first axis. */
const maxCallBytes = 64 * 2 ** 20;

/** By axis; null for a scalar. */
interface Selection {
  readonly counts: bigint[] | null;
  readonly offsets: bigint[] | null;
  readonly strides: bigint[] | null;
}

export interface Hdf5Dataset {
  readonly kind: "dataset";
  /** Absolute path in its file, links resolved. */
  readonly path: string;
  /** The file that holds it: another one when a link led there. */
  readonly file: string;
  /** [] for a scalar, [0] for a dataset without values. */
  readonly shape: readonly number[];
  /** As numpy prints it. */
  readonly typeName: string;
  /** Undefined for a type that is not read. */
  readonly dtype: AnyArray["dtype"] | undefined;
  readonly chunks: readonly number[] | null;
  /** Names of its compression filters, in the order they were applied. */
  readonly filters: readonly string[];
  attributes(): Attributes;
  /** Everything. @throws Format, Range when it is larger than `maxBytes`. */
  read(): AnyArray;
  /** Entries `first` … `first + count - 1` of the first axis. @throws Format, Range. */
  readRows(first: number, count: number): AnyArray;
  /** The same for what the library cannot decompress, where `readRows` fails; absent for everything else. */
  readonly decodeRows?: ((first: number, count: number) => Promise<AnyArray>) | undefined;
}

/** Rows that are looked at for the files in which their values lie. */
const probedRows = 2 ** 16;

/** A dataset at a path without links; `others` decides on further files that its values lie in. @throws Format. */
export function openDataset(
  library: Hdf5Library,
  id: bigint,
  {
    path,
    file,
    maxBytes,
    others,
  }: {
    readonly path: string;
    readonly file: string;
    readonly maxBytes: number;
    readonly others: OtherFiles;
  },
): Hdf5Dataset {
  const { calls, streams } = library;
  const key = path;
  let metadata: Metadata;
  let filters: string[];
  let pipeline: Filter[];
  try {
    metadata = streams.admitting(others, () => calls.get_dataset_metadata(id, path));
    const applied = calls.get_dataset_filters(id, path);
    filters = applied.map(({ name, id: number }) => name || `filter ${number}`);
    pipeline = applied.map(({ id: number, cd_values: values }) => ({ id: number, parameters: [...values] }));
  } catch (cause) {
    throw isDoselapError(cause) ? cause : hdf5Error("cannot be read", cause, { file, key });
  }
  const type = elementType(metadata);
  const shape = metadata.shape ?? [0];

  function readSlab(first: number, count: number): AnyArray {
    const [, ...rest] = shape;
    const wanted = shape.length === 0 ? [] : [count, ...rest];
    checkReadable(wanted);
    if (type.dtype === "string") return strings(wanted, first);
    const rowBytes = sizeOf(rest) * metadata.size;
    const total = sizeOf(wanted) * metadata.size;
    const bytes = allocateBytes(total);
    if (total === 0) return arrayOfBytes(type, wanted, bytes);
    const rowsAtOnce = Math.max(1, Math.floor(maxCallBytes / Math.max(1, rowBytes)));
    for (let row = 0; row < count; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, count - row);
      readInto(bytes.subarray(row * rowBytes, (row + rows) * rowBytes), first + row, rows);
    }
    return arrayOfBytes(type, wanted, bytes);
  }

  function readInto(target: Uint8Array, first: number, count: number): void {
    const [, ...rest] = shape;
    const isScalar = shape.length === 0;
    const counts = isScalar ? null : [count, ...rest].map(BigInt);
    const offsets = isScalar ? null : [first, ...rest.map(() => 0)].map(BigInt);
    const strides = isScalar ? null : shape.map(() => 1n);
    readSelection(target, { counts, offsets, strides });
  }

  function readSelection(
    target: Uint8Array,
    { counts, offsets, strides }: Selection,
    admitting = others,
  ): void {
    const pointer = calls._malloc(target.length);
    if (pointer === 0) throw outOfMemory(target.length);
    try {
      streams.admitting(admitting, () =>
        calls.get_dataset_data(id, path, counts, offsets, strides, BigInt(pointer)),
      );
      // The library's memory may have moved during the call: the view is taken after it.
      target.set(calls.HEAPU8.subarray(pointer, pointer + target.length));
    } catch (cause) {
      throw isDoselapError(cause) ? cause : readError(cause, { file, key, filters });
    } finally {
      calls._free(pointer);
    }
  }

  /** Nothing but a read tells that values lie in other files: some are read, so that these are known, or refused, before. */
  function findOtherFiles(): void {
    const isPlain = metadata.chunks === null && (metadata.virtual_sources ?? []).length === 0;
    if (!isPlain || type.dtype === undefined || type.dtype === "string" || sizeOf(shape) === 0) return;
    let isOther = false;
    const [rows, ...rest] = shape.length === 0 ? [1] : shape;
    const ones = rest.map(() => 1n);
    const noting: OtherFiles = {
      folder: others.folder,
      admit(other) {
        isOther = true;
        others.admit(other);
      },
    };
    const look = (offsets: readonly number[], count: number, stride: number): void => {
      const isScalar = shape.length === 0;
      const selection = {
        counts: isScalar ? null : [BigInt(count), ...ones],
        offsets: isScalar ? null : offsets.map(BigInt),
        strides: isScalar ? null : [BigInt(stride), ...ones],
      };
      readSelection(allocateBytes(count * metadata.size), selection, noting);
    };
    try {
      look(
        shape.map(() => 0),
        1,
        1,
      );
      if (!isOther) return;
      const count = Math.min(rows!, probedRows);
      look(
        shape.map(() => 0),
        count,
        Math.floor(rows! / count),
      );
      look(
        shape.map((length) => length - 1),
        1,
        1,
      );
    } catch (cause) {
      // What is damaged says so when it is read.
      if (isOther) throw cause;
    }
  }

  function strings(wanted: readonly number[], first: number): AnyArray {
    try {
      const whole = wanted.length === 0 || sizeOf(wanted) === sizeOf(shape);
      const value = streams.admitting(others, () => {
        const dataset = new library.Dataset(id, path);
        return whole ? dataset.value : dataset.slice([[first, first + wanted[0]!]]);
      });
      const texts: unknown[] = Array.isArray(value) ? value : value === null ? [] : [value];
      const data = texts.map((text) => (typeof text === "string" ? text : JSON.stringify(text)));
      return { dtype: "string", shape: wanted, data };
    } catch (cause) {
      throw isDoselapError(cause) ? cause : readError(cause, { file, key, filters });
    }
  }

  function checkReadable(wanted: readonly number[]): void {
    if (type.dtype === undefined) {
      throw new DoselapError("Format", "has values of a kind that is not read", {
        file,
        key,
        expected: "numbers, complex numbers, booleans or texts",
        got: type.name,
      });
    }
    const bytes = sizeOf(wanted) * metadata.size;
    if (bytes <= maxBytes) return;
    throw new DoselapError("Range", "is larger than this reader takes", {
      file,
      key,
      expected: `at most ${maxBytes} bytes`,
      got: `${bytes} bytes, ${type.name} ${shapeText(wanted)}`,
    });
  }

  function allocateBytes(length: number): Uint8Array {
    try {
      return new Uint8Array(length);
    } catch {
      throw outOfMemory(length);
    }
  }

  function outOfMemory(length: number): DoselapError {
    return new DoselapError("Range", "does not fit into memory", { file, key, got: `${length} bytes` });
  }

  function checkRows(first: number, count: number): void {
    const length = shape[0];
    if (length !== undefined && first >= 0 && count >= 0 && first + count <= length) return;
    throw new DoselapError("Range", "has no such rows", {
      file,
      key,
      expected: `rows of ${shapeText(shape)}`,
      got: `${first} to ${first + count - 1}`,
    });
  }

  /** Of chunks that are decompressed here. */
  function decoder(): Hdf5Dataset["decodeRows"] {
    const { chunks: chunk, size: itemBytes } = metadata;
    if (chunk === null || type.dtype === undefined || type.dtype === "string" || !isOurs(pipeline))
      return undefined;
    const size = sizeOf(chunk) * itemBytes;
    const [part] = metadata.compound_type?.members ?? [metadata];
    const read = chunkRows({
      file,
      key,
      shape,
      chunk,
      type,
      itemBytes,
      swappedBytes: part!.littleEndian ? 1 : part!.size,
      filters: pipeline,
      stored: (element) =>
        streams.taking(
          (bytes) => looksLikeChunk(bytes, pipeline, size),
          () =>
            block(
              element,
              shape.map(() => 1),
            ),
        ),
      plain: block,
    });
    return (first, count) => {
      checkRows(first, count);
      checkReadable([count, ...shape.slice(1)]);
      checkReadable(chunk);
      return read(first, count);
    };
  }

  function block(start: readonly number[], counts: readonly number[]): Uint8Array {
    const bytes = allocateBytes(sizeOf(counts) * metadata.size);
    const strides = shape.map(() => 1n);
    readSelection(bytes, { counts: counts.map(BigInt), offsets: start.map(BigInt), strides });
    return bytes;
  }

  findOtherFiles();
  return {
    kind: "dataset",
    path,
    file,
    shape,
    typeName: type.name,
    dtype: type.dtype,
    chunks: metadata.chunks,
    filters,
    attributes: () => readAttributes(library, id, { path, file }),
    read: () => readSlab(0, shape[0] ?? 1),
    readRows(first, count) {
      checkRows(first, count);
      return readSlab(first, count);
    },
    decodeRows: decoder(),
  };
}
