// What every stage is given: the run folder, its design, and nothing else. study.json ties a folder to one design.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DoselapError } from "../errors.ts";
import { writeJson } from "../io/atomic.ts";
import { fileError } from "../io/file-error.ts";
import { parseJson } from "../io/json.ts";
import { makeFolder } from "../io/make-folder.ts";
import { checkDesign } from "../study/design/check.ts";
import { designHash } from "../study/design/hash.ts";
import { designSchema, type StudyDesign } from "../study/design/schema.ts";
import type { NodeProvider } from "../nn/runtime/node.ts";
import type { StudyPlan } from "../study/plan-types.ts";
import { doselapVersion } from "../version.ts";
import { readPlan } from "./plan-file.ts";

/** How network arms are trained. */
export type TrainerChoice =
  | {
      readonly runner: "builtin";
      /** What computes; the processor when absent. Another one gives other last digits: it is an input of the jobs. */
      readonly provider?: Exclude<NodeProvider, "cpu"> | undefined;
    }
  | {
      readonly runner: "command";
      readonly command: string;
      /** sha256 of the files that the command names: a changed program is another trainer. */
      readonly programSha256?: readonly string[] | undefined;
    };

/** How jobs are worked at. None of it changes a byte of any result, nor a hash (CONFIG-002). */
export interface WorkSettings {
  /** Milliseconds between the checkpoints of a job; a minute when absent. */
  readonly checkpointMs?: number | undefined;
  /** Threads of an engine's kernels; one when absent. */
  readonly threads?: number | undefined;
}

export interface RunContext extends WorkSettings {
  /** The run folder, absolute. */
  readonly root: string;
  readonly design: StudyDesign;
  readonly designHash: string;
  readonly trainer: TrainerChoice;
}

/** After the plan stage. */
export interface StageContext extends RunContext {
  readonly plan: StudyPlan;
}

/** Makes the folder, or checks that it is this study's. Nothing is written yet: a study whose input cannot be planned must
 * not claim the folder. @throws Hash when the folder holds another study. */
export async function openRun(
  root: string,
  design: StudyDesign,
  trainer: TrainerChoice,
): Promise<RunContext> {
  const hash = designHash(design);
  await makeFolder(root).catch((cause: unknown) => {
    throw new DoselapError("File", "cannot be made", {
      ...fileError("cannot be made", root, cause).context,
      hint: "Choose a writable --out.",
    });
  });
  await checkSameStudy(root, design);
  return { root, design, designHash: hash, trainer };
}

/** Ties the folder to the design, once it is planned. */
export async function tieRun({ root, design, designHash: hash }: RunContext): Promise<void> {
  if ((await checkSameStudy(root, design)) === "same") return;
  await writeJson(join(root, "study.json"), { schemaVersion: 1, doselapVersion, designHash: hash, design });
}

/** Whether the folder holds this study or none yet. @throws Hash when it holds another. */
export async function checkSameStudy(root: string, design: StudyDesign): Promise<"new" | "same"> {
  const existing = await readStudy(root);
  if (existing === undefined) return "new";
  const hash = designHash(design);
  if (existing.hash === hash) return "same";
  throw new DoselapError("Hash", "this folder holds another study", {
    file: join(root, "study.json"),
    expected: `design ${hash.slice(0, 12)} (${design.name})`,
    got: `design ${existing.hash.slice(0, 12)} (${existing.design.name})`,
    hint: "Choose another --out, or delete the folder.",
  });
}

/** The design of a run folder, or undefined when it holds none yet.
 * @throws Format, Hash when study.json was changed by hand, Design when it breaks a rule of designs. */
export async function readStudy(root: string): Promise<{ design: StudyDesign; hash: string } | undefined> {
  const file = join(root, "study.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw fileError("cannot be read", file, cause);
  }
  let content: unknown;
  try {
    content = parseJson(text);
  } catch (cause) {
    throw new DoselapError("Format", "is not JSON", {
      file,
      cause,
      hint: "Start in a new folder.",
    });
  }
  const { design, designHash: stated } = isObject(content) ? content : {};
  const parsed = designSchema.safeParse(design);
  if (!parsed.success) {
    throw new DoselapError("Format", "holds no valid design", {
      file,
      got: parsed.error.issues[0]?.message,
    });
  }
  const hash = designHash(parsed.data);
  if (hash !== stated) {
    throw new DoselapError("Hash", "the design does not match its hash: the file was edited", {
      file,
      expected: String(stated),
      got: hash,
      hint: "Write the change into a study file and run that in a new folder.",
    });
  }
  // The file may come from anywhere: what a study file must keep, it must keep too.
  checkDesign(parsed.data, { file });
  return { design: parsed.data, hash };
}

/** The context of a run folder whose plan is made: what workers start from.
 * @throws Job when it is not. */
export async function openStageContext(
  root: string,
  trainer: TrainerChoice,
  { checkpointMs, threads }: WorkSettings = {},
): Promise<StageContext> {
  const study = await readStudy(root);
  if (study === undefined) throw new DoselapError("Job", "holds no study", { file: root });
  return withPlan({ root, design: study.design, designHash: study.hash, trainer, checkpointMs, threads });
}

/** Adds the plan that the plan stage left. @throws Job, Format, Hash. */
export async function withPlan(context: RunContext): Promise<StageContext> {
  return { ...context, plan: await readPlan(context.root, context.designHash) };
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}
