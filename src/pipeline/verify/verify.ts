// Verification of a run folder: every number of the report's tables is computed again from the stored reconstructions and
// data, by the compare stage itself in a temporary folder, and compared exactly. First come the recorded hashes of all files.

import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DoselapError, messageOf } from "../../errors.ts";
import { makeFolder } from "../../io/make-folder.ts";
import { readStudyResult } from "../../study/results-file.ts";
import { doselapVersion } from "../../version.ts";
import { noCheckpoint } from "../checkpoint.ts";
import { openStageContext, type StageContext } from "../context.ts";
import type { JobRecord } from "../record.ts";
import type { JobOutcome, StageJob } from "../stage.ts";
import { stages } from "../stages/registry.ts";
import type { Difference } from "./difference.ts";
import { fileDifferences } from "./file-differences.ts";
import { checkInputs, checkOutputs, recordOf } from "./recorded.ts";
import { checkPages } from "./pages.ts";

export interface Verification {
  readonly differences: readonly Difference[];
  /** What limits the check, each one sentence. */
  readonly notes: readonly string[];
  /** Files whose sha256 was compared with their job's record. */
  readonly files: number;
  /** Cells that were compared again. */
  readonly cells: number;
  /** Numbers of compare/ that were computed again, the tables' among them. */
  readonly numbers: number;
}

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called before each cell. */
  readonly onCell?: ((path: string, done: number, cells: number) => void) | undefined;
}

const hashedStages = ["generate", "views", "train", "reconstruct", "compare"] as const;

/** Verifies a run folder whose compare stage is done. Nothing in it is written.
 * @throws File, Format, Hash when the folder holds no study, plan or comparison at all; Interrupted. */
export async function verifyRun(root: string, options: VerifyOptions = {}): Promise<Verification> {
  const context = await openStageContext(root, { runner: "builtin" });
  const { doselapVersion: madeBy } = await readStudyResult(root);
  const differences: Difference[] = [];
  const found = (difference: Difference): void => void differences.push(difference);
  const notes =
    madeBy === doselapVersion
      ? []
      : [
          `the numbers were made by doselap ${madeBy} and are checked by ${doselapVersion}: methods may differ`,
        ];

  const compared: { job: StageJob; record: JobRecord | undefined }[] = [];
  const planned = await recordOf({ path: "plan" }, context, found);
  let files = planned === undefined ? 0 : await checkOutputs({ path: "plan" }, planned, context, found);
  for (const name of hashedStages) {
    for (const job of stages[name].jobs(context)) {
      stopIfAborted(options);
      const record = await recordOf(job, context, found);
      if (name === "compare") compared.push({ job, record });
      if (record === undefined) continue;
      files += await checkOutputs(job, record, context, found);
      // How networks were trained (by which program) is not in the folder, so their inputs have no hash to compare.
      if (name !== "train" && madeBy === doselapVersion)
        await checkInputs(stages[name], job, record, context, found);
    }
  }

  const scratch = await mkdtemp(join(tmpdir(), "doselap-verify-"));
  try {
    const { numbers, cells } = await recompute(compared, { context, scratch, found, options });
    const pages =
      madeBy === doselapVersion && !differences.some(({ file }) => file.startsWith("compare/"))
        ? await checkPages(root, scratch)
        : { differences: [], notes: [] };
    return {
      differences: [...differences, ...pages.differences],
      notes: [...notes, ...pages.notes],
      files,
      cells,
      numbers,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The compare stage again, into the scratch folder, and its files beside the stored ones. */
async function recompute(
  compared: readonly { readonly job: StageJob; readonly record: JobRecord | undefined }[],
  {
    context,
    scratch,
    found,
    options,
  }: {
    readonly context: StageContext;
    readonly scratch: string;
    readonly found: (difference: Difference) => void;
    readonly options: VerifyOptions;
  },
): Promise<{ numbers: number; cells: number }> {
  const stage = stages.compare;
  let numbers = 0;
  const compareFile = async (file: string): Promise<void> => {
    const result = await fileDifferences(join(context.root, file), join(scratch, file));
    for (const difference of result.differences) found({ file, ...difference });
    numbers += result.numbers;
  };

  const outcomes: JobOutcome[] = [];
  const cells = compared.filter(({ record }) => record?.state === "done").length;
  let done = 0;
  for (const { job, record } of compared) {
    // As the stage itself takes what it did not do: a record of another design is none.
    if (record === undefined || record.designHash !== context.designHash) {
      outcomes.push({ job, state: "absent", reason: null, summary: {} });
      continue;
    }
    const { state, reason, summary } = record;
    outcomes.push({ job, state, reason, summary });
    if (state !== "done") continue;
    stopIfAborted(options);
    options.onCell?.(job.path, done++, cells);
    const folder = join(scratch, job.path);
    await makeFolder(folder);
    try {
      await stage.work(job, context, folder, {
        progress() {},
        signal: options.signal,
        checkpoint: noCheckpoint,
      });
    } catch (error) {
      found({ file: job.path, key: "", stored: "a comparison", recomputed: messageOf(error) });
      // The study's tables are then checked against what the cell's own folder says.
      await copyFile(join(context.root, job.path, "metrics.json"), join(folder, "metrics.json"));
      continue;
    }
    for (const name of (await readdir(folder)).toSorted()) await compareFile(`${job.path}/${name}`);
  }
  await makeFolder(join(scratch, "compare"));
  await stage.finish(outcomes, { ...context, root: scratch }, { recordRoot: context.root });
  for (const entry of await readdir(join(scratch, "compare"), { withFileTypes: true }))
    if (entry.isFile()) await compareFile(`compare/${entry.name}`);
  return { numbers, cells };
}

function stopIfAborted({ signal }: VerifyOptions): void {
  if (signal?.aborted === true) throw new DoselapError("Interrupted", "stopped; nothing was changed");
}
