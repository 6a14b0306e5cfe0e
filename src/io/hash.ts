// Content hashes of files.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
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
