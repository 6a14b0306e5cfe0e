// Whether the counts of a scan bear out the dose that its metadata state. A file whose amplitudes are not √counts looks fine until
// its dose is believed. [DATA-006]

import type { Dataset, Metadata } from "./dataset.ts";
import { statedNumber } from "./metadata.ts";

/** Counts that differ from what is stated by more than this factor are no chance and no dim object. */
const believable = 1.5;

/** Counts per frame that are background, as the metadata state it. */
export function statedBackground({
  size,
  metadata,
}: {
  readonly size: number;
  readonly metadata: Metadata;
}): number {
  return size ** 2 * Math.max(0, statedNumber(metadata, "backgroundPhotonsPerPx") ?? 0);
}

/** A warning when they do not.
 * @param counts mean over the frames of Σ amplitude², background included. */
export function doseDoubts(file: string, scan: Pick<Dataset, "size" | "metadata">, counts: number): string[] {
  const dose = statedNumber(scan.metadata, "nphotons");
  if (dose === null || dose <= 0) return [];
  const background = statedBackground(scan);
  const stated = dose + background;
  if (counts < believable * stated && counts > stated / believable) return [];
  const beside = background > 0 ? ` and ${background} of background` : "";
  return [
    `${file}: the metadata say ${dose} photons per frame${beside}, the frames hold ${counts.toPrecision(4)}; another dose than that of these frames, or amplitudes that are not √counts (normalised), would explain it`,
  ];
}
