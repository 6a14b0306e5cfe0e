// slurm/tasks.json: what each task of each array does, and everything it needs to know; slurm/submission.json: what Slurm was given.
// Both lie in the run folder, so that any session can ask, wait and cancel.

import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DoselapError } from "../../../errors.ts";
import { writeJson } from "../../../io/atomic.ts";
import { errorCode, fileError } from "../../../io/file-error.ts";
import type { TrainerChoice, WorkSettings } from "../../context.ts";
import { stageNames, type StageName } from "../../stage.ts";
import type { Submission } from "../executor.ts";

type Stage = Exclude<StageName, "plan">;

export interface SlurmTasks extends WorkSettings {
  readonly trainer: TrainerChoice;
  /** Node ids by task, in the order of the stages. */
  readonly arrays: readonly { readonly stage: Stage; readonly tasks: readonly (readonly string[])[] }[];
  /** Stages that are collected at the end. */
  readonly collect: readonly Stage[];
}

export interface SlurmSubmission extends Submission {
  readonly executor: "slurm";
  readonly jobName: string;
  /** Slurm's ids by script name; what was not submitted yet is absent. */
  readonly jobIds: { readonly [name: string]: string };
  /** False while sbatch is being called: a crash then left jobs that only their name tells. */
  readonly isWhole: boolean;
}

const folder = "slurm";

const stage = z.enum(stageNames.filter((name): name is Stage => name !== "plan") as [Stage, ...Stage[]]);
/** Its ids and name become arguments of scancel: nothing but numbers and our own names. */
const submissionSchema = z.object({
  executor: z.literal("slurm"),
  jobName: z.string().regex(/^doselap-[\w-]+$/u),
  jobIds: z.record(z.string(), z.string().regex(/^\d+$/u)),
  isWhole: z.boolean(),
});
const tasksSchema = z.object({
  trainer: z.union([
    z.object({ runner: z.literal("builtin"), provider: z.enum(["cuda", "webgpu"]).optional() }),
    z.object({
      runner: z.literal("command"),
      command: z.string(),
      programSha256: z.array(z.string()).optional(),
    }),
  ]),
  checkpointMs: z.number().positive().optional(),
  threads: z.number().int().positive().optional(),
  arrays: z.array(z.object({ stage, tasks: z.array(z.array(z.string())) })),
  collect: z.array(stage),
});

export async function writeTasks(root: string, tasks: SlurmTasks): Promise<void> {
  await writeJson(join(root, folder, "tasks.json"), tasks);
}

/** @throws Job when nothing was submitted in this folder, Format. */
export async function readTasks(root: string): Promise<SlurmTasks> {
  const value = await readObject(join(root, folder, "tasks.json"));
  if (value === undefined) {
    throw new DoselapError("Job", "nothing was submitted to Slurm from this folder", {
      file: root,
      hint: "Submit it: doselap run … --executor slurm.",
    });
  }
  const parsed = tasksSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notOurs(join(root, folder, "tasks.json"));
}

export async function writeSubmission(root: string, submission: SlurmSubmission): Promise<void> {
  await writeJson(join(root, folder, "submission.json"), submission);
}

/** Undefined when this folder was never submitted. @throws Format. */
export async function readSubmission(root: string): Promise<SlurmSubmission | undefined> {
  const file = join(root, folder, "submission.json");
  const value = await readObject(file);
  if (value === undefined) return undefined;
  const parsed = submissionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notOurs(file);
}

/** Forgets what was given to Slurm: from here on the folder counts as never submitted, and a task of it that begins late finds
 * nothing to do. Scripts and logs stay. @throws File. */
export async function dropSubmission(root: string): Promise<void> {
  for (const name of ["submission.json", "tasks.json", collectedFile]) {
    const file = join(root, folder, name);
    await rm(file, { force: true }).catch((cause: unknown) => {
      throw fileError("cannot be removed", file, cause);
    });
  }
}

const collectedFile = "collected.json";

/** Says of a submission that its last job has written what it had to: nothing of it is alive any more but that job's end. */
export async function markCollected(root: string, { jobName }: SlurmSubmission): Promise<void> {
  await writeJson(join(root, folder, collectedFile), { jobName });
}

/** True when the last job of this very submission has done its work. */
export async function isCollected(root: string, { jobName }: SlurmSubmission): Promise<boolean> {
  return (await readObject(join(root, folder, collectedFile)))?.["jobName"] === jobName;
}

async function readObject(file: string): Promise<{ readonly [key: string]: unknown } | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    throw fileError("cannot be read", file, cause);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below: what is no JSON is not ours either.
  }
  throw notOurs(file);
}

function notOurs(file: string): DoselapError {
  return new DoselapError("Format", "is not what doselap wrote there", {
    file,
    hint: "Cancel this folder's Slurm jobs with scancel, and delete the folder slurm/.",
  });
}
