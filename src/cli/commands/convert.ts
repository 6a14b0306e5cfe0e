// doselap convert: any dataset that is read, as a canonical DATA-001 file.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { convertDataset } from "../../data/convert.ts";
import { DoselapError } from "../../errors.ts";
import { doselapVersion } from "../../version.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parsePath } from "../flags.ts";
import { readFlags, readOptionsOf, type ReadFlags } from "../read-flags.ts";

interface Flags extends ReadFlags {
  readonly json: boolean;
}

export const convertCommand = buildCommand<Flags, [string, string], CliContext>({
  docs: {
    brief: "Write a dataset as canonical DATA-001, which numpy reads without pickle",
    fullDescription: [
      "Reads IN (DATA-001, its older forms, tike's test layout; also compressed with bzip2) and writes OUT as DATA-001:",
      "diffraction float32 [M, N, N] = √counts with zero frequency in the centre, xcoords and ycoords float64 in object",
      "pixels, probeGuess and objectGuess complex64, scan_index int64, metadata as JSON text.",
      "",
      "Provenance is kept and one entry is added. A file that breaks the contract is refused and nothing is written.",
      "",
      "Examples:",
      "  doselap convert siemens-star-small.npz.bz2 scan.npz",
      "  doselap convert legacy.npz scan.npz --layout HWM --domain counts",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { placeholder: "IN", brief: "Dataset to read", parse: parsePath },
        { placeholder: "OUT.npz", brief: "DATA-001 file to write", parse: parsePath },
      ],
    },
    flags: { ...readFlags, json: jsonFlag },
  },
  async func({ json, ...flags }, input, output) {
    if (!output.endsWith(".npz")) {
      throw new DoselapError("Usage", "cannot write this kind of file", {
        file: output,
        expected: "a name ending in .npz",
        got: output,
      });
    }
    const { dataset, format, warnings } = await convertDataset(
      resolve(this.cwd, input),
      resolve(this.cwd, output),
      {
        ...readOptionsOf(flags),
        version: doselapVersion,
      },
    );
    const { frames, size, object, probe, metadata } = dataset;
    for (const warning of warnings) printNote(this, `warning: ${warning}`);
    if (json) {
      printJson(this, {
        input,
        output,
        format,
        frames,
        size,
        probeModes: probe.modes,
        objectShape: [object.height, object.width],
        measuredMeanCounts: metadata["measuredMeanCounts"],
        warnings,
      });
      return;
    }
    printLine(this, `${input} → ${output}`);
    for (const reason of [...format.detected, ...format.overridden]) printLine(this, `  - ${reason}`);
    printLine(
      this,
      `  ${frames} frames of ${size} × ${size} px, ${Number(metadata["measuredMeanCounts"]).toPrecision(6)} counts per frame,`,
    );
    printLine(
      this,
      `  object frame ${object.height} × ${object.width} px, ${probe.modes === 1 ? "1 probe mode" : `${probe.modes} probe modes`}`,
    );
  },
});
