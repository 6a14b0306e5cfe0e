// doselap attach: wait for a run that another session began, and end as it would have.

import { relative, resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { attachRun } from "../../pipeline/attach.ts";
import { stageNames } from "../../pipeline/stage.ts";
import { printNote, type CliContext } from "../context.ts";
import { parsePath } from "../flags.ts";
import { plainProgress } from "../progress/plain.ts";
import { exitCodeOf, printSummary } from "../run-summary.ts";

export const attachCommand = buildCommand<{ readonly strict: boolean }, [string], CliContext>({
  docs: {
    brief: "Wait for a run that another session began, and say how it ended",
    fullDescription: [
      "Waits until the run in DIR is over: the last Slurm job of a submitted one, the process of a local one. Prints the result",
      "and ends with the exit code that doselap run would have had; at once when it is over already. Ctrl-C ends the waiting,",
      "not the run.",
      "",
      "Examples:",
      "  doselap attach runs/fly64",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "DIR", brief: "Run folder", parse: parsePath }],
    },
    flags: {
      strict: { kind: "boolean", default: false, withNegated: false, brief: "Exit 3 when a job was skipped" },
    },
  },
  async func({ strict }, dir) {
    const root = resolve(this.cwd, dir);
    const progress = plainProgress((line) => printNote(this, line), this.now);
    const signal = this.stopSignal("the run goes on");
    const summary = await attachRun({ root, onEvent: progress.sink, signal, now: this.now });
    await printSummary(this, summary, relative(this.cwd, root) || ".", stageNames, { failuresTold: false });
    this.process.exitCode = exitCodeOf(summary, strict);
  },
});
