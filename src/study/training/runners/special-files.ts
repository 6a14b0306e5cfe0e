// What a trainer leaves that is neither a file nor a folder: links, pipes, sockets. A job's folder keeps what can be hashed, copied
// and moved; a link may lead anywhere, and reading a pipe waits for ever.

import { lstat, readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { DoselapError } from "../../../errors.ts";
import type { TrainingLog } from "../log.ts";

/** Removes them from the folder and what lies below, and says so in the log. No link is followed.
 * @throws Runner when the folder itself is none any more. */
export async function removeSpecialFiles(folder: string, log: TrainingLog): Promise<void> {
  const isFolder = await lstat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new DoselapError("Runner", "the trainer removed or replaced its job's folder", { file: folder });
  }
  // The walk goes into folders alone, never through a link.
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() || entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    await rm(path, { force: true });
    const kind = entry.isSymbolicLink() ? "a link" : entry.isFIFO() ? "a pipe" : "no file and no folder";
    log.line(`removed: ${relative(folder, path)} is ${kind}; a job keeps files and folders alone`);
  }
}
