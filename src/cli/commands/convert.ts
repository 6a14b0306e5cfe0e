// doselap convert: any scan or reconstruction that is read, in any format that is written.

import { isAbsolute, relative, resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { convertScan, type Conversion } from "../../data/convert.ts";
import { scanWriter, scanWriters } from "../../data/writers/registry.ts";
import { doselapVersion } from "../../version.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parsePath } from "../flags.ts";
import {
  datasetOptionsOf,
  measuredFilesOf,
  measuredFlags,
  measuredOptionsOf,
  type MeasuredFlags,
} from "../measured-flags.ts";
import { keepApart, type NamedPaths } from "../output-file.ts";

interface Flags extends MeasuredFlags {
  readonly to?: string;
  readonly json: boolean;
}

export const convertCommand = buildCommand<Flags, [string, string], CliContext>({
  docs: {
    brief: "Write a scan in another format: DATA-001, CXI, ptychodus, PtyPy, PNG, TIFF",
    fullDescription: [
      "Reads IN, told by its content, and writes OUT in the format of its ending, or of --to:",
      ...scanWriters.map(
        ({ name, title, endings }) => `  ${name.padEnd(14)}${endings.join(", ").padEnd(12)}${title}`,
      ),
      "",
      "What OUT cannot hold is listed, never dropped in silence; geometry that OUT needs and IN does not state is asked for.",
      "A dataset that goes through CXI or a ptychodus product in HDF5 comes back bit for bit: what these have no place for is",
      "kept in a group named doselap. Provenance is kept and one entry is added. A dataset that breaks the contract is refused.",
      "",
      "Examples:",
      "  doselap convert siemens-star-small.npz.bz2 scan.npz",
      "  doselap convert scan.npz scan.cxi --energy 8000 --distance 2 --detector-pixel 75e-6",
      "  doselap convert reconstruction.npz object.tif",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { placeholder: "IN", brief: "Scan or reconstruction to read", parse: parsePath },
        { placeholder: "OUT", brief: "File to write", parse: parsePath },
      ],
    },
    flags: {
      ...measuredFlags,
      to: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "NAME",
        brief: `Format of OUT (default: by its ending): ${scanWriters.map(({ name }) => name).join(", ")}`,
      },
      json: jsonFlag,
    },
  },
  async func({ json, to, ...flags }, input, output) {
    // Before any work is done.
    scanWriter(output, to);
    const apartFrom = (reads: NamedPaths): Promise<void> => keepApart(this.cwd, [["OUT", output]], reads);
    await apartFrom([["IN", input], ...measuredFilesOf(flags)]);
    const done = await convertScan(resolve(this.cwd, input), resolve(this.cwd, output), {
      version: doselapVersion,
      to,
      beforeWriting: (linked) => apartFrom(linked.map((file) => ["a link of IN", file])),
      read: datasetOptionsOf(flags),
      measured: measuredOptionsOf(flags, this.cwd),
    });
    // As the user named it: from here.
    const here = (path: string): string => (isAbsolute(output) ? path : relative(this.cwd, path));
    const conversion = { ...done, written: done.written.map(here) };
    for (const note of notesOf(conversion)) printNote(this, note);
    if (json) printJson(this, { input, output, ...jsonOf(conversion) });
    else for (const line of linesOf(conversion, input)) printLine(this, line);
  },
});

/** Names listed at most in a note. */
const listedAtMost = 12;

function notesOf({ warnings, lost, unused, forUs, writer }: Conversion): string[] {
  const { title, reduces } = writer;
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(lost.length === 0 ? [] : [`not kept, since ${title} has no place for it: ${lost.join(", ")}`]),
    ...(unused.length === 0
      ? []
      : [
          `not kept, since no part of a scan was made of it: ${unused.slice(0, listedAtMost).join(", ")}${unused.length > listedAtMost ? ` and ${unused.length - listedAtMost} more` : ""}`,
        ]),
    ...(forUs.length === 0
      ? []
      : [`kept in the group doselap, where other programs do not look: ${forUs.join(", ")}`]),
    ...(reduces === undefined ? [] : [`not kept whole: ${reduces}`]),
  ];
}

function jsonOf({ content, format, writer, written, lost, unused, forUs, warnings }: Conversion) {
  const { frames, probe, object, dataset } = content;
  return {
    format,
    to: writer.name,
    written,
    frames: frames?.count ?? null,
    size: frames?.width ?? null,
    probeModes: probe?.modes ?? null,
    objectShape: object === undefined ? null : [object.height, object.width],
    measuredMeanCounts: dataset?.metadata["measuredMeanCounts"] ?? null,
    notKept: lost,
    notUsed: unused,
    keptForDoselapAlone: forUs,
    reduced: writer.reduces ?? null,
    warnings,
  };
}

function linesOf({ content, format, writer, written }: Conversion, input: string): string[] {
  const { frames, probe, object, dataset } = content;
  const counts = dataset?.metadata["measuredMeanCounts"];
  const held = [
    ...(frames === undefined ? [] : [`${frames.count} frames of ${frames.height} × ${frames.width} px`]),
    ...(counts === undefined ? [] : [`${Number(counts).toPrecision(6)} counts per frame`]),
    ...(object === undefined ? [] : [`object frame ${object.height} × ${object.width} px`]),
    ...(probe === undefined ? [] : [probe.modes === 1 ? "1 probe mode" : `${probe.modes} probe modes`]),
  ];
  return [
    `${input} → ${written.join(", ")} (${writer.title})`,
    ...[...format.detected, ...format.overridden].map((reason) => `  - ${reason}`),
    `  ${held.join(", ")}`,
  ];
}
