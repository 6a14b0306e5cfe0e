// What a plan needs to know of a measured scan.

import type { Positions, Probe } from "../array/scan.ts";
import type { Dataset } from "../data/dataset.ts";
import { DoselapError } from "../errors.ts";

export interface MeasuredSource {
  readonly frames: number;
  /** N. */
  readonly size: number;
  readonly positions: Positions;
  /** Counts per frame, mean over the scan. */
  readonly meanCounts: number;
  readonly probe: Probe;
  readonly objectHeight: number;
  readonly objectWidth: number;
  /** Metres per object pixel, when the file says so. */
  readonly pixelSizeM: number | null;
}

/** @throws Contract when the scan holds no counts at all (DATA-001). */
export function measuredSource(dataset: Dataset): MeasuredSource {
  const { frames, size, positions, probe, object, diffraction, metadata } = dataset;
  let counts = 0;
  for (let i = 0; i < diffraction.length; i++) counts += diffraction[i]! * diffraction[i]!;
  const meanCounts = counts / frames;
  if (!(meanCounts > 0 && Number.isFinite(meanCounts))) {
    throw new DoselapError("Contract", "the scan holds no counts to thin", {
      key: "diffraction",
      expected: "a mean above 0 counts per frame",
      got: String(meanCounts),
      finding: "DATA-001",
    });
  }
  const pixelSizeM = metadata["pixelSizeM"];
  return {
    frames,
    size,
    positions,
    meanCounts,
    probe,
    objectHeight: object.height,
    objectWidth: object.width,
    pixelSizeM: typeof pixelSizeM === "number" && pixelSizeM > 0 ? pixelSizeM : null,
  };
}
