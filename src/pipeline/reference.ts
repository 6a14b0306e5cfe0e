// The jobs that make the reference of a measured study. Every comparison needs them, so they run whatever the filters say.

import { armPath, cellPath } from "../study/cell.ts";
import { referenceCell, referenceEngineArm } from "../study/comparison/reference.ts";
import type { StageContext } from "./context.ts";
import type { StageJob } from "./stage.ts";

/** Job folders of a replicate's reference, relative to the run folder. */
export function referenceJobs(
  { plan, design }: StageContext,
  replicate: number,
): { readonly data: string; readonly reconstruction: string } {
  const cell = referenceCell(plan.cells, replicate);
  return {
    data: `data/${cellPath(cell)}`,
    reconstruction: `reconstruct/${armPath(cell, referenceEngineArm(design))}`,
  };
}

/** True when the job makes a reference that a wanted comparison needs. */
export function makesReference({ path, cell }: StageJob, context: StageContext): boolean {
  if (context.design.kind === "simulated" || cell === null) return false;
  const { data, reconstruction } = referenceJobs(context, cell.replicate);
  return path === data || path === reconstruction;
}
