// doselap work: what a Slurm task runs. People do not need it; it is documented for those who read the scripts.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { DoselapError } from "../../errors.ts";
import { workCollection, workTask } from "../../pipeline/executors/slurm/work.ts";
import { stageNames, type StageName } from "../../pipeline/stage.ts";
import { exitCodes, printLine, type CliContext } from "../context.ts";
import { parsePath, parseSeed } from "../flags.ts";

type Stage = Exclude<StageName, "plan">;

interface Flags {
  readonly stage?: Stage;
  readonly task?: number;
  readonly collect: boolean;
}

export const workCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Do one task of a study that was submitted to Slurm (its batch scripts call this)",
    fullDescription: [
      "Runs the jobs of one task of a Slurm array, or collects what all tasks left and writes the report. What is finished is",
      "kept, so a task that is started again goes on. See docs/running-on-a-cluster.md.",
      "",
      "Examples:",
      "  doselap work runs/fly64 --stage reconstruct --task 3",
      "  doselap work runs/fly64 --collect",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "DIR", brief: "Run folder", parse: parsePath }],
    },
    flags: {
      stage: {
        kind: "enum",
        values: stageNames.filter((name): name is Stage => name !== "plan"),
        optional: true,
        brief: "Stage of the task",
      },
      task: {
        kind: "parsed",
        parse: parseSeed,
        optional: true,
        placeholder: "I",
        brief: "Number of the task, from 0",
      },
      collect: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Write manifests and report instead",
      },
    },
  },
  async func({ stage, task, collect }, dir) {
    const root = resolve(this.cwd, dir);
    const options = {
      signal: this.stopSignal("finished jobs are kept"),
      now: this.now,
      say: (line: string) => printLine(this, line),
    };
    if (collect && stage === undefined && task === undefined) {
      await workCollection(root, options);
      return;
    }
    if (stage === undefined || task === undefined || collect) {
      throw new DoselapError("Usage", "says neither which task nor that it collects", {
        expected: "--stage and --task, or --collect",
        got: "another combination",
      });
    }
    const failed = await workTask(root, stage, task, options);
    if (failed > 0) this.process.exitCode = exitCodes.failed;
  },
});
