// Files that a long command will write: what stands in the way is said before the work, not after it.

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DoselapError } from "../errors.ts";
import { fileError } from "../io/file-error.ts";
import { makeFolder } from "../io/make-folder.ts";

/** Makes the file's folder when missing. @throws File when it cannot be made or written to, or a folder has the file's name. */
export async function prepareOutput(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw fileError("cannot be written to", folder, cause);
  }
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    // Nothing is there yet, as it should be.
    () => false,
  );
  if (isFolder) throw new DoselapError("File", "cannot be written", { file: path, got: "a folder" });
}
