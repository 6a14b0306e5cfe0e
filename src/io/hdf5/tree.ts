// An HDF5 file as a tree of arrays.

import type { ArrayNode, ArrayTree } from "../tree.ts";
import type { Hdf5Dataset } from "./dataset.ts";
import { openHdf5, type Hdf5Options } from "./file.ts";
import { shapeText } from "../../array/ndarray.ts";

/** Opens it. Close it. @throws File, Format; Range for more objects than are listed. */
export async function openHdf5Tree(path: string, options: Hdf5Options = {}): Promise<ArrayTree> {
  const file = await openHdf5(path, options);
  const releases: (() => Promise<void>)[] = [];
  const whenClosed = (release: () => Promise<void>): void => {
    releases.push(release);
  };
  try {
    const arrays: ArrayNode[] = [];
    const problems: string[] = [];
    for (const { path: reached, object, problem } of file.entries()) {
      if (object?.kind === "dataset") arrays.push({ ...nodeOf(object, reached), whenClosed });
      // A group that was listed under another name is no loss.
      else if (object === undefined && problem?.startsWith("leads back") !== true)
        problems.push(`${reached}: ${problem ?? "is not there"}`);
    }
    return {
      file: path,
      container: "HDF5",
      arrays,
      problems,
      find(wanted) {
        const object = file.find(wanted);
        return object?.kind === "dataset" ? { ...nodeOf(object, wanted), whenClosed } : undefined;
      },
      attributesOf: (wanted) => file.find(wanted)?.attributes() ?? {},
      linked: () => file.linked(),
      async close() {
        // None keeps another from its end.
        const ends = await Promise.allSettled(releases.splice(0).map((release) => release()));
        await file.close();
        for (const end of ends) if (end.status === "rejected") throw end.reason;
      },
    };
  } catch (cause) {
    await file.close();
    throw cause;
  }
}

function nodeOf(dataset: Hdf5Dataset, path: string): ArrayNode {
  const { shape, dtype, typeName, chunks, filters, decodeRows } = dataset;
  const chunked = chunks === null ? [] : [`chunks of ${shapeText(chunks)}`];
  return {
    path,
    shape,
    dtype,
    typeName,
    chunks,
    storage: [...filters, ...chunked].join(", "),
    attributes: () => dataset.attributes(),
    // A promise that fails, not a throw.
    read: async () => decodeRows?.(0, shape[0] ?? 1) ?? dataset.read(),
    readRows: async (first, count) => decodeRows?.(first, count) ?? dataset.readRows(first, count),
  };
}
