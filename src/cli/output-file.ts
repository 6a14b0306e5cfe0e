// Files that a command will write: what stands in the way is said before the work, not after it, and what is read is never
// what is written (STORE-006).

import { constants } from "node:fs";
import { access, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { fileOfArgument } from "../data/array-argument.ts";
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

/** Flags and placeholders with the paths that they were given, FILE.npz:key too; undefined: not given. */
export type NamedPaths = readonly (readonly [flag: string, path: string | undefined])[];

/** What a run folder holds that reports and comparisons are made of, by the name of the folder on the command line. */
export function runFiles(flag: string, folder: string): NamedPaths {
  return ["study.json", "events.jsonl", ...stageFolders].map((name) => [flag, join(folder, name)]);
}

const stageFolders = ["plan", "data", "views", "train", "reconstruct", "compare"];

/** Relative paths are taken from `cwd`. Asked before a file is opened.
 * @throws Usage when something that is written would replace something that is read, or written under another flag. */
export async function keepApart(cwd: string, writes: NamedPaths, reads: NamedPaths): Promise<void> {
  const read = await placesOf(cwd, reads);
  const written: Place[] = [];
  for (const place of await placesOf(cwd, writes)) {
    const { flag, shown } = place;
    const refuse = (what: string): never => {
      throw new DoselapError("Usage", what, {
        file: shown,
        key: flag,
        hint: `Give ${flag} another name.`,
      });
    };
    for (const other of read) {
      const named = `that ${other.flag} reads (${other.shown}), and would be replaced`;
      if (isSame(place, other)) refuse(`is the file ${named}`);
      if (isInside(place, other)) refuse(`is a file of the folder ${named}`);
    }
    for (const other of written) {
      if (isSame(place, other)) refuse(`is the file that ${other.flag} writes (${other.shown}) as well`);
    }
    written.push(place);
  }
}

interface Place {
  readonly flag: string;
  /** As it was typed. */
  readonly shown: string;
  /** Without links. */
  readonly path: string;
  /** Undefined when nothing is there. */
  readonly found: { readonly dev: bigint; readonly ino: bigint; isDirectory(): boolean } | undefined;
}

async function placesOf(cwd: string, named: NamedPaths): Promise<readonly Place[]> {
  const places = named.map(async ([flag, shown]): Promise<Place[]> => {
    if (shown === undefined) return [];
    const path = await fileOfArgument(resolve(cwd, shown));
    // A file that cannot be looked at is reported by whoever opens it.
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    return [{ flag, shown, path: await realPlace(path), found }];
  });
  return (await Promise.all(places)).flat();
}

/** A hard link has a path of its own; a file that is not there yet has nothing else. */
function isSame(a: Place, b: Place): boolean {
  if (a.found === undefined || b.found === undefined) return a.path === b.path;
  return a.found.dev === b.found.dev && a.found.ino === b.found.ino;
}

function isInside({ path, found }: Place, folder: Place): boolean {
  return (
    found !== undefined && folder.found?.isDirectory() === true && path.startsWith(`${folder.path}${sep}`)
  );
}

/** Where a link may lead to another, as in Linux. */
const mostLinks = 40;

/** The path without links, of a file that is not there yet too: a link may point at it. */
async function realPlace(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const target = await readlink(path).catch(() => undefined);
    if (target !== undefined && links < mostLinks)
      return realPlace(resolve(dirname(path), target), links + 1);
    const folder = dirname(path);
    return folder === path ? path : join(await realPlace(folder, links), basename(path));
  }
}
