// What each arm cost: of every finished reconstruction its own time and that of the training it stands on. Training is counted
// once in the totals, to the network's own arm; an arm that starts from another's network needs it all the same, and says whose.

import type { StudyResult } from "../study/results.ts";
import { armPath } from "../study/cell.ts";
import { networkOf } from "../study/network-of.ts";
import type { JobCostRow, RunCosts } from "./run-costs.ts";
import type { StudyCell } from "./summary.ts";

/** Watts per busy core: an assumption, stated wherever energy is. Processors of 65 to 280 W have 4 to 11 W per core at full
 * load; memory and the losses of the power supply come on top. */
export const wattsPerCore = 10;

/** One reconstruction of one arm. */
export interface ResultCost {
  readonly own: JobCostRow;
  /** Training of the network that it needs. */
  readonly training: JobCostRow | null;
  /** Processor seconds from the frames to the object, training included. */
  readonly neededCoreSeconds: number;
}

export interface ArmCost {
  readonly arm: string;
  /** Finished reconstructions, and of how many the cost is known. */
  readonly results: number;
  readonly known: number;
  /** Means over the reconstructions whose cost is known. */
  readonly wallSeconds: number;
  readonly coreSeconds: number;
  /** null for arms that need no training. */
  readonly trainingCoreSeconds: number | null;
  readonly neededCoreSeconds: number;
  /** The network's name when the training is counted to another arm. */
  readonly sharedNetwork: string | null;
  /** Sum of everything counted to this arm. */
  readonly totalCoreSeconds: number;
  /** Largest over the jobs; null when no job knows it. */
  readonly peakMemoryBytes: number | null;
  /** Some job shared its process with others: the peak is theirs together. */
  readonly isMemoryShared: boolean;
}

/** The cost of one arm's reconstruction in one cell; undefined when a part of it is not known. */
export function resultCost(
  { design }: StudyResult,
  costs: RunCosts,
  cell: StudyCell,
  arm: string,
): ResultCost | undefined {
  const own = costs.jobs.get(`reconstruct/${armPath(cell, arm)}`);
  if (own === undefined) return undefined;
  const network = networkOf(arm, { methods: methodsOf(design) });
  if (network === undefined) return { own, training: null, neededCoreSeconds: own.coreSeconds };
  const training = costs.jobs.get(`train/${armPath(cell, network)}`);
  if (training === undefined) return undefined;
  return { own, training, neededCoreSeconds: own.coreSeconds + training.coreSeconds };
}

/** The costs of the arms, in their order; arms without a finished reconstruction are left out. */
export function armCosts(result: StudyResult, costs: RunCosts, arms: readonly string[]): ArmCost[] {
  return arms.flatMap((arm) => {
    const cells = result.cells.filter((cell) =>
      cell.arms.some((outcome) => outcome.arm === arm && outcome.state === "done"),
    );
    const found = cells
      .map((cell) => resultCost(result, costs, cell, arm))
      .filter((cost) => cost !== undefined);
    return cells.length === 0 ? [] : [armCost(arm, { result, found, results: cells.length })];
  });
}

function armCost(
  arm: string,
  {
    result: { design, cells },
    found,
    results,
  }: { result: StudyResult; found: readonly ResultCost[]; results: number },
): ArmCost {
  const network = networkOf(arm, { methods: methodsOf(design) });
  const named = new Set(cells.flatMap((cell) => cell.arms.map((outcome) => outcome.arm)));
  const sharedNetwork = network !== undefined && network !== arm && named.has(network) ? network : null;
  const own = found.map((cost) => cost.own);
  const training = found.flatMap((cost) => (cost.training === null ? [] : [cost.training]));
  const counted = sharedNetwork === null ? [...own, ...training] : own;
  const peaks = counted.map((job) => job.peakMemoryBytes).filter((bytes) => bytes !== null);
  return {
    arm,
    results,
    known: found.length,
    wallSeconds: mean(own.map((job) => job.wallSeconds)),
    coreSeconds: mean(own.map((job) => job.coreSeconds)),
    trainingCoreSeconds: training.length === 0 ? null : mean(training.map((job) => job.coreSeconds)),
    neededCoreSeconds: mean(found.map((cost) => cost.neededCoreSeconds)),
    sharedNetwork,
    totalCoreSeconds: counted.reduce((sum, job) => sum + job.coreSeconds, 0),
    peakMemoryBytes: peaks.length === 0 ? null : Math.max(...peaks),
    isMemoryShared: counted.some((job) => job.jobsAtOnce !== 1),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function methodsOf(design: StudyResult["design"]): { readonly [arm: string]: unknown } {
  const methods = design["methods"];
  return typeof methods === "object" && methods !== null ? { ...methods } : {};
}
