// doselap plan: what a study would do, before it does it.

import { buildCommand } from "@stricli/core";
import { loadDesign } from "../../study/design/load.ts";
import { measuredSource } from "../../study/measured-source.ts";
import { planText } from "../../study/plan-text.ts";
import { planStudy } from "../../study/plan.ts";
import { readStudyScan } from "../../study/study-scan.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parsePath } from "../flags.ts";
import type { PrepareFlags } from "../prepare-flags.ts";
import { scanFlags, scanOverrides } from "../study-flags.ts";

interface Flags extends PrepareFlags {
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
      ...scanFlags,
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
  async func({ json, ...flags }, given) {
    const { input } = flags;
    const study = given ?? (input === undefined ? "quick" : "measured");
    const design = await loadDesign(study, {
      cwd: this.cwd,
      input,
      overrides: scanOverrides(flags, this.cwd),
    });
    let source;
    if (design.kind === "measured") {
      const signal = this.stopSignal("nothing was written");
      const { dataset, warnings } = await readStudyScan(design, { signal });
      for (const warning of warnings) printNote(this, `warning: ${warning}`);
      source = measuredSource(dataset);
    }
    const plan = await planStudy(design, source);
    if (json) printJson(this, plan);
    else for (const line of planText(plan)) printLine(this, line);
  },
});
