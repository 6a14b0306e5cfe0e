// The dose of a measured scan is what was counted: plan, folders, tables and networks take the mean counts per frame. A file that
// says another number is told, and its number is used nowhere.

import type { Dataset } from "../data/dataset.ts";
import { meanCountsPerFrame } from "../optics/counts.ts";
import { doseMetadata, doseOf } from "../optics/keep-frames.ts";

export interface MeasuredDose {
  /** The metadata's dose is the measured one; a file that says none is left as it is. */
  readonly dataset: Dataset;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** Standard errors of the mean count that chance hardly ever exceeds: once in 1.7 million. */
const mostErrors = 5;

export function withMeasuredDose(dataset: Dataset): MeasuredDose {
  const counted = meanCountsPerFrame(dataset);
  const text = `${Number(counted.toPrecision(6))} photons per frame`;
  const { nphotons } = dataset.metadata;
  if (nphotons === undefined) {
    const note = `dose measured: ${text}, the mean counts; the metadata state none`;
    return { dataset, notes: [note], warnings: [] };
  }
  const said = doseOf(dataset);
  // Sums in another order.
  if (Math.abs(said.total - counted) <= 1e-9 * counted) return { dataset, notes: [], warnings: [] };
  const metadata = { ...dataset.metadata, ...doseMetadata({ ...said, total: counted }) };
  const error = Math.sqrt(counted / dataset.frames);
  // Float32 roots of large counts add up to 1e-7 of the mean at most.
  const isNoise = Math.abs(said.total - counted) <= mostErrors * error + 1e-6 * counted;
  const warning = `the metadata state ${JSON.stringify(nphotons)} photons per frame (nphotons), and ${text} were counted, with a standard error of ${error.toPrecision(2)}: the counted ones are used everywhere`;
  return { dataset: { ...dataset, metadata }, notes: [], warnings: isNoise ? [] : [warning] };
}
