// doselap train: the training jobs of a study, with what they need before them.

import { buildCommand } from "@stricli/core";
import { printJson, type CliContext } from "../context.ts";
import { jsonFlag } from "../flags.ts";
import {
  filterFlags,
  studyFlags,
  studyPositional,
  type FilterFlags,
  type StudyFlags,
} from "../study-flags.ts";
import { dryRunTraining, runInTerminal } from "../study-run.ts";

type Flags = Omit<StudyFlags, "threads"> & FilterFlags & { readonly dryRun: boolean; readonly json: boolean };

export const trainCommand = buildCommand<Flags, [string?], CliContext>({
  docs: {
    brief: "Train the network arms of a study",
    fullDescription: [
      "Runs the training jobs of a study, after whatever of plan, generate and views they still need, and",
      "writes train/training_manifest.json and train/skip_summary.json. Each job leaves its network as the folder",
      "model (see doselap infer), its object of the test frames, and train.log with the losses of every epoch.",
      "",
      "Our own trainer uses one thread per job and trains as many jobs at a time as there are cores. It is told to",
      "stop by Ctrl-C; the same command goes on with the jobs that are not finished.",
      "",
      "With --dry-run no runner is called: each job's planned call goes to its train.log once its data are",
      "there, and the list of jobs with their configuration is printed.",
      "",
      "Examples:",
      "  doselap train quick --out runs/quick --dose 10000 --view dense --arm pinn-scan",
      "  doselap train quick --out runs/quick --dose 1000 --view baseline --dry-run",
      "  doselap train quick --out runs/quick --runner command --command 'python3 train.py'",
    ].join("\n"),
  },
  parameters: {
    positional: studyPositional,
    flags: {
      ...studyFlags,
      ...filterFlags,
      dryRun: { kind: "boolean", default: false, withNegated: false, brief: "Plan the jobs; train none" },
      json: jsonFlag,
    },
  },
  async func({ dryRun: dry, json, ...flags }, study) {
    const answer = dry
      ? await dryRunTraining(this, study, flags, { quiet: json })
      : await runInTerminal(this, study, flags, ["plan", "generate", "views", "train"], { quiet: json });
    if (json) printJson(this, answer);
  },
});
