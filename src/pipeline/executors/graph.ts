// The job graph of a run: every wanted job with what it needs, and for each stage a node that collects it, writing its manifests
// once all of its jobs are over, however they ended.

import type { StageContext } from "../context.ts";
import { filterJobs, passes, type JobFilters } from "../filters.ts";
import { makesReference } from "../reference.ts";
import { stageNames, type Stage, type StageJob, type StageName } from "../stage.ts";
import { networkOf } from "../../study/network-of.ts";
import { stages } from "../stages/registry.ts";
import { jobMemoryBytes } from "./job-memory.ts";

/** What runs: a job, or the collection of a stage. */
export interface GraphNode {
  /** A job's folder relative to the run folder, or `STAGE/collect`; unique in the graph. */
  readonly id: string;
  readonly kind: "job" | "collect";
  readonly stage: Exclude<StageName, "plan">;
  /** Null for a collection. */
  readonly job: StageJob | null;
  /** Ids that must be over before this one starts. Over, not done: a job whose input failed says so itself. */
  readonly needs: readonly string[];
  readonly estimate: { readonly seconds: number; readonly memoryBytes: number };
}

/** By stage, and within a stage by cell, then arm; a stage's collection is its last node. Every need stands before its node. */
export interface JobGraph {
  readonly nodes: readonly GraphNode[];
}

/** The graph of the wanted stages. Needs that are not in it are dropped: they may stand finished in the folder.
 * @throws Usage when the filters match nothing. */
export function jobGraph(context: StageContext, wanted: readonly StageName[], filters: JobFilters): JobGraph {
  checkFilters(context, wanted, filters);
  const seconds = estimates(context);
  const nodes: GraphNode[] = [];
  const known = new Set<string>();
  const add = (node: GraphNode): void => {
    nodes.push({ ...node, needs: node.needs.filter((id) => known.has(id)) });
    known.add(node.id);
  };
  for (const name of stageNames) {
    if (name === "plan" || !wanted.includes(name)) continue;
    const stage = stages[name];
    const jobs = wantedJobs(stage, context, filters);
    for (const job of jobs) {
      add({
        id: job.path,
        kind: "job",
        stage: name,
        job,
        needs: stage.needs(job, context),
        estimate: {
          seconds: seconds.get(estimateKey(job)) ?? 1,
          memoryBytes: jobMemoryBytes(job, context),
        },
      });
    }
    // The report is made of what all collections left.
    const earlier = name === "report" ? stageNames.map(collectionOf) : [];
    add({
      id: collectionOf(name),
      kind: "collect",
      stage: name,
      job: null,
      needs: [...jobs.map(({ path }) => path), ...earlier],
      estimate: { seconds: 1, memoryBytes: 0 },
    });
  }
  return { nodes };
}

function collectionOf(stage: StageName): string {
  return `${stage}/collect`;
}

/** Every job of the wanted stages that passes the filters, without running any.
 * @throws Usage when the filters match nothing. */
export function listJobs(
  context: StageContext,
  wanted: readonly StageName[],
  filters: JobFilters,
): StageJob[] {
  checkFilters(context, wanted, filters);
  return stageNames.flatMap((name) =>
    name === "plan" || !wanted.includes(name) ? [] : wantedJobs(stages[name], context, filters),
  );
}

function wantedJobs(stage: Stage, context: StageContext, filters: JobFilters): StageJob[] {
  const { design } = context;
  // An arm that starts from a network has it trained, whether the network's own arm is wanted or not.
  const needed = filters.arms?.flatMap((arm) => [arm, networkOf(arm, design) ?? arm]);
  const own = stage.name === "train" ? { ...filters, arms: needed } : filters;
  return stage.jobs(context).filter((job) => passes(job, own) || makesReference(job, context));
}

function checkFilters(context: StageContext, wanted: readonly StageName[], filters: JobFilters): void {
  // All wanted stages together: an arm filter may well leave one stage without jobs, but not all of them.
  const jobs = wanted.flatMap((name) => (name === "plan" ? [] : stages[name].jobs(context)));
  const withArm = jobs.filter(({ arm }) => arm !== null);
  filterJobs(
    filters.arms !== undefined && filters.arms.length > 0 && withArm.length > 0 ? withArm : jobs,
    filters,
  );
}

/** Planned seconds on one core, by {@link estimateKey}. */
function estimates({ plan }: StageContext): ReadonlyMap<string, number> {
  return new Map(
    plan.matrix.map(({ stage, dose, view, gridsize, arm, seed, estimate }) => [
      [stage, dose, view, gridsize, arm, seed].join("\n"),
      estimate.seconds,
    ]),
  );
}

function estimateKey({ stage, cell, arm }: StageJob): string {
  const { dose = null, view = null, gridsize = null, seed = null } = cell ?? {};
  return [stage, dose, view, gridsize, arm, seed].join("\n");
}
