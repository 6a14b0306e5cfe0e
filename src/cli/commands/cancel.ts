// doselap cancel: end a run that another session began. Finished jobs are kept.

import { setTimeout as sleep } from "node:timers/promises";
import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { DoselapError } from "../../errors.ts";
import { cancelJobs } from "../../pipeline/executors/slurm/slurm.ts";
import { readSubmission } from "../../pipeline/executors/slurm/tasks.ts";
import { lockOwner } from "../../pipeline/lock.ts";
import { printLine, type CliContext } from "../context.ts";
import { parsePath } from "../flags.ts";

/** A job ends between two steps: this is the longest that one may take. */
const patienceMs = 60_000;

export const cancelCommand = buildCommand<{}, [string], CliContext>({
  docs: {
    brief: "End a run: its Slurm jobs, or its process on this machine; finished jobs are kept",
    fullDescription: [
      "Ends what is at work in DIR and waits until it is gone. Nothing that is finished is lost: the same doselap run goes on.",
      "",
      "Examples:",
      "  doselap cancel runs/fly64",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "DIR", brief: "Run folder", parse: parsePath }],
    },
    flags: {},
  },
  async func(_flags, dir) {
    const root = resolve(this.cwd, dir);
    const submission = await readSubmission(root);
    const owner = await lockOwner(root);
    if (submission === undefined && (owner === undefined || owner.isAlive === false)) {
      printLine(this, `${dir}: nobody is at work, nothing to end`);
      return;
    }
    if (submission !== undefined) {
      await cancelJobs(submission);
      printLine(this, `${dir}: Slurm's jobs of ${submission.jobName} have ended`);
    }
    if (owner?.isAlive === undefined && owner !== undefined) {
      throw new DoselapError("Job", "the run is at work on another host, which cannot be told from here", {
        file: dir,
        got: `process ${owner.pid} on ${owner.host}`,
        hint: `Run doselap cancel on ${owner.host}.`,
      });
    }
    if (owner?.isAlive === true) {
      await endProcess(root, owner.pid);
      printLine(this, `${dir}: process ${owner.pid} has ended`);
    }
  },
});

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
