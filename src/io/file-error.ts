// Errors of the file system, said in words.

import { DoselapError, messageOf } from "../errors.ts";

const words: { readonly [code: string]: string } = {
  ENOENT: "no such file",
  EACCES: "no permission",
  EPERM: "no permission",
  EISDIR: "a folder",
  // mkdir -p over a file.
  EEXIST: "a file where a folder is needed",
  ENOTDIR: "a file where a folder is needed",
  ENOSPC: "no space left on the disc",
  EROFS: "a read-only file system",
  EMFILE: "too many open files",
  ENAMETOOLONG: "a name that is too long",
  ELOOP: "links that lead in a circle",
  EDQUOT: "no space left in the quota",
  EIO: "a disc or network that failed",
};

/** A File error: what could not be done, with the system's reason. */
export function fileError(what: string, file: string, cause: unknown): DoselapError {
  const code = errorCode(cause);
  return new DoselapError("File", what, { file, got: words[code ?? ""] ?? messageOf(cause), cause });
}

/** ENOENT and its like; undefined when the thrown thing has none. */
export function errorCode(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}
