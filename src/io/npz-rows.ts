// Rows of an NPZ member that is larger than memory: looked through once, with its checksum, then read one at a time. A stored
// member is read where it lies; a compressed one is decompressed once into a temporary file (spool.ts).

import { shapeText } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { checkLength, refuseUnreadable } from "./npy.ts";
import type { NpyHeader } from "./npy-header.ts";
import { numberDecoder, numbersIn, numbersPerElement, type NumberDecoder } from "./npy-numbers.ts";
import { allocate } from "./source.ts";
import { openSpool } from "./spool.ts";
import type { ZipArchive, ZipMember } from "./zip.ts";

export interface RowOptions {
  /** Consecutive elements that make a row, whatever the axes. */
  readonly rowElements: number;
  /** Sees every row once, in order, before anything is known to be sound. `values` is used again; complex elements are
   * two numbers. */
  readonly visit?: ((row: number, values: Float64Array) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RowReader {
  readonly rows: number;
  /** Memory that it holds. */
  readonly heldBytes: number;
  /** Bytes of its temporary file; 0 without one. */
  readonly spooledBytes: number;
  /** The numbers of one row into `out`, at once. Rows that are asked for in order are read in blocks.
   * @throws File, Format when the file has changed since. */
  read(row: number, out: Float64Array): void;
  /** Removes the temporary file. The archive stays open. */
  close(): Promise<void>;
}

/** A member, its header, and where it is. */
export interface RowMember {
  readonly source: ByteSource;
  readonly zip: ZipArchive;
  readonly member: ZipMember;
  readonly header: NpyHeader;
  readonly key: string;
}

/** Bytes that are read at once when rows are asked for in order. */
const blockBytes = 1 << 20;

/** Looks through a member and keeps nothing.
 * @throws Format for a damaged member, or one whose rows do not lie together; Interrupted when the signal aborts. */
export async function visitRows(found: RowMember, options: RowOptions): Promise<void> {
  await lookThrough(found, options, planBlock(found, options));
}

/** Looks through a member, then keeps it at hand. Close it.
 * @param scratch folder for the temporary file that a compressed member needs.
 * @throws as {@link visitRows}, and File when the temporary file cannot be made. */
export async function openRows(
  found: RowMember,
  { scratch, ...options }: RowOptions & { readonly scratch: string },
): Promise<RowReader> {
  const { source, zip, member, header } = found;
  const block = planBlock(found, options);
  const place = await zip.place(member);
  if (place !== undefined) {
    await lookThrough(found, options, block);
    return rowReader(source, place + header.dataOffset, block, 0, () => Promise.resolve());
  }
  const spool = await openSpool(scratch, member.size);
  try {
    await lookThrough(found, options, block, spool.append);
  } catch (cause) {
    await spool.close();
    throw cause;
  }
  return rowReader(spool.source(source.file), header.dataOffset, block, spool.size, spool.close);
}

/** Some whole rows as bytes, and how they become numbers. */
interface Block {
  readonly bytes: Uint8Array;
  /** One row, for those who only look. */
  readonly values: Float64Array;
  readonly rows: number;
  readonly rowBytes: number;
  readonly rowNumbers: number;
  readonly decode: NumberDecoder;
}

function planBlock({ source: { file }, member, header, key }: RowMember, { rowElements }: RowOptions): Block {
  const where = { file, key };
  refuseUnreadable(header, where);
  checkLength(header, member.size - header.dataOffset, where);
  if (header.fortranOrder && header.shape.length > 1) {
    throw new DoselapError("Format", "has its first axis fastest, so that its rows do not lie together", {
      ...where,
      expected: "C order",
      got: "Fortran order",
    });
  }
  const rowNumbers = rowElements * numbersPerElement(header);
  const rows = numbersIn(header) / rowNumbers;
  if (!Number.isSafeInteger(rows)) {
    throw new DoselapError("Shape", "cannot be cut into such rows", {
      ...where,
      expected: `rows of ${rowElements} elements`,
      got: shapeText(header.shape),
    });
  }
  const rowBytes = rowElements * header.itemBytes;
  const together = Math.max(1, Math.min(rows, Math.floor(blockBytes / rowBytes)));
  const bytes = allocate(rowBytes * together, file, key);
  const values = new Float64Array(allocate(8 * rowNumbers, file, key).buffer);
  return { bytes, values, rows, rowBytes, rowNumbers, decode: numberDecoder(header, bytes, where) };
}

async function lookThrough(
  { source, zip, member, header, key }: RowMember,
  { visit, signal }: RowOptions,
  { bytes, values, rowBytes, rowNumbers, decode }: Block,
  keep?: (piece: Uint8Array) => void,
): Promise<void> {
  let skip = header.dataOffset;
  let filled = 0;
  let row = 0;
  function empty(): void {
    for (let at = 0; at < filled; at += rowBytes) {
      decode((at / rowBytes) * rowNumbers, values);
      visit?.(row++, values);
    }
    filled = 0;
  }
  for await (const piece of zip.pieces(member)) {
    if (signal?.aborted === true) {
      throw new DoselapError("Interrupted", "reading was stopped", { file: source.file, key });
    }
    keep?.(piece);
    if (visit === undefined) continue;
    let at = Math.min(skip, piece.length);
    skip -= at;
    while (at < piece.length) {
      const count = Math.min(piece.length - at, bytes.length - filled);
      bytes.set(piece.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled === bytes.length) empty();
    }
  }
  empty();
}

function rowReader(
  source: ByteSource,
  start: number,
  { bytes, rows, rowBytes, rowNumbers, decode }: Block,
  spooledBytes: number,
  close: () => Promise<void>,
): RowReader {
  const most = bytes.length / rowBytes;
  let first = 0;
  let count = 0;
  let last = -1;

  function fetch(row: number): void {
    // A frame here and there is read alone: what follows it would be read for nothing.
    const wanted = row === last + 1 ? Math.min(most, rows - row) : 1;
    count = 0;
    source.readNow(bytes, wanted * rowBytes, start + row * rowBytes);
    [first, count] = [row, wanted];
  }

  return {
    rows,
    heldBytes: bytes.length,
    spooledBytes,
    read(row, out) {
      if (row < first || row >= first + count) fetch(row);
      last = row;
      decode((row - first) * rowNumbers, out);
    },
    close,
  };
}
