// doselap run: the whole study, or some of its stages, in one folder.

import { buildCommand } from "@stricli/core";
import { printJson, type CliContext } from "../context.ts";
import { threadsFlag } from "../executor-flags.ts";
import { jsonFlag } from "../flags.ts";
import {
  filterFlags,
  studyFlags,
  studyPositional,
  type FilterFlags,
  type StudyFlags,
} from "../study-flags.ts";
import { dryRun, runInTerminal } from "../study-run.ts";
import { stageNames, type StageName } from "../../pipeline/stage.ts";

type Flags = StudyFlags &
  FilterFlags & { readonly stage?: readonly StageName[]; readonly dryRun: boolean; readonly json: boolean };

export const runCommand = buildCommand<Flags, [string?], CliContext>({
  docs: {
    brief: "Run a study: plan, generate, views, train, reconstruct, compare, report",
    fullDescription: [
      "Runs a study in a folder and writes its report. A folder goes on where it was: finished jobs are",
      "kept, so the same command resumes after Ctrl-C, a crash or a kill.",
      "",
      "STUDY is a preset (quick, fly64, iso-dose, measured), the path of a YAML study file, or a run folder's study.json.",
      "",
      "Examples:",
      "  doselap run quick --out runs/quick",
      "  doselap run measured --input scan.npz --out runs/mine",
      "  doselap run measured --input scan.cxi --orientation find --out runs/raw",
      "  doselap run fly64 --out runs/fly64 --dose 1000 --view dense --workers 2",
      "  doselap run quick --out runs/quick --stage generate --stage views",
      "  doselap run quick --out runs/quick --runner command --command 'python3 train.py'",
      "  doselap run fly64 --dry-run --json",
    ].join("\n"),
  },
  parameters: {
    positional: studyPositional,
    flags: {
      ...studyFlags,
      threads: threadsFlag,
      ...filterFlags,
      stage: {
        kind: "enum",
        values: stageNames,
        variadic: ",",
        optional: true,
        brief: "Only these stages; earlier ones must be there (default: all)",
      },
      dryRun: { kind: "boolean", default: false, withNegated: false, brief: "List the jobs and run none" },
      json: jsonFlag,
    },
  },
  async func({ stage = stageNames, dryRun: dry, json, ...flags }, study) {
    const wanted = stage.length > 0 ? stage : stageNames;
    const answer = await (dry ? dryRun : runInTerminal)(this, study, flags, wanted, { quiet: json });
    if (json) printJson(this, answer);
  },
});
