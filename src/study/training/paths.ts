// How files are named in logs and manifests: relative to the run folder, POSIX, by the place where they will be found.

import { isAbsolute, join, relative, resolve, sep } from "node:path";

/** The path as seen from a folder, POSIX; "." for the folder itself. */
export function posixRelative(from: string, to: string): string {
  const path = relative(from, to).split(sep).join("/");
  return path === "" ? "." : path;
}

export interface PathNamer {
  /** One path. */
  path(path: string): string;
  /** Text in which the same folders may be named. */
  text(text: string): string;
}

/** Names paths relative to `relativeTo`; as they are without it. A job that works in a temporary folder is named by the
 * folder that it will be renamed to. */
export function pathNamer({
  artifactDir,
  publishedDir = artifactDir,
  relativeTo,
}: {
  artifactDir: string;
  publishedDir?: string | undefined;
  relativeTo?: string | undefined;
}): PathNamer {
  function path(given: string): string {
    const inside = relative(artifactDir, given);
    const published = inside.startsWith("..") || isAbsolute(inside) ? given : join(publishedDir, inside);
    return relativeTo === undefined ? published : posixRelative(relativeTo, published);
  }
  const root = relativeTo === undefined ? undefined : `${resolve(relativeTo)}/`;
  function text(given: string): string {
    const published = given.replaceAll(resolve(artifactDir), resolve(publishedDir));
    return root === undefined || root === "//" ? published : published.replaceAll(root, "");
  }
  return { path, text };
}
