// Any dataset that is read, written as canonical DATA-001 with its provenance carried on.

import { meanCounts } from "./frames.ts";
import { withProvenance } from "./dataset.ts";
import { readDataset, type ReadOptions, type ReadResult } from "./read.ts";
import { writeDataset } from "./write.ts";

/** Reads `input`, writes `output`, and returns what was written. The metadata get `measuredMeanCounts` when they lack it.
 * `version` is doselap's, for the provenance. @throws as {@link readDataset} and {@link writeDataset} do. */
export async function convertDataset(
  input: string,
  output: string,
  { version, ...options }: ReadOptions & { readonly version: string },
): Promise<ReadResult> {
  const { dataset, format, warnings } = await readDataset(input, options);
  const counts = dataset.metadata["measuredMeanCounts"] ?? meanCounts(dataset.diffraction, dataset.size);
  const metadata = withProvenance(
    { ...dataset.metadata, measuredMeanCounts: counts },
    { operation: "convert", parameters: { from: format.name, doselapVersion: version } },
  );
  const converted = { ...dataset, metadata };
  await writeDataset(output, converted);
  return { dataset: converted, format, warnings };
}
