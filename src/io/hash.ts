// Content hashes of files and folders.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileError } from "./file-error.ts";

/** sha256 of a file's bytes, hexadecimal, streamed. @throws File when it cannot be read. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch (cause) {
    throw fileError("cannot be read", path, cause);
  }
  return hash.digest("hex");
}

/** sha256 of a file; of a folder, that of the lines `sha256  name` of all files below it, as sha256sum prints them, by name.
 * @throws File when one cannot be read. */
export async function sha256Path(path: string): Promise<string> {
  const names = await filesBelow(path);
  if (names === undefined) return sha256File(path);
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${await sha256File(join(path, name))}  ${name}\n`);
  return hash.digest("hex");
}

/** Of a folder, with forward slashes, sorted by code units; undefined for a file. */
async function filesBelow(path: string): Promise<string[] | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return undefined;
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .toSorted();
  } catch (cause) {
    throw fileError("cannot be read", path, cause);
  }
}
