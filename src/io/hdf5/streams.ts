// The files that the HDF5 library has open, under our control. An error that is thrown while it reads leaves what it had opened
// open, and with it the file's descriptor, until the process ends: the library would also take the dead file for the sound one
// when it is opened again, since it knows files by device and inode. So every opening has a number of its own for an inode, and
// its stream is closed here. A damaged global heap, whose free space says it has no size, is walked by the library for ever: its
// read fails instead. Files that the library opens by itself (raw data of a dataset that lie outside of its file, sources of
// virtual datasets) are asked for here first: what a file names is not always what the library tries.

import { isDoselapError } from "../../errors.ts";

/** The part of emscripten's file system that is used. */
interface FileSystem {
  readonly streams: readonly (Stream | null | undefined)[];
  fstat: (fd: number) => object;
  open: (path: string, flags?: number | string, mode?: number) => Stream;
  cwd: () => string;
  read: (stream: Stream, heap: Int8Array, at: number, length: number, position?: number) => number;
  close(stream: Stream): void;
  readonly ErrnoError: new (code: number) => Error;
}

interface Stream {
  readonly fd: number;
  readonly path: string;
}

/** EIO and ENOENT of emscripten. */
const [inputOutputError, noSuchFile] = [29, 44];
/** O_CREAT and O_DIRECTORY: the library's own temporary files, and its looking for filters. */
const [creates, isFolder] = [0o100, 0o200000];

/** Where other files of a file are looked for, and which of them may be read. */
export interface OtherFiles {
  /** Relative names start here. */
  readonly folder: string;
  /** Told of every file before it is opened. @throws DoselapError for one that must not be read. */
  admit(path: string): void;
}

export interface Streams {
  /** Calls `open` for a file, and returns what closes the streams that it opened, if they still are. */
  opening<Result>(
    path: string,
    open: () => Result,
  ): { readonly result: Result; readonly release: () => void };
  /** Calls what may open other files. @throws what `admit` threw, even where the library goes on without the file. */
  admitting<Result>(others: OtherFiles, call: () => Result): Result;
  /** Calls what reads; the first bytes for which `isWanted` says so are taken from it, and its read fails. Undefined when there were
   * none. @throws what `call` throws without them. */
  taking(isWanted: (bytes: Uint8Array) => boolean, call: () => void): Uint8Array | undefined;
}

/** Takes the file system over; once for each instance of the library. @throws TypeError for one that is no longer as it was. */
export function takeStreams(fs: object): Streams {
  if (!isFileSystem(fs))
    throw new TypeError("h5wasm's file system is another than this code was written for");
  const numbers = new WeakMap<Stream, number>();
  let last = 0;
  const { fstat, read, open, cwd } = fs;
  let current: { readonly others: OtherFiles; refusal?: unknown } | undefined;
  let wanted: { readonly isWanted: (bytes: Uint8Array) => boolean; taken?: Uint8Array } | undefined;
  fs.open = (path, flags, mode) => {
    const isOther = typeof flags === "number" && (flags & (creates | isFolder)) === 0;
    if (current !== undefined && isOther) {
      try {
        current.others.admit(path);
      } catch (cause) {
        if (!isDoselapError(cause)) throw cause;
        current.refusal ??= cause;
        throw new fs.ErrnoError(noSuchFile);
      }
    }
    return open(path, flags, mode);
  };
  fs.cwd = () => current?.others.folder ?? cwd();
  fs.fstat = (fd) => {
    const stream = fs.streams[fd];
    const stat = fstat(fd);
    if (stream === null || stream === undefined) return stat;
    const number = numbers.get(stream) ?? ++last;
    numbers.set(stream, number);
    return Object.create(stat, { ino: { value: number } }) as object;
  };
  fs.read = (stream, heap, at, length, position) => {
    const count = read(stream, heap, at, length, position);
    if (isEndlessHeap(heap, at, count)) throw new fs.ErrnoError(inputOutputError);
    if (wanted !== undefined) {
      const bytes = new Uint8Array(heap.buffer, heap.byteOffset + at, count);
      if (wanted.isWanted(bytes)) {
        wanted.taken ??= bytes.slice();
        throw new fs.ErrnoError(inputOutputError);
      }
    }
    return count;
  };
  const openAt = (path: string): Stream[] =>
    fs.streams.filter(
      (stream) => stream !== null && stream !== undefined && stream.path === path,
    ) as Stream[];
  const closeAll = (streams: readonly Stream[]): void => {
    for (const stream of streams) if (fs.streams[stream.fd] === stream) fs.close(stream);
  };
  return {
    opening(path, open) {
      const before = new Set(openAt(path));
      const opened = (): Stream[] => openAt(path).filter((stream) => !before.has(stream));
      try {
        const result = open();
        const own = opened();
        return { result, release: () => closeAll(own) };
      } catch (cause) {
        closeAll(opened());
        throw cause;
      }
    },
    admitting(others, call) {
      const before = current;
      const own: NonNullable<typeof current> = { others };
      current = own;
      try {
        const result = call();
        if (own.refusal !== undefined) throw own.refusal;
        return result;
      } catch (cause) {
        throw own.refusal ?? cause;
      } finally {
        current = before;
      }
    },
    taking(isWanted, call) {
      const own: NonNullable<typeof wanted> = { isWanted };
      wanted = own;
      try {
        call();
      } catch (cause) {
        if (own.taken === undefined) throw cause;
      } finally {
        wanted = undefined;
      }
      return own.taken;
    },
  };
}

function isFileSystem(fs: object): fs is FileSystem {
  return (
    "streams" in fs &&
    Array.isArray(fs.streams) &&
    ["fstat", "open", "cwd", "read", "close", "ErrnoError"].every((name) => name in fs)
  );
}

const [headBytes, objectHeadBytes] = [16, 16];

/** Whether these bytes are a global heap collection that cannot be walked through (HDF5 file format 3.0, III.E): objects of an
 * index, a count, and a size, each padded to 8 bytes; index 0 is the free space, whose size holds its own head. */
function isEndlessHeap(heap: Int8Array, start: number, length: number): boolean {
  if (length < headBytes || !(heap[start] === 0x47 && heap[start + 1] === 0x43)) return false;
  if (!(heap[start + 2] === 0x4f && heap[start + 3] === 0x4c)) return false;
  const view = new DataView(heap.buffer, heap.byteOffset + start, length);
  const size = Number(view.getBigUint64(8, true));
  for (let at = headBytes; at + objectHeadBytes <= Math.min(size, length);) {
    const index = view.getUint16(at, true);
    const stated = Number(view.getBigUint64(at + 8, true));
    const taken = index === 0 ? stated : objectHeadBytes + 8 * Math.ceil(stated / 8);
    if (taken < objectHeadBytes || at + taken > size) return true;
    at += taken;
  }
  return false;
}
