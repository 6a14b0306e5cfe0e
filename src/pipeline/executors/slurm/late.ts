// Files that a shared file system shows late: a job that has ended on one node may have no result.json on another for up to a
// minute (NFS caches what a folder holds). They are looked for again and again before a job is given up (SLURM-003).

import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readRecord } from "../../record.ts";

/** Pauses between two looks; a minute in all. */
const pausesMs = [1000, 2000, 4000, 8000, 15_000, 30_000] as const;

/** Paths of those jobs that left no record. `isExcused`: jobs that never leave one. */
export async function missingRecords(
  root: string,
  paths: readonly string[],
  {
    wait,
    isExcused,
  }: {
    readonly wait: (ms: number) => Promise<unknown>;
    readonly isExcused: (path: string) => Promise<boolean>;
  },
): Promise<string[]> {
  let missing = await absentOf(root, paths, isExcused);
  for (const pause of pausesMs) {
    if (missing.length === 0) break;
    await wait(pause);
    missing = await absentOf(root, missing, isExcused);
  }
  return missing;
}

async function absentOf(
  root: string,
  paths: readonly string[],
  isExcused: (path: string) => Promise<boolean>,
): Promise<string[]> {
  const absent: string[] = [];
  for (const path of paths) {
    // Listing the parent makes a network file system look again.
    await readdir(dirname(join(root, path))).catch(() => []);
    if ((await readRecord(join(root, path))) === undefined && !(await isExcused(path))) absent.push(path);
  }
  return absent;
}
