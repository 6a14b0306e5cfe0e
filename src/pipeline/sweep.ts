// What a killed process leaves beside finished files: half-written temporary files, and working folders of jobs. Nothing reads
// them; they are removed at the start of the next run, under the folder's lock. Only names that doselap gives are touched.

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isTemporary } from "../io/atomic.ts";
import { fileError } from "../io/file-error.ts";
import { recordFile } from "./record.ts";
import { isPartialFolder, removeAbandoned } from "./store.ts";

/** Removes leftovers below a run folder. Folders of finished jobs are whole and not looked into. @throws File. */
export async function sweep(root: string): Promise<void> {
  try {
    await sweepFolder(root);
  } catch (cause) {
    throw fileError("cannot be tidied", root, cause);
  }
}

async function sweepFolder(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some(({ name }) => name === recordFile)) return;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile() && isTemporary(entry.name)) await rm(path, { force: true });
    if (!entry.isDirectory()) continue;
    await (isPartialFolder(entry.name) ? removeAbandoned(path) : sweepFolder(path));
  }
}
