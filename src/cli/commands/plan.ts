// doselap plan: what a study would do, before it does it.

import { buildCommand } from "@stricli/core";
import { readDataset } from "../../data/read.ts";
import { DoselapError } from "../../errors.ts";
import { loadDesign, sourceFile } from "../../study/design/load.ts";
import { measuredSource } from "../../study/measured-source.ts";
import { planText } from "../../study/plan-text.ts";
import { planStudy } from "../../study/plan.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parsePath } from "../flags.ts";
import { readFlags, readOptionsOf, type ReadFlags } from "../read-flags.ts";

interface Flags extends ReadFlags {
  readonly input?: string | undefined;
  readonly json: boolean;
}

export const planCommand = buildCommand<Flags, [study?: string], CliContext>({
  docs: {
    brief: "Print a study's matrix, photons, predicted overlap, guard band and cost, and run nothing",
    fullDescription: [
      "Prints what a study would do: its views with the scan step, the predicted overlap and the frames of",
      "each half, photons per frame and per pixel, every job with bytes, operations and time, and warnings",
      "about doses and overlaps that cannot show anything.",
      "",
      "  doselap plan                               the quick study",
      "  doselap plan fly64 --json                  the reference study, for a program",
      "  doselap plan my-study.yaml                 a study of your own (docs/study-file.md)",
      "  doselap plan measured --input scan.npz     your own scan at lower dose and overlap",
    ].join("\n"),
  },
  parameters: {
    flags: {
      input: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "SCAN",
        brief: "The measured scan; only for a measured study",
      },
      ...readFlags,
      json: jsonFlag,
    },
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: parsePath,
          optional: true,
          placeholder: "STUDY",
          brief:
            "Preset (quick, fly64, iso-dose, measured) or YAML file; default: measured with --input, else quick",
        },
      ],
    },
  },
  async func({ input, json, ...reading }, given) {
    const study = given ?? (input === undefined ? "quick" : "measured");
    const read = readOptionsOf(reading);
    const overrides = Object.keys(read).length > 0 ? { read } : {};
    const design = await loadDesign(study, { cwd: this.cwd, input, overrides });
    if (design.kind === "measured" && design.input === null) {
      throw new DoselapError("Usage", "a measured study needs a scan", {
        key: "--input",
        hint: `Name it: doselap plan ${study} --input SCAN.npz`,
      });
    }
    let source;
    if (design.kind === "measured" && design.input !== null) {
      const { dataset, warnings } = await readDataset(sourceFile(design.input), design.read);
      for (const warning of warnings) printNote(this, `warning: ${warning}`);
      source = measuredSource(dataset);
    }
    const plan = await planStudy(design, source);
    if (json) printJson(this, plan);
    else for (const line of planText(plan)) printLine(this, line);
  },
});
