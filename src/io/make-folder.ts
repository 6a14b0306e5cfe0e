// mkdir -p that ends, and tells the true reason when it fails.

import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./file-error.ts";

/** Makes a folder and those above it, one level at a time; one that is there is as good. Node's own recursive mkdir answers
 * ENOENT on a read-only disc, and where the system answers ENOENT below a folder that exists (/proc) it tries again for ever
 * (STORE-004). @throws the system's error. */
export async function makeFolder(path: string): Promise<void> {
  if (await madeOrThere(path)) return;
  await makeFolder(dirname(path));
  if (await madeOrThere(path)) return;
  throw new Error("its parent takes no new folder");
}

/** False when a folder above is missing, or the system says so. */
async function madeOrThere(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    // Also one that another process makes at the same moment.
    if (await isFolder(path)) return true;
    if (errorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    return false;
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
