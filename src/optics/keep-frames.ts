// Some frames of a scan. Each keeps the number it had in the scan it comes from, which is the address of its noise.

import { takePositions } from "../array/scan.ts";
import { backgroundOf } from "../data/background.ts";
import type { Dataset, Metadata } from "../data/dataset.ts";
import { DoselapError } from "../errors.ts";
import { meanCountsPerFrame } from "./counts.ts";

/** The dataset of the given rows, in that order; coordinates, probe and object are unchanged. The dose is a mean over
 * the frames that are there, so it changes as the mean counts do. No provenance is added: the caller knows why. */
export function keepFrames(dataset: Dataset, rows: Int32Array): Dataset {
  const { diffraction, patches, metadata, size } = dataset;
  const numbers = frameNumbersOf(dataset);
  const kept: Dataset = {
    ...dataset,
    frames: rows.length,
    diffraction: takeRows(diffraction, rows, size * size),
    positions: takePositions(dataset.positions, rows),
    scanIndex: Int32Array.from(rows, (row) => dataset.scanIndex[row]!),
    patches: patches === undefined ? undefined : takeRows(patches, rows, 2 * size * size),
  };
  const frameNumbers = Array.from(rows, (row) => numbers[row]!);
  const dose = { ...doseOf(dataset) };
  dose.total *= meanCountsPerFrame(kept) / meanCountsPerFrame(dataset);
  return { ...kept, metadata: { ...metadata, frameNumbers, ...doseMetadata(dose) } };
}

/** Where each frame stood in the scan it comes from, uint32 [M]. @throws Contract when the metadata's list does not fit. */
export function frameNumbersOf({ frames, metadata }: Dataset): Uint32Array {
  const listed: unknown = metadata["frameNumbers"];
  if (listed === undefined) return Uint32Array.from({ length: frames }, (_, j) => j);
  if (Array.isArray(listed) && listed.length === frames) {
    const numbers = Uint32Array.from(listed, Number);
    if (numbers.every((number, j) => number === listed[j])) return numbers;
  }
  throw new DoselapError("Contract", "the frame numbers do not belong to these frames", {
    key: "_metadata.frameNumbers",
    expected: `${frames} non-negative integers`,
    got: Array.isArray(listed) ? `${listed.length} entries` : typeof listed,
    finding: "DATA-001",
    hint: "Remove frameNumbers from the metadata, or select its entries together with the frames.",
  });
}

/** Expected counts per frame, and the part of them that is background. */
export interface DoseBudget {
  total: number;
  backgroundPerPx: number;
  readonly pixels: number;
}

/** What the metadata say, or what was measured where they are silent. @throws Contract for a background that is none. */
export function doseOf(dataset: Dataset): DoseBudget {
  const pixels = dataset.size * dataset.size;
  const backgroundPerPx = backgroundOf(dataset.metadata);
  const photons = numberAt(dataset.metadata, "nphotons");
  const total = photons === undefined ? meanCountsPerFrame(dataset) : photons + backgroundPerPx * pixels;
  return { total, backgroundPerPx, pixels };
}

/** The metadata keys that state a dose. */
export function doseMetadata({ total, backgroundPerPx, pixels }: DoseBudget): Metadata {
  return {
    // Rounding may leave a dark scan a hair below its background.
    nphotons: Math.max(0, total - backgroundPerPx * pixels),
    expectedMeanCounts: total,
    backgroundPhotonsPerPx: backgroundPerPx,
  };
}

/** A finite number of the metadata; undefined when there is none under the key. */
export function numberAt(metadata: Metadata, key: string): number | undefined {
  const value = metadata[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function takeRows(data: Float32Array, rows: Int32Array, length: number): Float32Array {
  const taken = new Float32Array(rows.length * length);
  rows.forEach((row, k) => taken.set(data.subarray(row * length, (row + 1) * length), k * length));
  return taken;
}
