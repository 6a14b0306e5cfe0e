// mkdir -p that tells the true reason when it fails.

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./file-error.ts";

/** Makes a folder and those above it. Node's own answers ENOENT on a read-only disc (STORE-004): the folders are then made one
 * by one, and the one that cannot be made says why. @throws the system's error. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const parent = dirname(path);
    if (errorCode(error) !== "ENOENT" || parent === path) throw error;
    await makeFolder(parent);
    await mkdir(path);
  }
}
