// doselap report: one self-contained HTML file from a run folder, the same as Markdown, JSON and CSV, and the proof of its numbers.

import { extname, join, resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { DoselapError } from "../../errors.ts";
import { answerOf } from "../../report/answer.ts";
import { formatEndings, reportFormats, type ReportFormat } from "../../report/exports/formats.ts";
import { readRun } from "../../report/run-data.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parsePath } from "../flags.ts";
import { keepApart, runFiles } from "../output-file.ts";

interface Flags {
  readonly out?: string;
  readonly format?: readonly ReportFormat[];
  readonly verify: boolean;
  readonly json: boolean;
}

export const reportCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Write the report of a run folder: one HTML file that needs nothing else; or prove its numbers",
    fullDescription: [
      "Reads study.json and compare/ of a run folder and writes one HTML file: the answer in a sentence,",
      "tables, curves, pictures, cost and provenance. It needs no network, follows dark and light, and prints on A4.",
      "Its figures are written beside it, as SVG, PNG and CSV; that of the processor times by this command alone, not by a run,",
      "since times differ from run to run. The same folder gives the same bytes.",
      "",
      "--format writes other forms as well or instead: markdown (question, answer, tables, links to the figures), json (answer,",
      "break points, tidy rows, costs), csv (tidy rows, one per number). They stand in DIR as report.md, report.json and",
      "report.csv. --out names the file; of several formats each has that name with its own ending.",
      "",
      "--verify writes nothing. It compares every file with its recorded sha256, computes every number of the tables",
      "again from the stored reconstructions and data, makes the report's files again beside those in DIR, and exits 1 on",
      "any difference, naming file, key and both values.",
      "",
      "Examples:",
      "  doselap report runs/quick",
      "  doselap report runs/quick --verify",
      "  doselap report runs/quick --format html,markdown,json,csv",
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
        brief: "The file; DIR/report.html when absent",
      },
      format: {
        kind: "enum",
        values: reportFormats,
        variadic: ",",
        optional: true,
        brief: "Forms to write (default: html)",
      },
      verify: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Recompute every number and exit 1 on any difference; writes nothing",
      },
      json: jsonFlag,
    },
  },
  async func({ out, format, verify, json }, dir) {
    const runDir = resolve(this.cwd, dir);
    if (verify) {
      const writing = out === undefined ? (format === undefined ? undefined : "--format") : "--out";
      if (writing !== undefined)
        throw new DoselapError("Usage", "--verify writes nothing", {
          key: writing,
          hint: `Leave ${writing} away.`,
        });
      // Loaded here, as is what draws below: a DOM and the engines are slow to load.
      const { verifyInTerminal } = await import("../verification.ts");
      await verifyInTerminal(this, runDir, { json });
      return;
    }
    const formats = format === undefined || format.length === 0 ? (["html"] as const) : [...new Set(format)];
    const base = out === undefined ? join(runDir, "report.html") : resolve(this.cwd, out);
    const files = formats.map((each) => ({
      format: each,
      file:
        out !== undefined && formats.length === 1
          ? base
          : `${base.slice(0, base.length - extname(base).length)}${formatEndings[each]}`,
    }));
    await keepApart(
      this.cwd,
      files.map(({ file }) => ["--out", file]),
      runFiles("DIR", dir),
    );
    const data = await readRun(runDir);
    // Loaded here: drawing needs a DOM, which is slow to load.
    const { writeFormats } = await import("../../report/exports/write.ts");
    const written = await writeFormats(data, files, { cost: true });
    const { sentence, caveats, keepFraction, kept } = answerOf(data.result);
    if (json) {
      const [{ file, bytes }] = written as [(typeof written)[number]];
      printJson(this, { report: file, bytes, files: written, answer: sentence, caveats, keepFraction, kept });
      return;
    }
    printLine(this, sentence);
    for (const caveat of caveats) printNote(this, caveat);
    for (const { file } of written) printLine(this, file);
  },
});
