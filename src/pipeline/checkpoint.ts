// The checkpoint of one job: one file that appears whole, bound to the job's inputs and to its own bytes. One of other inputs,
// cut short or changed is discarded, with a note: the job then starts from its beginning.

import { readFile, rename, rm } from "node:fs/promises";
import { z } from "zod";
import { DoselapError, messageOf } from "../errors.ts";
import { writeFileAtomic } from "../io/atomic.ts";
import { errorCode, fileError } from "../io/file-error.ts";
import type { StateKeeper } from "../io/kept-state.ts";
import { sha256Hex } from "../study/design/canonical.ts";

export interface CheckpointRule {
  /** Milliseconds between two checkpoints. */
  readonly everyMs: number;
  /** Milliseconds; no result depends on it. */
  readonly now: () => number;
}

export const defaultCheckpointSeconds = 60;

/** For work that keeps nothing. */
export const noCheckpoint: StateKeeper = {
  load: () => Promise.resolve(undefined),
  isDue: () => false,
  save: () => Promise.resolve(),
};

const headerShape = z.object({ inputsHash: z.string(), bytes: z.number(), sha256: z.string() });
type Header = Readonly<z.infer<typeof headerShape>>;

/** It is written at `draft`, a place of this process alone, and renamed in. `note` is told why a checkpoint was discarded, or could not be written: that ends no work. */
export function fileCheckpoint(
  { file, draft }: { readonly file: string; readonly draft: string },
  inputsHash: string,
  { everyMs, now }: CheckpointRule,
  note: (text: string) => void,
): StateKeeper {
  let last = now();
  return {
    async load() {
      const found = await readFile(file).catch((error: unknown) => {
        if (errorCode(error) !== "ENOENT") note(`its checkpoint was discarded: ${messageOf(error)}`);
        return undefined;
      });
      if (found === undefined) return undefined;
      const fault = faultOf(found, inputsHash);
      if (fault === undefined) return Uint8Array.from(found.subarray(found.indexOf("\n") + 1));
      note(`its checkpoint was discarded: ${fault}`);
      await rm(file, { force: true });
      return undefined;
    },
    // A clock that was set back must not put checkpoints off.
    isDue: () => Math.abs(now() - last) >= everyMs,
    async save(state) {
      last = now();
      const header: Header = { inputsHash, bytes: state.byteLength, sha256: sha256Hex(state) };
      try {
        await writeFileAtomic(draft, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), state]));
        await rename(draft, file);
      } catch (error) {
        note(`goes on without a checkpoint: ${messageOf(error)}`);
      }
    },
  };
}

/** Hash of the inputs that a checkpoint is of; undefined when there is no file.
 * @throws Format for a file that is no checkpoint, File when it cannot be read. */
export async function inputsOfCheckpoint(file: string): Promise<string | undefined> {
  const found = await readFile(file).catch((cause: unknown) => {
    if (errorCode(cause) === "ENOENT") return undefined;
    throw fileError("cannot be read", file, cause);
  });
  if (found === undefined) return undefined;
  const header = headerIn(found);
  if (header !== undefined) return header.inputsHash;
  throw new DoselapError("Format", "is no checkpoint of doselap's, and is left as it is", { file });
}

/** Why the file cannot be used, or undefined when it can. */
function faultOf(found: Buffer, inputsHash: string): string | undefined {
  const header = headerIn(found);
  if (header === undefined) return "it has no header";
  if (header.inputsHash !== inputsHash) return "it is of other inputs";
  const state = found.subarray(found.indexOf("\n") + 1);
  if (state.byteLength !== header.bytes)
    return `it was cut short: ${state.byteLength} of ${header.bytes} bytes`;
  return sha256Hex(state) === header.sha256 ? undefined : "its bytes do not match their hash";
}

function headerIn(found: Buffer): Header | undefined {
  const end = found.indexOf("\n");
  return end < 0 ? undefined : headerOf(found.toString("utf8", 0, end));
}

function headerOf(text: string): Header | undefined {
  try {
    return headerShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
