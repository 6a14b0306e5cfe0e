// doselap prepare: a scan as a beamline wrote it, made a dataset that every other command reads.

import { basename, resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { writeDataset } from "../../data/write.ts";
import { DoselapError } from "../../errors.ts";
import { writeFileAtomic } from "../../io/atomic.ts";
import { scoresOf } from "../../prepare/find-orientation.ts";
import { prepareFile, type PreparedFile } from "../../prepare/prepare-file.ts";
import { renderPreview, renderPreviewPng } from "../../report/preview.ts";
import { doselapVersion } from "../../version.ts";
import { backendFlags, backendOf, type BackendFlags } from "../backend-flags.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parseNpzPath, parsePath } from "../flags.ts";
import { keepApart } from "../output-file.ts";
import { prepareFilesOf, prepareFlags, prepareSettingsOf, type PrepareFlags } from "../prepare-flags.ts";
import { datasetOptionsOf } from "../measured-flags.ts";

interface Flags extends PrepareFlags, Pick<BackendFlags, "kernels" | "threads"> {
  readonly out: string;
  readonly preview?: string;
  readonly json: boolean;
}

export const prepareCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Make a dataset of a measured scan: centre, crop, bad pixels, gain, pixel size, start probe",
    fullDescription: [
      "Reads a scan as a beamline or microscope wrote it (CXI, NXcxi_ptycho, NeXus, PtyPy, PtychoShelves, fold_slice, SLAC's NPZ,",
      "4D arrays; .npy and TIFF stacks with --positions FILE; any HDF5, NPZ, Zarr or MATLAB 5 with --map), finds its centre and bad",
      "pixels, crops and bins the frames, converts units, estimates a start probe, and writes a dataset that every other command",
      "reads. What the file does not state is asked for, never invented.",
      "",
      "Examples:",
      "  doselap prepare scan.cxi --out scan.npz --preview scan.html",
      "  doselap prepare scan.cxi --near-field --focus-to-sample 3.65e-3 --out scan.npz",
      "  doselap prepare raw.h5 --map diffraction=/eiger,x=/sx,y=/sy --position-unit um --energy 8000 --distance 2 \\",
      "      --detector-pixel 75e-6 --size 128 --orientation find --out scan.npz",
      "  doselap prepare frames/ --positions motors.csv --position-unit um --energy 8000 --distance 2 --detector-pixel 75e-6 \\",
      "      --out scan.npz",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "IN", brief: "The scan, told by its content", parse: parsePath }],
    },
    flags: {
      out: { kind: "parsed", parse: parseNpzPath, placeholder: "FILE.npz", brief: "Dataset to write" },
      ...prepareFlags,
      preview: {
        kind: "parsed",
        parse: parsePreviewPath,
        optional: true,
        placeholder: "FILE.html|FILE.png",
        brief: "Write a page of pictures, or one PNG: mean pattern, mask, scan, overlap, probe, counts",
      },
      kernels: backendFlags.kernels,
      threads: backendFlags.threads,
      json: jsonFlag,
    },
  },
  func: prepare,
});

async function prepare(this: CliContext, flags: Flags, input: string): Promise<void> {
  const { out, preview } = flags;
  await keepApart(
    this.cwd,
    [
      ["--out", out],
      ["--preview", preview],
    ],
    [["IN", input], ...prepareFilesOf(flags)],
  );
  const signal = this.stopSignal("nothing is written");
  const prepared = await prepareFile(resolve(this.cwd, input), {
    settings: prepareSettingsOf(flags, this.cwd),
    read: datasetOptionsOf(flags),
    shown: input,
    version: doselapVersion,
    backend: backendOf(flags),
    signal,
    onScore: ({ orientation, text, deviance }) =>
      printNote(this, `orientation ${orientation} (${text}): deviance ${deviance.toPrecision(4)} per pixel`),
  });
  // Asked to stop after the last frame was read: what was said then must be true.
  if (signal.aborted) throw new DoselapError("Interrupted", "stopped; nothing was written");
  await writeDataset(resolve(this.cwd, out), prepared.dataset);
  if (preview !== undefined) {
    const pictures = { title: basename(input), prepared };
    const isPng = preview.toLowerCase().endsWith(".png");
    await writeFileAtomic(
      resolve(this.cwd, preview),
      isPng ? await renderPreviewPng(pictures) : renderPreview(pictures),
    );
  }
  tell(this, flags, { input, prepared });
}

function tell(
  context: CliContext,
  { out, json, preview }: Flags,
  { input, prepared }: { readonly input: string; readonly prepared: PreparedFile },
): void {
  const { dataset, done, warnings, sampling, centre, gain, orientation, files } = prepared;
  for (const warning of warnings) printNote(context, `warning: ${warning}`);
  if (json) {
    printJson(context, {
      input,
      out,
      preview: preview ?? null,
      files,
      frames: dataset.frames,
      size: dataset.size,
      objectShape: [dataset.object.height, dataset.object.width],
      dose: dataset.metadata["nphotons"],
      pixelSizeM: sampling.pixelSizeM,
      wavelengthM: sampling.wavelengthM ?? null,
      nearFieldM: sampling.nearFieldM ?? null,
      centre,
      gain,
      orientation: orientation === undefined ? null : scoresOf(orientation),
      done,
      warnings,
    });
    return;
  }
  printLine(context, `${out}: ${dataset.frames} frames of ${dataset.size} × ${dataset.size} px`);
  for (const line of done) printLine(context, `  ${line}`);
  if (preview !== undefined) printLine(context, `  preview: ${preview}`);
}

/** @throws Usage for another ending. */
function parsePreviewPath(text: string): string {
  if (/[^/\\]\.(html?|png)$/iu.test(text)) return text;
  throw new DoselapError("Usage", "cannot write this kind of preview", {
    expected: "a name ending in .html or .png",
    got: `"${text}"`,
  });
}
