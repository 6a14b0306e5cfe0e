// Files that appear whole or not at all: written beside their place, flushed, and renamed in.

import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isDoselapError } from "../errors.ts";
import { fileError } from "./file-error.ts";
import { makeFolder } from "./make-folder.ts";

/** Writes a whole file; its folder is made when missing. @throws File. */
export function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  return replaceFile(path, (temporary) => writeFile(temporary, content));
}

/** Writes a value as JSON: two spaces, a newline at the end. @throws File. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** For files too large to hold: `write` fills a temporary file in the same folder, which is then renamed in. A link is followed:
 * the file it names is replaced. Nothing is left behind when it throws. @throws File. */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  let temporary: string | undefined;
  try {
    await makeFolder(dirname(path));
    const target = await realpath(path).catch(() => path);
    temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.part`);
    await write(temporary);
    const handle = await open(temporary, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (cause) {
    // What cannot be removed here was never made: the folder itself is missing or is a file.
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined);
    throw isDoselapError(cause) ? cause : fileError("cannot be written", path, cause);
  }
}

/** True for the name of a temporary file of this module: what a process that was killed leaves. */
export function isTemporary(name: string): boolean {
  return /^\..+\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/u.test(name);
}
