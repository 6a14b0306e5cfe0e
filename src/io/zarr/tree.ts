// A Zarr store, of version 2 or 3, in a folder or a ZIP archive, as a tree of arrays.

import { stat } from "node:fs/promises";
import { sizeOf } from "../../array/ndarray.ts";
import { isDoselapError } from "../../errors.ts";
import { parseJson } from "../json.ts";
import { defaultMaxArrayBytes } from "../source.ts";
import { nodeAt, type ArrayNode, type ArrayTree, type Attributes } from "../tree.ts";
import { zarrNode } from "./array.ts";
import { arrayOfVersion2, arrayOfVersion3, attributesOf, type ZarrArray } from "./metadata.ts";
import { documentText, folderStore, zipStore, type ZarrStore } from "./store.ts";

export interface ZarrOptions {
  readonly maxArrayBytes?: number | undefined;
  readonly allowOutsideLinks?: boolean | undefined;
}

/** Opens a store. Close it. @throws File, Format, Range for more folders than are listed. */
export async function openZarrTree(
  path: string,
  { maxArrayBytes = defaultMaxArrayBytes, allowOutsideLinks = false }: ZarrOptions = {},
): Promise<ArrayTree> {
  const isFolder = (await stat(path)).isDirectory();
  const store = isFolder ? await folderStore(path, allowOutsideLinks) : await zipStore(path);
  try {
    return await treeOf(store, maxArrayBytes);
  } catch (cause) {
    await store.close();
    throw cause;
  }
}

async function treeOf(store: ZarrStore, maxArrayBytes: number): Promise<ArrayTree> {
  const arrays: ArrayNode[] = [];
  const problems = store.links.map((path) => `/${path}: is a link, which is not followed`);
  const groups = new Map<string, Attributes>();
  for (const folder of store.folders) {
    try {
      const found = await describedIn(store, folder);
      if ("shape" in found) {
        arrays.push(zarrNode(store, folder, found, maxArrayBytes));
        problems.push(...(await absentChunks(store, folder, found)));
      } else groups.set(`/${folder}`, found.attributes);
    } catch (cause) {
      // One array that is not understood does not take the others along.
      if (!isDoselapError(cause)) throw cause;
      problems.push(cause.message);
    }
  }
  const depth = (path: string): number => path.split("/").length;
  arrays.sort((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1));
  const find = (path: string): ArrayNode | undefined => nodeAt(arrays, path);
  return {
    file: store.file,
    container: "Zarr",
    arrays,
    problems,
    find,
    attributesOf: (path) => groups.get(path) ?? find(path)?.attributes() ?? {},
    close: () => store.close(),
  };
}

/** Chunks that are not there are told: a store that was copied in part looks like one whose values are the fill value. */
async function absentChunks(
  store: ZarrStore,
  folder: string,
  { shape, chunk, shards, fill }: ZarrArray,
): Promise<string[]> {
  const grid = shards?.shape ?? chunk;
  const expected = sizeOf(shape.map((length, axis) => Math.ceil(length / grid[axis]!)));
  const count = await store.countBelow(folder);
  if (count === undefined || count >= expected) return [];
  const value = JSON.stringify(fill ?? 0);
  return [`/${folder}: ${expected - count} of ${expected} chunks are not there and are read as ${value}`];
}

/** The array, or the group, of a folder. */
async function describedIn(
  store: ZarrStore,
  folder: string,
): Promise<ZarrArray | { readonly attributes: Attributes }> {
  const key = (name: string): string => (folder === "" ? name : `${folder}/${name}`);
  const text = (name: string): Promise<string | undefined> => documentText(store.open, key(name));
  const third = await text("zarr.json");
  if (third !== undefined) {
    const about = json(third);
    if (about?.["node_type"] === "group") return { attributes: attributesOf(about["attributes"]) };
    return arrayOfVersion3(third, { file: store.file, key: key("zarr.json") });
  }
  const attributes = attributesOf(json((await text(".zattrs")) ?? "{}"));
  const second = await text(".zarray");
  return second === undefined
    ? { attributes }
    : arrayOfVersion2(second, attributes, { file: store.file, key: key(".zarray") });
}

/** An object, or undefined for what is none: the array's own reader says so. */
function json(text: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value = parseJson(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
