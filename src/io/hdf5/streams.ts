// The files that the HDF5 library has open, under our control. An error that is thrown while it reads leaves what it had opened
// open, and with it the file's descriptor, until the process ends: the library would also take the dead file for the sound one
// when it is opened again, since it knows files by device and inode. So every opening has a number of its own for an inode, and
// its stream is closed here. A damaged global heap, whose free space says it has no size, is walked by the library for ever: its
// read fails instead.

/** The part of emscripten's file system that is used. */
interface FileSystem {
  readonly streams: readonly (Stream | null | undefined)[];
  fstat: (fd: number) => object;
  read: (stream: Stream, heap: Int8Array, at: number, length: number, position?: number) => number;
  close(stream: Stream): void;
  readonly ErrnoError: new (code: number) => Error;
}

interface Stream {
  readonly fd: number;
  readonly path: string;
}

/** EIO of emscripten. */
const inputOutputError = 29;

export interface Streams {
  /** Calls `open` for a file, and returns what closes the streams that it opened, if they still are. */
  opening<Result>(
    path: string,
    open: () => Result,
  ): { readonly result: Result; readonly release: () => void };
}

/** Takes the file system over; once for each instance of the library. @throws TypeError for one that is no longer as it was. */
export function takeStreams(fs: object): Streams {
  if (!isFileSystem(fs))
    throw new TypeError("h5wasm's file system is another than this code was written for");
  const numbers = new WeakMap<Stream, number>();
  let last = 0;
  const { fstat, read } = fs;
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
  };
}

function isFileSystem(fs: object): fs is FileSystem {
  return (
    "streams" in fs &&
    Array.isArray(fs.streams) &&
    ["fstat", "read", "close", "ErrnoError"].every((name) => name in fs)
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
