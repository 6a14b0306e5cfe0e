// Temporary files for what is decompressed once and read often. The name is removed as soon as the file is open: whatever
// ends the process, nothing stays behind. (Windows keeps the name until the file is closed.)

import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { open, statfs, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { DoselapError } from "../errors.ts";
import { fileSource, type ByteSource } from "./byte-source.ts";
import { fileError } from "./file-error.ts";

export interface Spool {
  /** Bytes written. */
  readonly size: number;
  /** @throws File when the disc is full. */
  append(bytes: Uint8Array): void;
  /** What was written so far, as if it were the file of that name. Closing it ends the spool. */
  source(file: string, wrapping?: "bzip2"): ByteSource;
  close(): Promise<void>;
}

/** Opens a temporary file in a folder that has room for so many bytes. @throws File. */
export async function openSpool(folder: string, expectedBytes = 0): Promise<Spool> {
  await checkRoom(folder, expectedBytes);
  const path = join(folder, `doselap-${randomUUID()}.tmp`);
  let handle: FileHandle;
  try {
    // wx: never somebody else's file. 600: for its owner alone.
    handle = await open(path, "wx+", 0o600);
  } catch (cause) {
    throw fileError("a temporary file cannot be made", folder, cause);
  }
  try {
    await unlink(path);
  } catch (cause) {
    await handle.close();
    throw fileError("a temporary file cannot be made", folder, cause);
  }
  let size = 0;
  return {
    get size() {
      return size;
    },
    append(bytes) {
      let done = 0;
      while (done < bytes.length) {
        try {
          done += writeSync(handle.fd, bytes, done, bytes.length - done, size + done);
        } catch (cause) {
          throw fileError("a temporary file cannot be written", folder, cause);
        }
      }
      size += done;
    },
    source: (file, wrapping) => fileSource(handle, { file, size, wrapping }),
    close: () => handle.close(),
  };
}

async function checkRoom(folder: string, bytes: number): Promise<void> {
  let free: number;
  try {
    const { bavail, bsize } = await statfs(folder);
    free = bavail * bsize;
  } catch (cause) {
    throw fileError("a temporary file cannot be made", folder, cause);
  }
  if (free >= bytes) return;
  throw new DoselapError("File", "has no room for a temporary file", {
    file: folder,
    expected: `${bytes} bytes free`,
    got: `${free}`,
    hint: "Name a folder on a larger disc for it, or give more memory.",
  });
}
