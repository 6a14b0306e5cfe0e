// Half against half, a sparser scan that resolves more than a denser one at the same dose has found no detail: both halves have
// the same positions, and what too little overlap leaves undetermined they share. Its overlap is then no answer.

import type { OverlapBreak } from "./study-breaks.ts";
import type { StudyStatistics } from "./study-statistics.ts";

export interface SharedArtefacts {
  readonly overlap: number;
  readonly value: number;
  readonly denseOverlap: number;
  readonly denseValue: number;
}

/** The sparsest of the views over which the break was sought, when an arm resolves more there than at the highest overlap;
 * undefined when it does not, or when there is a reference to tell. */
export function sharedArtefacts(
  { measure, resolutions }: StudyStatistics,
  { arm, level, overlaps }: Pick<OverlapBreak, "arm" | "level" | "overlaps">,
): SharedArtefacts | undefined {
  if (measure.comparison !== "halves") return undefined;
  const values = overlaps.flatMap(({ view, overlap }) =>
    resolutions
      .filter((row) => row.arm === arm && row.level === level && row.view === view)
      .map(({ value }) => ({ overlap, value })),
  );
  const [sparse, dense] = [values[0], values.at(-1)];
  if (sparse === undefined || dense === undefined || sparse.value <= dense.value) return undefined;
  return { ...sparse, denseOverlap: dense.overlap, denseValue: dense.value };
}
