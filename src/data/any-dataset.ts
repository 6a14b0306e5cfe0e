// A dataset wherever it lies: NPZ, or an HDF5 file that a dataset was converted to.

import { openNpz } from "../io/npz.ts";
import { candidateOf } from "./candidate.ts";
import type { Dataset } from "./dataset.ts";
import { inMemory } from "./frame-stack.ts";
import type { FormatInfo } from "./formats/format.ts";
import { detectFormat } from "./formats/registry.ts";
import { containerOf, openTree } from "../io/formats/containers.ts";
import { hasDoselapGroup, readDoselapGroup } from "./writers/doselap-group.ts";
import type { OpenMeasuredOptions } from "../io/formats/open.ts";
import { loadScan, type ReadOptions } from "./read.ts";
import { validateCandidate } from "./validate.ts";
import { hasViolations, violationError } from "./violation.ts";

export interface AnyDataset {
  readonly dataset: Dataset;
  readonly format: Pick<FormatInfo, "name" | "detected" | "overridden">;
  readonly warnings: readonly string[];
}

/** The dataset in a file; undefined for a file that is none, which may be a scan as it was measured.
 * @throws File, Format; Contract for a dataset that breaks DATA-001. */
export async function readAnyDataset(path: string, options: ReadOptions): Promise<AnyDataset | undefined> {
  const { container } = await containerOf(path);
  if (container.name === "HDF5") return readOwnHdf5(path);
  if (container.name !== "NPZ") return undefined;
  const npz = await openNpz(path, options.limits);
  try {
    return detectFormat(npz.names) === undefined ? undefined : await loadScan(npz, options, inMemory);
  } finally {
    await npz.close();
  }
}

/** The dataset in an HDF5 file in which a whole one lies. @throws as {@link readAnyDataset}. */
export async function readOwnHdf5(
  path: string,
  options: OpenMeasuredOptions = {},
): Promise<AnyDataset | undefined> {
  const tree = await openTree(path, options);
  try {
    if (!hasDoselapGroup(tree)) return undefined;
    const dataset = await readDoselapGroup(tree);
    const violations = validateCandidate(candidateOf(dataset, path));
    if (hasViolations(violations)) throw violationError(violations);
    const format = {
      name: "HDF5 of doselap",
      detected: ["the group /doselap is there: a dataset that was converted"],
      overridden: [],
    };
    return { dataset, format, warnings: tree.problems };
  } finally {
    await tree.close();
  }
}
