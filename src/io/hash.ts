// Content hashes of files and folders.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileError } from "./file-error.ts";
import { filesBelow } from "./files-below.ts";

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
  const names = await namesIn(path);
  if (names === undefined) return sha256File(path);
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${await sha256File(join(path, name))}  ${name}\n`);
  return hash.digest("hex");
}

/** Of a folder; undefined for a file. A link counts as the file that it leads to. */
async function namesIn(path: string): Promise<string[] | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return undefined;
    return await filesBelow(path, (entry) => !entry.isDirectory());
  } catch (cause) {
    throw fileError("cannot be read", path, cause);
  }
}
