// Where a Zarr store keeps its documents and chunks: a folder, or a ZIP archive of one. Keys are paths without a slash in front.

import type { Dirent } from "node:fs";
import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DoselapError } from "../../errors.ts";
import { bytesSource, fileSource, type ByteSource } from "../byte-source.ts";
import { errorCode, fileError } from "../file-error.ts";
import { linkedFile } from "../linked-file.ts";
import { openSource, readAll } from "../source.ts";
import { openZip, type ZipMember } from "../zip.ts";

export interface ZarrStore {
  /** As the user named it. */
  readonly file: string;
  /** Folders with documents of Zarr in them, "" for the root, sorted; those below an array are its chunks. */
  readonly folders: readonly string[];
  /** Folders that are links, which are not followed. */
  readonly links: readonly string[];
  /** Objects below an array's folder that are no documents; undefined for more than are counted. @throws File. */
  countBelow(folder: string): Promise<number | undefined>;
  /** The bytes under a key; undefined when there are none. Close them. @throws File, Format. */
  open(key: string): Promise<ByteSource | undefined>;
  close(): Promise<void>;
}

const arrayDocuments = [".zarray", "zarr.json"] as const;
const documents: readonly string[] = [...arrayDocuments, ".zgroup"];
const maxFolders = 100_000;
const maxDepth = 32;
/** Counting more chunks than this takes seconds. */
const maxCounted = 100_000;

/** Whether a folder is the root of a store. */
export async function isZarrFolder(folder: string): Promise<boolean> {
  for (const name of [...documents, ".zmetadata"]) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile() === true) return true;
  }
  return false;
}

/** Whether an archive holds a store; false for one that cannot be read, which others will say. */
export async function isZarrZip(file: string): Promise<boolean> {
  const source = await openSource(file);
  try {
    const { members } = await openZip(source);
    return members.some(({ name }) => documents.includes(name.slice(name.lastIndexOf("/") + 1)));
  } catch (cause) {
    if (cause instanceof DoselapError) return false;
    throw cause;
  } finally {
    await source.close();
  }
}

/** Links that leave the folder are followed only when that is allowed. @throws File, Range for too many folders. */
export async function folderStore(folder: string, allowOutside: boolean): Promise<ZarrStore> {
  async function openKey(key: string): Promise<ByteSource | undefined> {
    const file = linkedFile(key, { from: join(folder, "store"), base: folder, key, allowOutside });
    let handle: FileHandle;
    try {
      handle = await open(file, "r");
    } catch (cause) {
      if (["ENOENT", "ENOTDIR"].includes(errorCode(cause) ?? "")) return undefined;
      throw fileError("cannot be opened", file, cause);
    }
    const about = await handle.stat();
    if (about.isFile()) return fileSource(handle, { file: folder, size: about.size, wrapping: undefined });
    await handle.close();
    return undefined;
  }
  const { folders, links } = await foldersOf(folder, openKey);
  return {
    file: folder,
    folders,
    links,
    countBelow: (below) => filesBelow(join(folder, below)),
    open: openKey,
    close: () => Promise.resolve(),
  };
}

async function filesBelow(root: string): Promise<number | undefined> {
  let count = 0;
  const queue = [root];
  for (const folder of queue) {
    if (count > maxCounted || queue.length > maxCounted) return undefined;
    for (const entry of await entriesOf(folder)) {
      if (entry.isDirectory()) queue.push(join(folder, entry.name));
      else if (!isDocument(entry.name)) count++;
    }
  }
  return count;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw fileError("cannot be read", folder, cause);
  }
}

function isDocument(name: string): boolean {
  return documents.includes(name) || name === ".zattrs" || name === ".zmetadata";
}

async function foldersOf(
  root: string,
  openKey: ZarrStore["open"],
): Promise<Pick<ZarrStore, "folders" | "links">> {
  const found: string[] = [];
  const links: string[] = [];
  const queue = [{ folder: "", depth: 0 }];
  for (const { folder, depth } of queue) {
    if (queue.length > maxFolders || depth > maxDepth) {
      throw new DoselapError("Range", "holds more folders than this reader lists", {
        file: root,
        expected: `at most ${maxFolders}, ${maxDepth} deep`,
        got: "more",
      });
    }
    const entries = await entriesOf(join(root, folder));
    const names = entries.map(({ name }) => name);
    if (documents.some((name) => names.includes(name))) found.push(folder);
    // Below an array lie its chunks, perhaps a million of them.
    if (names.includes(".zarray") || (names.includes("zarr.json") && (await isArray(openKey, folder))))
      continue;
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) queue.push({ folder: path, depth: depth + 1 });
      // A link to a folder may lead back, or away.
      else if (entry.isSymbolicLink()) links.push(path);
    }
  }
  return { folders: found.toSorted(), links };
}

async function isArray(openKey: ZarrStore["open"], folder: string): Promise<boolean> {
  const text = await documentText(openKey, folder === "" ? "zarr.json" : `${folder}/zarr.json`);
  return /"node_type"\s*:\s*"array"/u.test(text ?? "");
}

/** A store of this many bytes of documents is none. */
const maxDocumentBytes = 2 ** 24;

/** A document's text; undefined when there is none. @throws Range for one that is no document by its size. */
export async function documentText(openKey: ZarrStore["open"], key: string): Promise<string | undefined> {
  const source = await openKey(key);
  if (source === undefined) return undefined;
  try {
    if (source.size <= maxDocumentBytes) return Buffer.from(await readAll(source)).toString("utf8");
    throw new DoselapError("Range", "is too large for a document of Zarr", {
      file: source.file,
      key,
      expected: `at most ${maxDocumentBytes} bytes`,
      got: `${source.size}`,
    });
  } finally {
    await source.close();
  }
}

/** @throws File, Format for a damaged archive. */
export async function zipStore(file: string): Promise<ZarrStore> {
  const source = await openSource(file);
  try {
    const zip = await openZip(source);
    // Some archives have the store's own folder in front.
    const roots = zip.members.flatMap(({ name }) =>
      documents.includes(lastOf(name)) ? [dirname(name)] : [],
    );
    const root = roots.toSorted((a, b) => a.length - b.length)[0] ?? ".";
    const prefix = root === "." ? "" : `${root}/`;
    const members = new Map<string, ZipMember>();
    for (const member of zip.members)
      if (member.name.startsWith(prefix)) members.set(member.name.slice(prefix.length), member);
    const folders = [...members.keys()].flatMap((key) =>
      documents.includes(lastOf(key)) ? [key.slice(0, Math.max(0, key.lastIndexOf("/")))] : [],
    );
    return {
      file,
      folders: [...new Set(folders)].toSorted(),
      links: [],
      async countBelow(folder) {
        const below = [...members.keys()].filter((key) => folder === "" || key.startsWith(`${folder}/`));
        return below.filter((key) => !key.endsWith("/") && !isDocument(lastOf(key))).length;
      },
      async open(key) {
        const member = members.get(key);
        return member === undefined ? undefined : bytesSource(await zip.read(member), file);
      },
      close: () => source.close(),
    };
  } catch (cause) {
    await source.close();
    throw cause;
  }
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
