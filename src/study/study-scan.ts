// The scan of a measured study: a dataset as it is, or any other measured file, prepared as `doselap prepare` does.

import { openBackend } from "../compute/node.ts";
import { readAnyDataset } from "../data/any-dataset.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FormatInfo } from "../data/formats/format.ts";
import { DoselapError } from "../errors.ts";
import { withMeasuredDose } from "./measured-dose.ts";
import { prepareFile, type PreparedFile } from "../prepare/prepare-file.ts";
import { doselapVersion } from "../version.ts";
import type { MeasuredDesign } from "./design/schema.ts";

export interface StudyScan {
  readonly dataset: Dataset;
  readonly format: Pick<FormatInfo, "name" | "detected" | "overridden">;
  /** Undefined for a dataset. */
  readonly prepared: PreparedFile | undefined;
  readonly warnings: readonly string[];
}

/** Reads the scan that the design names; paths start from the working directory.
 * @throws Usage without a scan, or for a dataset that is to be prepared; File, Format, Contract as reading and preparing do. */
export async function readStudyScan(
  { input, read, prepare: settings = {}, metrics }: MeasuredDesign,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<StudyScan> {
  if (input === null) {
    throw new DoselapError("Usage", "a measured study needs a scan", {
      key: "--input",
      hint: "Name it: doselap plan measured --input SCAN; doselap run takes the same flag.",
    });
  }
  const found = await readAnyDataset(input.path, read);
  if (found !== undefined) {
    refuseSettings(input.path, settings);
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
    // The kernels of jobs, which give the same bytes everywhere.
    backend: openBackend({ kernels: "simd" }),
    signal,
  });
  const format = { name: "a measured file, prepared", detected: prepared.done, overridden: [] };
  return { dataset: prepared.dataset, format, prepared, warnings: prepared.warnings };
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
