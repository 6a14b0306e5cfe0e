// One process per run folder. The lock file names its owner; a lock whose owner is dead is taken over.

import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { DoselapError, messageOf } from "../errors.ts";
import { parseJson } from "../io/json.ts";

interface Owner {
  readonly pid: number;
  readonly host: string;
}

/** Takes the run folder's lock and returns what releases it. @throws Job when a live process holds it. */
export async function lockRun(root: string): Promise<() => Promise<void>> {
  const file = join(root, "run.lock");
  const mine: Owner = { pid: process.pid, host: hostname() };
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(file, JSON.stringify(mine), { flag: "wx" });
      return () => rm(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
        throw new DoselapError("File", "cannot be written", {
          file,
          cause: error,
          hint: "Choose a writable --out.",
        });
      }
    }
    const owner = await readOwner(file);
    if (owner !== undefined && (owner.host !== mine.host || isAlive(owner.pid))) {
      throw new DoselapError("Job", "another doselap is at work in this folder", {
        file,
        got: `process ${owner.pid} on ${owner.host}`,
        hint: "Wait for it, or delete the lock if that process is gone.",
      });
    }
    await rm(file, { force: true });
  }
  throw new DoselapError("Job", "another doselap took the lock at the same moment", {
    file,
    hint: "Run again.",
  });
}

/** The owner, or undefined when the file holds none: its writer died between creating and filling it. */
async function readOwner(file: string): Promise<Owner | undefined> {
  const hint = "Delete it if no doselap is running there.";
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw new DoselapError("File", "cannot be read", { file, cause: error, hint });
  });
  if (text === "") return undefined;
  let owner: unknown;
  try {
    owner = parseJson(text);
  } catch (cause) {
    throw new DoselapError("Format", "is not a lock", { file, got: messageOf(cause), cause, hint });
  }
  if (isOwner(owner)) return owner;
  throw new DoselapError("Format", "is not a lock", { file, hint });
}

function isOwner(value: unknown): value is Owner {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    Number.isSafeInteger(value.pid) &&
    "host" in value &&
    typeof value.host === "string"
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
