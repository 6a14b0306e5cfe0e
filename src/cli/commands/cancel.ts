// doselap cancel: end a run that another session began. Finished jobs are kept.

import { setTimeout as sleep } from "node:timers/promises";
import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { DoselapError } from "../../errors.ts";
import { openStageContext } from "../../pipeline/context.ts";
import { statesOrSilence } from "../../pipeline/executors/slurm/asking.ts";
import { cancelJobs } from "../../pipeline/executors/slurm/cancel.ts";
import { slurmCommands } from "../../pipeline/executors/slurm/commands.ts";
import { isRecorded } from "../../pipeline/executors/slurm/over.ts";
import {
  dropSubmission,
  isCollected,
  readSubmission,
  type SlurmSubmission,
} from "../../pipeline/executors/slurm/tasks.ts";
import { lockOwner } from "../../pipeline/lock.ts";
import { printLine, type CliContext } from "../context.ts";
import { parsePath } from "../flags.ts";

/** A job ends between two steps: this is the longest that one may take. */
const patienceMs = 60_000;

export const cancelCommand = buildCommand<{ readonly forget: boolean }, [string], CliContext>({
  docs: {
    brief: "End a run: its Slurm jobs, or its process on this machine; finished jobs are kept",
    fullDescription: [
      "Ends what is at work in DIR and waits until it is gone. Nothing that is finished is lost: the same doselap run goes on.",
      "",
      "Examples:",
      "  doselap cancel runs/fly64",
      "  doselap cancel runs/fly64 --forget     Slurm is gone for good, or was on another machine",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "DIR", brief: "Run folder", parse: parsePath }],
    },
    flags: {
      forget: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Give up Slurm's jobs where Slurm cannot be asked, so that the folder is free",
      },
    },
  },
  async func({ forget }, dir) {
    const root = resolve(this.cwd, dir);
    const owner = await lockOwner(root);
    // First the one that might submit more.
    if (owner?.isAlive === true) {
      await endProcess(root, owner.pid);
      printLine(this, `${dir}: process ${owner.pid} has ended`);
    }
    const submission = await readSubmission(root);
    if (submission !== undefined) printLine(this, `${dir}: ${await endSubmitted(root, submission, forget)}`);
    if (owner !== undefined && owner.isAlive === undefined) {
      throw new DoselapError("Job", "the run is at work on another host, which cannot be told from here", {
        file: dir,
        got: `process ${owner.pid} on ${owner.host}`,
        hint: `Run doselap cancel on ${owner.host}.`,
      });
    }
    if (submission !== undefined || owner?.isAlive === true) return;
    // A folder that is no run is no success.
    await openStageContext(root, { runner: "builtin" });
    printLine(this, `${dir}: nobody is at work, nothing to end`);
  },
});

/** Ends Slurm's jobs and frees the folder of them. Returns what became of them. @throws Runner when Slurm cannot be asked. */
async function endSubmitted(root: string, submission: SlurmSubmission, forget: boolean): Promise<string> {
  const states = await statesOrSilence(submission, slurmCommands());
  if (typeof states === "string") {
    const isOver =
      (await isCollected(root, submission)) ||
      (await isRecorded(submission, await openStageContext(root, { runner: "builtin" })));
    if (!isOver && !forget) {
      throw new DoselapError("Runner", "Slurm cannot be asked here to end its jobs", {
        file: root,
        key: submission.jobName,
        got: states,
        hint: "Cancel where Slurm answers. If its jobs are gone for good: doselap cancel --forget and this folder.",
      });
    }
    await dropSubmission(root);
    return isOver
      ? "the run is over, nothing to end"
      : `Slurm's jobs of ${submission.jobName} are given up; one that should still begin finds nothing to do`;
  }
  await cancelJobs(submission);
  await dropSubmission(root);
  return `Slurm's jobs of ${submission.jobName} have ended`;
}

/** Asks it to stop, and waits. @throws Job when it does not. */
async function endProcess(root: string, pid: number): Promise<void> {
  process.kill(pid, "SIGTERM");
  const attempts = patienceMs / 250;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const owner = await lockOwner(root);
    if (owner?.pid !== pid || owner.isAlive === false) return;
    await sleep(250);
  }
  throw new DoselapError("Job", "the process does not end", {
    file: root,
    got: `process ${pid} after ${patienceMs / 1000} s`,
    hint: `End it: kill -9 ${pid}. Finished jobs are kept.`,
  });
}
