// The scan of a measured study: a dataset as it is, or any other measured file, prepared as `doselap prepare` does.

import { openBackend } from "../compute/node.ts";
import { readAnyDataset } from "../data/any-dataset.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FormatInfo } from "../data/formats/format.ts";
import { DoselapError } from "../errors.ts";
import { withMeasuredDose } from "./measured-dose.ts";
import { prepareFile, type PreparedFile } from "../prepare/prepare-file.ts";
import { doselapVersion } from "../version.ts";
import { armOf } from "./arms.ts";
import { checkScan } from "./check-scan.ts";
import type { MeasuredDesign } from "./design/schema.ts";

export interface StudyScan {
  readonly dataset: Dataset;
  readonly format: Pick<FormatInfo, "name" | "detected" | "overridden">;
  /** Undefined for a dataset. */
  readonly prepared: PreparedFile | undefined;
  readonly warnings: readonly string[];
}

interface StudyScanOptions {
  /** Network arms are trained by a program of the user, which needs no kernels of ours. */
  readonly trainsOutside?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the scan that the design names, and holds it against what its arms will ask; paths start from the working directory.
 * @throws Usage without a scan, or for a dataset that is to be prepared; File, Format, Contract as reading and preparing do;
 * Contract, Range, Shape for a scan that no arm could reconstruct. */
export async function readStudyScan(
  design: MeasuredDesign,
  { trainsOutside = false, signal }: StudyScanOptions = {},
): Promise<StudyScan> {
  const { input, read, prepare: settings = {}, metrics } = design;
  if (input === null) {
    throw new DoselapError("Usage", "a measured study needs a scan", {
      key: "--input",
      hint: "Name it: doselap plan measured --input SCAN; doselap run takes the same flag.",
    });
  }
  // The kernels of jobs, which give the same bytes everywhere; what needs none takes any size that has a transform.
  const simd = openBackend({ kernels: "simd" });
  const backend = needsKernels(design, trainsOutside) ? simd : openBackend({ kernels: "reference" });
  const found = await readAnyDataset(input.path, read);
  if (found !== undefined) {
    refuseSettings(input.path, settings);
    checkScan(found.dataset, { file: input.path, backend });
    const { format, warnings } = found;
    const { dataset, notes, warnings: told } = withMeasuredDose(found.dataset);
    const detected = [...format.detected, ...notes];
    return {
      dataset,
      format: { ...format, detected },
      prepared: undefined,
      warnings: [...warnings, ...told],
    };
  }
  const prepared = await prepareFile(input.path, {
    // The pixel that resolutions are told in is the one that positions are converted with.
    settings: { pixelSize: metrics.pixelSizeM, ...settings },
    read,
    version: doselapVersion,
    backend: simd,
    signal,
  });
  const first = settings.frames?.[0] ?? 0;
  const { dataset, rows } = prepared;
  checkScan(dataset, { file: input.path, backend, numberOf: (frame) => first + rows[frame]! });
  const format = { name: "a measured file, prepared", detected: prepared.done, overridden: [] };
  return { dataset, format, prepared, warnings: prepared.warnings };
}

function needsKernels({ arms: names }: MeasuredDesign, trainsOutside: boolean): boolean {
  return names.some((name) => {
    const kind = armOf(name)?.kind;
    return kind !== "null" && !(kind === "network" && trainsOutside);
  });
}

/** @throws Usage for settings that would change nothing. */
function refuseSettings(file: string, settings: NonNullable<MeasuredDesign["prepare"]>): void {
  const given = Object.keys(settings);
  if (given.length === 0) return;
  throw new DoselapError("Usage", "is a dataset, which is not prepared again", {
    file,
    key: "prepare",
    expected: "no settings",
    got: given.join(", "),
  });
}
