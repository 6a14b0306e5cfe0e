// Writing a dataset as canonical DATA-001: numpy reads every file without pickle.

import type { AnyArray } from "../array/ndarray.ts";
import { writeNpz } from "../io/npz.ts";
import { candidateOf, datasetArrays } from "./candidate.ts";
import type { Dataset } from "./dataset.ts";
import { metadataArray, metadataKey } from "./metadata.ts";
import { validateCandidate } from "./validate.ts";
import { hasViolations, violationError } from "./violation.ts";

/** Writes the file, whole or not at all; same dataset, same bytes.
 * @throws Contract when the dataset breaks DATA-001, File when it cannot be written. */
export async function writeDataset(path: string, dataset: Dataset): Promise<void> {
  const violations = validateCandidate(candidateOf(dataset, path));
  if (hasViolations(violations)) throw violationError(violations);
  const arrays: Record<string, AnyArray> = {};
  for (const [key, array] of Object.entries(datasetArrays(dataset))) arrays[key] = array;
  arrays[metadataKey] = metadataArray(dataset.metadata, path);
  await writeNpz(path, arrays);
}
