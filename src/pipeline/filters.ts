// Filters of a run: which doses, views, gridsizes, arms and seeds. A filter that matches nothing is an error that lists what there is.

import { DoselapError } from "../errors.ts";
import type { StageJob } from "./stage.ts";

/** Empty or absent lists let everything pass. */
export interface JobFilters {
  readonly doses?: readonly number[] | undefined;
  readonly views?: readonly string[] | undefined;
  readonly gridsizes?: readonly number[] | undefined;
  readonly arms?: readonly string[] | undefined;
  readonly seeds?: readonly number[] | undefined;
}

/** True when the job is among those asked for. Jobs of no cell or no arm pass those filters. */
export function passes(
  { cell, arm }: StageJob,
  { doses, views, gridsizes, arms, seeds }: JobFilters,
): boolean {
  if (arm !== null && !within(arms, (name) => name === arm)) return false;
  if (cell === null) return true;
  return (
    // Measured doses are not whole numbers: 461213 finds 461213.4.
    within(
      doses,
      (dose) =>
        Math.abs(dose - cell.dose) <= Math.max(0.5, 1e-9 * cell.dose) &&
        (cell.dose >= 1 || dose === cell.dose),
    ) &&
    within(views, (view) => view === cell.view) &&
    within(gridsizes, (gridsize) => gridsize === cell.gridsize) &&
    within(seeds, (seed) => seed === cell.seed)
  );
}

function within<T>(wanted: readonly T[] | undefined, matches: (value: T) => boolean): boolean {
  return wanted === undefined || wanted.length === 0 || wanted.some(matches);
}

/** The jobs that pass. @throws Usage when there are jobs and none passes, or when a value fits no job at all: a mistyped
 * name must not be dropped in silence. Lists the values that exist. */
export function filterJobs(jobs: readonly StageJob[], filters: JobFilters): StageJob[] {
  const kept = jobs.filter((job) => passes(job, filters));
  if (jobs.length === 0) return kept;
  const foreign = foreignValues(jobs, filters);
  if (kept.length > 0 && foreign === "") return kept;
  throw new DoselapError("Usage", "no job matches the filters", {
    got: foreign === "" ? describe(filters) : foreign,
    hint: `There are: ${inventory(jobs)}.`,
  });
}

/** Filter values that no job has, as text; empty when every value is known. */
function foreignValues(jobs: readonly StageJob[], filters: JobFilters): string {
  const withArm = jobs.filter(({ arm }) => arm !== null);
  const unknown = (name: keyof JobFilters): readonly unknown[] =>
    (filters[name] ?? []).filter((value) => {
      const candidates = name === "arms" ? withArm : jobs;
      // Without jobs that have arms nothing can be said of an arm's name.
      return candidates.length > 0 && !candidates.some((job) => passes(job, { [name]: [value] }));
    });
  return (["doses", "views", "gridsizes", "arms", "seeds"] as const)
    .map((name) => [name, unknown(name)] as const)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name} ${values.join(", ")}`)
    .join("; ");
}

function describe(filters: JobFilters): string {
  const given = Object.entries({ ...filters }).filter(
    ([, values]) => values !== undefined && values.length > 0,
  );
  return given.map(([name, values]) => `${name} ${values?.join(", ")}`).join("; ");
}

function inventory(jobs: readonly StageJob[]): string {
  const cells = jobs.flatMap(({ cell }) => (cell === null ? [] : [cell]));
  const list = (name: string, values: readonly unknown[]): string =>
    `${name} ${[...new Set(values)].join(", ")}`;
  return [
    list(
      "doses",
      cells.map(({ dose }) => dose),
    ),
    list(
      "views",
      cells.map(({ view }) => view),
    ),
    list(
      "gridsizes",
      cells.map(({ gridsize }) => gridsize),
    ),
    list(
      "arms",
      jobs.flatMap(({ arm }) => (arm === null ? [] : [arm])),
    ),
    list(
      "seeds",
      cells.map(({ seed }) => seed),
    ),
  ].join("; ");
}
