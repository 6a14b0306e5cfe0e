// The state of one reconstruction in a file that the user names: the same command goes on from it after a kill. It is bound to
// everything that the result depends on, frames and all, so that no other reconstruction goes on from it.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { readAmplitude } from "../engines/counts.ts";
import { openPasses, type Passes } from "../engines/passes.ts";
import type { PreparedEngine } from "../engines/prepare.ts";
import type { Problem } from "../engines/problem.ts";
import { DoselapError, isDoselapError } from "../errors.ts";
import { defaultCheckpointSeconds, fileCheckpoint, inputsOfCheckpoint } from "../pipeline/checkpoint.ts";
import { canonicalJson, sha256Hex } from "../study/design/canonical.ts";
import { doselapVersion } from "../version.ts";
import { printNote, type CliContext } from "./context.ts";
import { parsePath, parsePositive } from "./flags.ts";
import { prepareOutput } from "./output-file.ts";

export interface CheckpointFlags {
  readonly checkpoint?: string;
  readonly checkpointEvery?: number;
}

export const checkpointFlags = {
  checkpoint: {
    kind: "parsed",
    parse: parsePath,
    optional: true,
    placeholder: "FILE",
    brief:
      "Keep the state there; after Ctrl-C or a kill the same command goes on from it. Removed at the end",
  },
  checkpointEvery: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "S",
    brief: "Keep it every so many seconds (default: 60)",
  },
} as const;

/** What the result depends on. */
export interface Reconstruction {
  readonly engine: PreparedEngine;
  readonly problem: Problem;
  readonly seed: number;
  /** Name of the kernels, without their threads. */
  readonly kernels: string;
}

/** What becomes of the work when the user asks to stop. */
export function keptOnStop({ checkpoint }: CheckpointFlags): string {
  return checkpoint === undefined
    ? "nothing is kept: with --checkpoint FILE it could go on later"
    : `the epoch at hand ends and is kept in ${checkpoint}`;
}

/** The error of a reconstruction that was stopped, with the way on; any other as it is. */
export function wayOn(error: unknown, { checkpoint }: CheckpointFlags, { cwd }: CliContext): unknown {
  if (!isDoselapError(error, "Interrupted")) return error;
  const { _tag, headline, context } = error;
  // Where it could not be written, a note has said why.
  const isKept = checkpoint !== undefined && existsSync(resolve(cwd, checkpoint));
  const hint = isKept
    ? `The same command goes on from ${checkpoint}.`
    : "Nothing of it is kept: with --checkpoint FILE the same command would go on from there.";
  return new DoselapError(_tag, headline, { ...context, hint, cause: error });
}

export interface KeptReconstruction {
  readonly passes: Passes;
  /** Removes the file, once the result is written. */
  done(): Promise<void>;
}

/** Opens the file that the flags name; undefined when they name none.
 * @throws Usage for an interval without a file, Format for a file that is no checkpoint, Hash for another reconstruction's. */
export async function keptReconstruction(
  { checkpoint, checkpointEvery }: CheckpointFlags,
  context: CliContext,
  work: Reconstruction,
): Promise<KeptReconstruction | undefined> {
  if (checkpoint === undefined) {
    if (checkpointEvery === undefined) return undefined;
    throw new DoselapError("Usage", "--checkpoint-every needs --checkpoint", {
      key: "--checkpoint-every",
      hint: "Name the file of the state: --checkpoint FILE.",
    });
  }
  const file = resolve(context.cwd, checkpoint);
  await prepareOutput(file);
  const inputsHash = hashOf(work);
  const found = await inputsOfCheckpoint(file);
  if (found !== undefined && found !== inputsHash) {
    throw new DoselapError("Hash", "holds the state of another reconstruction", {
      file: checkpoint,
      hint: "Name another --checkpoint, repeat the command that it is of, or delete it.",
    });
  }
  if (found !== undefined) printNote(context, `goes on from ${checkpoint}`);
  const keeper = fileCheckpoint(
    { file, draft: join(dirname(file), `.${sha256Hex(file).slice(0, 8)}.${process.pid}.checkpoint`) },
    inputsHash,
    { everyMs: 1000 * (checkpointEvery ?? defaultCheckpointSeconds), now: context.now },
    (note) => printNote(context, `${checkpoint}: ${note}`),
  );
  return { passes: await openPasses(keeper), done: () => rm(file, { force: true }) };
}

/** sha256 over the version, the engine and its options, and every number that the engine is given. */
function hashOf({ engine, problem, seed, kernels }: Reconstruction): string {
  const { size, frames, objectHeight, objectWidth, probeModes, positions } = problem;
  const { saturationCounts = null, subPixel = null } = problem;
  const content = createHash("sha256");
  const frame = new Float32Array(size ** 2);
  for (let j = 0; j < frames; j++) {
    readAmplitude(problem, j, frame);
    content.update(frame);
  }
  const { probe, object, mask, background, transfer, scales } = problem;
  const arrays = {
    probe,
    x: positions.x,
    y: positions.y,
    object: object?.data,
    mask,
    background,
    transfer,
    scales,
  };
  for (const [name, array] of Object.entries(arrays)) {
    content.update(`${name} ${array?.byteLength ?? "none"}\n`);
    if (array !== undefined) content.update(array);
  }
  const facts = {
    version: doselapVersion,
    engine: engine.name,
    options: engine.options,
    seed,
    kernels,
    shape: [frames, size, probeModes, objectHeight, objectWidth],
    saturationCounts,
    subPixel,
  };
  return sha256Hex(`${canonicalJson(facts)}\n${content.digest("hex")}`);
}
