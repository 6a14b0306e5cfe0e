// Cells that have no comparison because a job failed: their own, or one that they need. A cell that nobody asked for yet is not
// lost. What failed is told from the jobs' records and from what stands in their place.

import { join } from "node:path";
import { armDefinition } from "../../study/arms.ts";
import { armPath, cellPath, type Cell } from "../../study/cell.ts";
import type { LostCell } from "../../study/results.ts";
import type { StageContext } from "../context.ts";
import { obstacleTo, readRecord } from "../record.ts";
import { referenceJobs } from "../reference.ts";
import type { JobOutcome } from "../stage.ts";
import { scoredArms } from "./layout.ts";
import { absenceOf } from "./networks.ts";

type LostArm = LostCell["arms"][number];

export async function lostCells(
  outcomes: readonly JobOutcome[],
  context: StageContext,
): Promise<{ readonly lost: readonly LostCell[]; readonly failures: readonly string[] }> {
  const lost: LostCell[] = [];
  const failures: string[] = [];
  for (const { job, state, reason } of outcomes) {
    if (state === "done") continue;
    const cell = job.cell!;
    const earlier = await failedSource(cell, context);
    if (state !== "failed" && earlier === undefined) continue;
    const why = earlier ?? reason ?? "no reason given";
    const arms: LostArm[] = [];
    for (const arm of scoredArms(context.design)) {
      const outcome = await armOf(arm, cell, { context, source: earlier });
      arms.push(outcome);
      if (outcome.state === "failed" && outcome.reason !== earlier)
        failures.push(`the reconstruction reconstruct/${armPath(cell, arm)} failed: ${outcome.reason!}`);
    }
    failures.push(`the comparison ${job.path} failed: ${why}`);
    const { dose, fluence, view, gridsize, seed, replicate, overlap: overlapAsked } = cell;
    const place = { dose, fluence, view, gridsize, seed, replicate, overlapAsked };
    lost.push({ ...place, path: job.path, reason: why, arms });
  }
  return { lost, failures };
}

/** The frames of the cell, or what a measured study is held against, when that failed. */
async function failedSource(cell: Cell, context: StageContext): Promise<string | undefined> {
  const references =
    context.design.kind === "measured" ? Object.values(referenceJobs(context, cell.replicate)) : [];
  for (const path of [`data/${cellPath(cell)}`, ...references]) {
    const failed = await failureOf(path, context);
    if (failed !== undefined) return `${path} failed: ${failed}`;
  }
  return undefined;
}

async function failureOf(path: string, { root }: StageContext): Promise<string | undefined> {
  const record = await readRecord(join(root, path));
  if (record === undefined) return obstacleTo(root, path);
  return record.state === "failed" ? (record.reason ?? "no reason given") : undefined;
}

async function armOf(
  arm: string,
  cell: Cell,
  { context, source }: { readonly context: StageContext; readonly source: string | undefined },
): Promise<LostArm> {
  const record = await readRecord(join(context.root, "reconstruct", armPath(cell, arm)));
  if (record?.state === "done") return { arm, state: "done", reason: null };
  if (record !== undefined) return { arm, state: "failed", reason: record.reason ?? "no reason given" };
  if (source !== undefined) return { arm, state: "failed", reason: source };
  // The null row needs no job.
  if (armDefinition(arm).kind === "null") return { arm, state: "done", reason: null };
  return { arm, ...(await absenceOf(arm, cell, context)) };
}
