// doselap report: one self-contained HTML file from a run folder.

import { join, resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { answerOf } from "../../report/answer.ts";
import { readRun } from "../../report/run-data.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parsePath } from "../flags.ts";

interface Flags {
  readonly out?: string;
  readonly json: boolean;
}

export const reportCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Write the report of a run folder: one HTML file that needs nothing else",
    fullDescription: [
      "Reads study.json and compare/ of a run folder and writes one HTML file: the answer in a sentence,",
      "tables, curves, pictures and provenance. It needs no network, follows dark and light, and prints on A4.",
      "The same folder gives the same bytes.",
      "",
      "Examples:",
      "  doselap report runs/quick",
      "  doselap report runs/quick --out quick.html --json",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "DIR", brief: "Run folder whose compare stage is done", parse: parsePath }],
    },
    flags: {
      out: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "FILE",
        brief: "The HTML file; DIR/report.html when absent",
      },
      json: jsonFlag,
    },
  },
  async func({ out, json }, dir) {
    const runDir = resolve(this.cwd, dir);
    const file = out === undefined ? join(runDir, "report.html") : resolve(this.cwd, out);
    const data = await readRun(runDir);
    // Loaded here: drawing needs a DOM, which is slow to load.
    const { writeReportOf } = await import("../../report/write.ts");
    const bytes = await writeReportOf(data, file);
    const { sentence, caveats, keepFraction, kept } = answerOf(data.result);
    if (json) {
      printJson(this, { report: file, bytes, answer: sentence, caveats, keepFraction, kept });
      return;
    }
    printLine(this, sentence);
    for (const caveat of caveats) printNote(this, caveat);
    printLine(this, file);
  },
});
