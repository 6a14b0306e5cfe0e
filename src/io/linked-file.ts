// Files that another file or folder leads to: only those in the folder of the first one, or below it, are followed unless the
// caller allows others.

import { realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { DoselapError } from "../errors.ts";

/** Where an external link, or a source of a virtual dataset, points: an absolute path.
 * @throws Format when it leaves the folder and that is not allowed. */
export function linkedFile(
  linked: string,
  {
    from,
    base,
    key,
    allowOutside,
  }: { readonly from: string; readonly base: string; readonly key: string; readonly allowOutside: boolean },
): string {
  // "." is HDF5's name for the file itself.
  const target = linked === "." ? from : resolve(dirname(from), linked);
  if (allowOutside) return target;
  const inside = relative(realFolder(base), realFile(target));
  if (!inside.startsWith("..") && !isAbsolute(inside)) return target;
  throw new DoselapError("Format", "links to a file outside of its folder, which is not followed", {
    file: from,
    key,
    expected: `a file below ${base}`,
    got: linked,
    hint: "If you trust the file, allow it with --allow-outside-links.",
  });
}

function realFolder(folder: string): string {
  return realpathSync(folder);
}

/** A symbolic link of the file system leaves the folder too. */
function realFile(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Not there: opening it will say so.
    return path;
  }
}
