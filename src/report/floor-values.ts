// The floor of a condition in the unit of a metric: the mean over its replicates of what the compare stage computed
// (floor/floor.ts). Two bounds: of unbiased estimates, and of estimates that know the object's power spectrum.
// PSNR and NRMSE follow from the mean squared error with the truth's range and norm, which any arm's own pair of rows gives.

import type { CellResult, MetricRow } from "../study/results.ts";
import type { Condition, Stat } from "./summary.ts";

export type FloorBound = "unbiased" | "informed";

export interface FloorValue {
  readonly mean: number;
  /** The expected correlation never falls below the threshold: the last ring stands for it. */
  readonly isLowerBound: boolean;
}

type Key = Pick<Stat, "comparison" | "part" | "metric">;

/** Null where the metric has no floor, or no replicate has one. */
export function floorValue({ cells }: Condition, key: Key, bound: FloorBound): FloorValue | null {
  const found = cells.flatMap((cell) => {
    const value = ofCell(cell, key, bound);
    return value === null ? [] : [value];
  });
  if (found.length === 0) return null;
  return {
    mean: found.reduce((sum, { mean }) => sum + mean, 0) / found.length,
    isLowerBound: found.some((value) => value.isLowerBound),
  };
}

/** Expected correlation of unbiased estimates, mean over the replicates, ring by ring; empty where there is none.
 * @param part "amplitude", "phase" or "halves". */
export function floorCorrelation(
  { cells }: Condition,
  part: string,
): { readonly frequency: number; readonly value: number }[] {
  const curves = cells.flatMap(({ floor }) => {
    const curve = part === "phase" ? floor?.phase : part === "amplitude" ? floor?.amplitude : floor?.halves;
    return curve === undefined || curve === null ? [] : [curve];
  });
  return (curves[0]?.frequency ?? []).flatMap((frequency, ring) => {
    const values = curves.map(({ frc }) => frc[ring]).filter((value) => typeof value === "number");
    if (values.length === 0) return [];
    return [{ frequency, value: values.reduce((sum, value) => sum + value, 0) / values.length }];
  });
}

function ofCell(cell: CellResult, key: Key, bound: FloorBound): FloorValue | null {
  const { floor } = cell;
  if (floor === null) return null;
  if (key.part === "complex") {
    // Two halves: their arms are scored as complex images, and a prior has no bound there.
    if (key.comparison !== "halves" || bound === "informed" || floor.halves === null) return null;
    return crossingOf(floor.halves, floor.halves.frequency, key.metric);
  }
  if (key.comparison === "halves") return null;
  const part = floor[key.part];
  const of = bound === "informed" ? part.informed : part;
  if (of === null) return null;
  switch (key.metric) {
    case "mse":
      return exact(of.mse);
    case "psnr":
    case "nrmse":
      return fromError(cell, key, of.mse);
    default:
      return crossingOf(of, part.frequency, key.metric);
  }
}

function crossingOf(
  { frc, crossings }: { readonly frc: readonly (number | null)[]; readonly crossings: object },
  frequency: readonly number[],
  metric: string,
): FloorValue | null {
  const crossing = new Map<string, unknown>(Object.entries(crossings)).get(metric);
  if (typeof crossing === "number") return exact(crossing);
  const last = frequency.findLast((_, ring) => frc[ring] !== null);
  return crossing === undefined || last === undefined ? null : { mean: last, isLowerBound: true };
}

/** The metric that an error of `mse` would have, by the ratio to an arm that has both. */
function fromError(cell: CellResult, key: Key, mse: number): FloorValue | null {
  if (!(mse > 0)) return null;
  for (const { rows } of cell.arms) {
    const error = valueOf(rows, { ...key, metric: "mse" });
    const metric = valueOf(rows, key);
    if (error === null || metric === null || !(error > 0)) continue;
    if (key.metric === "psnr") return exact(metric + 10 * Math.log10(error / mse));
    return exact(metric * Math.sqrt(mse / error));
  }
  return null;
}

function valueOf(rows: readonly MetricRow[], key: Key): number | null {
  const row = rows.find(
    ({ comparison, part, metric }) =>
      comparison === key.comparison && part === key.part && metric === key.metric,
  );
  return row?.value ?? null;
}

function exact(mean: number): FloorValue {
  return { mean, isLowerBound: false };
}
