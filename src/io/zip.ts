// ZIP archives: random access to members with every size, name and checksum verified.
// APPNOTE.TXT 6.3.10 (PKWARE), through yauzl (reads the directory, zip64 included).

import { promisify } from "node:util";
import { constants, crc32, inflateRaw } from "node:zlib";
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from "yauzl";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";
import { errorCode } from "./file-error.ts";
import type { ByteSource } from "./byte-source.ts";
import { inflatedPieces } from "./inflated.ts";
import { allocate } from "./source.ts";

const inflate = promisify(inflateRaw);
const stored = 0;
const deflated = 8;
/** Deflate cannot do better than 258 bytes from 2 bits. */
const maxDeflateRatio = 1032;
const maxMembers = 10_000;
/** Bytes that are read at once. */
const pieceBytes = 1 << 20;

export interface ZipMember {
  readonly name: string;
  /** Bytes once decompressed, as the directory declares. */
  readonly size: number;
  /** Bytes in the file, as the directory declares. */
  readonly storedSize: number;
  readonly isCompressed: boolean;
}

export interface ZipArchive {
  readonly members: readonly ZipMember[];
  /** The first bytes of a member: at least `length`, or all of it. Not checksummed. */
  head(member: ZipMember, length: number): Promise<Uint8Array>;
  /** All bytes of a member, checksummed, in memory of their own. */
  read(member: ZipMember): Promise<Uint8Array>;
  /** The same bytes in pieces, in order; a piece is good until the next. Size and checksum are known to be right when
   * the last has come. @throws Format. */
  pieces(member: ZipMember): AsyncGenerator<Uint8Array>;
  /** Where in the file the bytes of a member begin; undefined for one that is compressed. */
  place(member: ZipMember): Promise<number | undefined>;
}

type ArchiveMember = ZipMember & { readonly entry: Entry };

/** True when the bytes begin like a ZIP archive, empty ones included. */
export function isZip(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x50 &&
    bytes[1] === 0x4b &&
    ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6))
  );
}

/** Reads the directory of an archive. @throws Format for a damaged or hostile one. */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const { file } = source;
  let zip: ZipFile;
  const members: ArchiveMember[] = [];
  try {
    zip = await fromRandomAccessReaderPromise(new SourceReader(source), source.size, {
      autoClose: false,
      strictFileNames: true,
    });
    for await (const entry of zip.eachEntry()) {
      members.push({
        name: entry.fileName,
        size: entry.uncompressedSize,
        storedSize: entry.compressedSize,
        isCompressed: entry.compressionMethod !== stored,
        entry,
      });
      if (members.length > maxMembers) throw new Error(`more than ${maxMembers} members`);
    }
  } catch (cause) {
    throw damaged("is not a sound ZIP archive", { file }, cause);
  }
  const entries = new Map<ZipMember, Entry>(members.map((member) => [member, member.entry]));
  return {
    members,
    head: (member, length) => readHead(source, zip, entryOf(entries, member), length),
    read: (member) => readMember(source, zip, entryOf(entries, member)),
    pieces: (member) => piecesOf(source, zip, entryOf(entries, member)),
    async place(member) {
      const entry = entryOf(entries, member);
      const start = await dataStart(source, zip, entry);
      return entry.compressionMethod === stored ? start : undefined;
    },
  };
}

/** The array's name in messages: the member's without .npy. */
function keyOf(entry: Entry): string {
  return entry.fileName.replace(/\.npy$/, "");
}

function entryOf(entries: ReadonlyMap<ZipMember, Entry>, member: ZipMember): Entry {
  const entry = entries.get(member);
  if (entry === undefined)
    throw new DoselapError("Format", "the archive has no such member", { key: member.name });
  return entry;
}

async function readMember(source: ByteSource, zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  const where = { file: source.file, key: keyOf(entry) };
  const start = await dataStart(source, zip, entry);
  const bytes = allocate(entry.compressedSize, where.file, where.key);
  await source.readInto(bytes, start);
  const content =
    entry.compressionMethod === stored ? bytes : await inflateWhole(bytes, entry.uncompressedSize, where);
  expectChecksum(crc32(content), entry, where);
  return content;
}

function expectChecksum(checksum: number, entry: Entry, where: { file: string; key: string }): void {
  if (checksum === entry.crc32) return;
  throw new DoselapError("Format", "the checksum does not match: the file is damaged", {
    ...where,
    expected: `CRC-32 ${entry.crc32.toString(16)}`,
    got: checksum.toString(16),
  });
}

async function* piecesOf(source: ByteSource, zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  const where = { file: source.file, key: keyOf(entry) };
  const start = await dataStart(source, zip, entry);
  const { compressedSize, uncompressedSize, compressionMethod } = entry;
  let checksum = 0;
  let size = 0;
  const content =
    compressionMethod === stored
      ? storedPieces(source, start, compressedSize)
      : inflatedPieces(source, { start, length: compressedSize, wrapping: "raw", where });
  for await (const piece of content) {
    size += piece.length;
    if (size > uncompressedSize) throw gaveMore(uncompressedSize, where);
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (size < uncompressedSize) throw gaveLess(uncompressedSize, size, where);
  expectChecksum(checksum, entry, where);
}

/** All in one buffer. */
async function* storedPieces(source: ByteSource, start: number, length: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(Math.min(pieceBytes, length));
  for (let at = 0; at < length; at += piece.length) {
    const bytes = piece.subarray(0, Math.min(piece.length, length - at));
    await source.readInto(bytes, start + at);
    yield bytes;
  }
}

async function inflateWhole(
  bytes: Uint8Array,
  size: number,
  where: { file: string; key: string },
): Promise<Uint8Array> {
  let content: Uint8Array;
  try {
    // The bound stops a bomb as soon as it gives more than it declared.
    content = await inflate(bytes, {
      maxOutputLength: Math.max(1, size),
      chunkSize: Math.max(64, Math.min(size, 1 << 22)),
    });
  } catch (cause) {
    if (errorCode(cause) === "ERR_BUFFER_TOO_LARGE") throw gaveMore(size, where, cause);
    throw damaged("cannot be decompressed", where, cause);
  }
  if (content.length === size) return content;
  throw gaveLess(size, content.length, where);
}

function gaveMore(size: number, where: { file: string; key: string }, cause?: unknown): DoselapError {
  return new DoselapError("Format", "decompresses to more than it declares", {
    ...where,
    expected: `${size} bytes`,
    got: "more",
    cause,
  });
}

function gaveLess(size: number, got: number, where: { file: string; key: string }): DoselapError {
  return new DoselapError("Format", "decompresses to less than it declares", {
    ...where,
    expected: `${size} bytes`,
    got: `${got}`,
  });
}

async function readHead(source: ByteSource, zip: ZipFile, entry: Entry, length: number): Promise<Uint8Array> {
  const start = await dataStart(source, zip, entry);
  const wanted = Math.min(length, entry.uncompressedSize);
  // Takes little and doubles, so that a bomb cannot give much more than was asked for.
  for (let take = 512; ; take *= 2) {
    const bytes = new Uint8Array(
      Math.min(entry.compressionMethod === stored ? wanted : take, entry.compressedSize),
    );
    await source.readInto(bytes, start);
    if (entry.compressionMethod === stored) return bytes;
    let head: Uint8Array;
    try {
      head = await inflate(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
    } catch (cause) {
      throw damaged("cannot be decompressed", { file: source.file, key: keyOf(entry) }, cause);
    }
    if (head.length >= wanted || bytes.length === entry.compressedSize) return head;
  }
}

/** Where the member's bytes begin, once its claims are found possible. */
async function dataStart(source: ByteSource, zip: ZipFile, entry: Entry): Promise<number> {
  const where = { file: source.file, key: keyOf(entry) };
  const { compressionMethod, compressedSize, uncompressedSize } = entry;
  if (entry.isEncrypted()) throw new DoselapError("Format", "is encrypted", where);
  if (compressionMethod !== stored && compressionMethod !== deflated) {
    throw new DoselapError("Format", "is compressed in a way that is not read", {
      ...where,
      expected: "stored (0) or deflated (8)",
      got: `method ${compressionMethod}`,
    });
  }
  const most = compressionMethod === stored ? compressedSize : compressedSize * maxDeflateRatio;
  if (uncompressedSize > most || (compressionMethod === stored && uncompressedSize !== compressedSize)) {
    throw new DoselapError("Format", "declares a size that its bytes cannot give", {
      ...where,
      expected: `at most ${most} bytes from ${compressedSize}`,
      got: `${uncompressedSize}`,
    });
  }
  try {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    if (fileDataStart + compressedSize > source.size)
      throw new Error("member goes beyond the end of the file");
    return fileDataStart;
  } catch (cause) {
    throw damaged("is not where the directory says", where, cause);
  }
}

function damaged(message: string, where: { file: string; key?: string }, cause: unknown): DoselapError {
  if (isDoselapError(cause)) return cause;
  return new DoselapError("Format", message, {
    ...where,
    got: messageOf(cause),
    hint: "The file is truncated, damaged or made to mislead.",
    cause,
  });
}

/** Lets yauzl read from a source. */
class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#source.readInto(buffer.subarray(offset, offset + length), position).then(
      () => callback(null),
      (cause: unknown) => callback(cause instanceof Error ? cause : new Error(messageOf(cause))),
    );
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}
