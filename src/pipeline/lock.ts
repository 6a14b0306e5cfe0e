// One process per run folder. The lock file names its owner; a lock whose owner is gone is taken over.

import { randomUUID } from "node:crypto";
import { constants, copyFile, link, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DoselapError, isDoselapError } from "../errors.ts";
import { writeFileAtomic } from "../io/atomic.ts";
import { errorCode, fileError } from "../io/file-error.ts";
import { parseJson } from "../io/json.ts";
import { isGone, ownerOf, thisProcess, type Owner } from "./owner.ts";

/** Takes the run folder's lock and returns what releases it.
 * @throws Job when a live process holds it, File when the folder cannot be written. */
export function lockRun(root: string): Promise<() => Promise<void>> {
  return take(join(root, "run.lock"));
}

/** A lock appears whole, by a link to a file that is written already: an empty one or one of garbage is what a crash of the
 * machine left, and nobody's. Only the holder of a second lock may replace a stale one, so that two who find it stale do not
 * both take it, or one remove the other's new one (STORE-002). That second lock is taken in the same way. */
async function take(file: string): Promise<() => Promise<void>> {
  const token = randomUUID();
  const mine = join(dirname(file), `.${basename(file)}.${token}.part`);
  try {
    await writeFileAtomic(mine, `${JSON.stringify({ ...thisProcess(), token })}\n`);
    if (await linked(mine, file)) return () => release(file, token);
    refuseHeld(file, await read(file));
    const done = await take(`${file}.takeover`);
    try {
      const now = await read(file);
      if (now.text === undefined) throw tooLate(file);
      refuseHeld(file, now);
      await rename(mine, file);
    } finally {
      await done();
    }
    return () => release(file, token);
  } catch (error) {
    if (isDoselapError(error, "Job")) throw error;
    const cause = isDoselapError(error) ? error.cause : error;
    // What was written is gone: a run that has begun since took the lock and tidied the folder (sweep.ts) [STORE-002].
    if (errorCode(cause) === "ENOENT") {
      refuseHeld(file, await read(file));
      throw tooLate(file);
    }
    throw new DoselapError("File", "cannot be written", {
      ...fileError("", file, cause).context,
      hint: "Choose a writable --out.",
    });
  } finally {
    await rm(mine, { force: true }).catch(() => undefined);
  }
}

/** True when `file` is now `mine`; false when there is one already. */
async function linked(mine: string, file: string): Promise<boolean> {
  try {
    await link(mine, file).catch((error: unknown) => {
      if (!linkless.has(errorCode(error) ?? "")) throw error;
      return copyFile(mine, file, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** What file systems without links answer (FAT, some network shares): there a lock is written under its name, in one go. */
const linkless: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

interface Held {
  /** Undefined: released in between. */
  readonly text: string | undefined;
  readonly owner: Owner | undefined;
}

async function read(file: string): Promise<Held> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { text: undefined, owner: undefined };
    throw fileError("cannot be read", file, error);
  }
  return { text, owner: ownerOf(parsed(text)) };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** @throws Job when the owner may live. */
function refuseHeld(file: string, { text, owner }: Held): void {
  if (text === undefined) throw tooLate(file);
  if (owner === undefined || isGone(owner)) return;
  throw new DoselapError("Job", "another doselap is at work in this folder", {
    file,
    got: `process ${owner.pid} on ${owner.host}`,
    hint: "Wait for it, or delete the lock if that process is gone.",
  });
}

function tooLate(file: string): DoselapError {
  return new DoselapError("Job", "another doselap had the lock at the same moment", {
    file,
    hint: "Run again.",
  });
}

/** Removes the lock if it is still ours: somebody may have deleted it by hand, and a third have taken it. */
async function release(file: string, token: string): Promise<void> {
  const held = await read(file);
  if (held.text?.includes(token) === true) await rm(file, { force: true });
}

/** Who holds the folder's lock; `isAlive` is undefined for a process of another host, which cannot be asked. */
export async function lockOwner(
  root: string,
): Promise<(Owner & { readonly isAlive: boolean | undefined }) | undefined> {
  const { owner } = await read(join(root, "run.lock"));
  if (owner === undefined) return undefined;
  return { ...owner, isAlive: owner.host === thisProcess().host ? !isGone(owner) : undefined };
}
