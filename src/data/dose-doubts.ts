// Whether the counts of a scan bear out the dose that its metadata state. A file whose amplitudes are not √counts looks fine until
// its dose is believed. [DATA-006]

import { frameBackgroundOf } from "./background.ts";
import type { Dataset } from "./dataset.ts";
import { statedNumber } from "./metadata.ts";

/** Counts that differ from what is stated by more than this factor are no chance and no dim object. */
const believable = 1.5;

/** A warning when they do not.
 * @param counts mean over the frames of Σ amplitude², background included. */
export function doseDoubts(file: string, scan: Pick<Dataset, "size" | "metadata">, counts: number): string[] {
  const dose = statedNumber(scan.metadata, "nphotons");
  if (dose === null || dose <= 0) return [];
  const background = frameBackgroundOf(scan);
  const stated = dose + background;
  if (counts < believable * stated && counts > stated / believable) return [];
  const beside = background > 0 ? ` and ${background} of background` : "";
  return [
    `${file}: the metadata say ${dose} photons per frame${beside}, the frames hold ${counts.toPrecision(4)}; another dose than that of these frames, or amplitudes that are not √counts (normalised), would explain it`,
  ];
}
