// Files that appear whole or not at all: written beside their place, flushed, and renamed in.

import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import writeFile from "write-file-atomic";
import { isDoselapError } from "../errors.ts";
import { fileError } from "./file-error.ts";

/** Writes a whole file; its folder is made when missing. @throws File. */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const data =
      typeof content === "string"
        ? content
        : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    await writeFile(path, data);
  } catch (cause) {
    throw fileError("cannot be written", path, cause);
  }
}

/** Writes a value as JSON: two spaces, a newline at the end. @throws File. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** For files too large to hold: `write` fills a temporary file in the same folder, which is then renamed in.
 * Nothing is left behind when it throws. @throws File. */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(temporary);
    const handle = await open(temporary, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    // What cannot be removed here was never made: the folder itself is missing or is a file.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw isDoselapError(cause) ? cause : fileError("cannot be written", path, cause);
  }
}
