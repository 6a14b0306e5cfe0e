// An arm's cost is its own jobs' and its network's training, once: sums by hand over a study of one cell, and what is said
// when the journal does not know.

import { expect, test } from "vitest";
import { syntheticResult } from "../../test/support/synthetic-run.ts";
import { armCosts, resultCost } from "./arm-costs.ts";
import type { JobCostRow, RunCosts } from "./run-costs.ts";

const result = syntheticResult({
  doses: [1000],
  viewNames: ["dense"],
  arms: { "pinn-scan": 0.3, hybrid: 0.4, rpie: 0.3 },
  seeds: [42, 43],
  heightPx: 20,
  widthPx: 24,
});
const arms = ["pinn-scan", "hybrid", "rpie", "null"];

function costs(rows: { readonly [path: string]: Partial<JobCostRow> & { coreSeconds: number } }): RunCosts {
  const jobs = Object.entries(rows).map(([path, row]): [string, JobCostRow] => [
    path,
    {
      stage: path.split("/")[0]!,
      path,
      wallSeconds: 2 * row.coreSeconds,
      coreBasis: "process",
      peakMemoryBytes: null,
      jobsAtOnce: 1,
      ...row,
    },
  ]);
  return { jobs: new Map(jobs), machines: [] };
}

const place = (stage: string, arm: string, seed: number): string =>
  `${stage}/dose_1000/dense/gs2/${arm}/seed_${seed}`;
const known = costs({
  [place("train", "pinn-scan", 42)]: { coreSeconds: 100, peakMemoryBytes: 5e8 },
  [place("train", "pinn-scan", 43)]: { coreSeconds: 120, peakMemoryBytes: 6e8 },
  [place("reconstruct", "pinn-scan", 42)]: { coreSeconds: 1 },
  [place("reconstruct", "pinn-scan", 43)]: { coreSeconds: 3 },
  [place("reconstruct", "hybrid", 42)]: { coreSeconds: 10, peakMemoryBytes: 3e8, jobsAtOnce: 2 },
  [place("reconstruct", "hybrid", 43)]: { coreSeconds: 20 },
  [place("reconstruct", "rpie", 43)]: { coreSeconds: 4 },
});

test("training is counted to the network's arm and needed by the hybrid", () => {
  const [network, hybrid] = armCosts(result, known, arms);
  expect(network).toEqual({
    arm: "pinn-scan",
    results: 2,
    known: 2,
    wallSeconds: 4,
    coreSeconds: 2,
    trainingCoreSeconds: 110,
    neededCoreSeconds: 112,
    sharedNetwork: null,
    totalCoreSeconds: 224,
    peakMemoryBytes: 6e8,
    isMemoryShared: false,
  });
  expect(hybrid).toMatchObject({
    coreSeconds: 15,
    trainingCoreSeconds: 110,
    neededCoreSeconds: 125,
    sharedNetwork: "pinn-scan",
    totalCoreSeconds: 30,
    // The training's peak belongs to the network's arm.
    peakMemoryBytes: 3e8,
    isMemoryShared: true,
  });
});

test("a network that is no arm of the study is counted to the arm that needs it", () => {
  const alone = {
    ...result,
    cells: result.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.filter(({ arm }) => arm !== "pinn-scan"),
    })),
  };
  const [hybrid] = armCosts(alone, known, arms);
  expect(hybrid).toMatchObject({ arm: "hybrid", sharedNetwork: null, totalCoreSeconds: 250 });
});

test("what the journal does not tell is missing, not zero", () => {
  const [, , rpie, flat] = armCosts(result, known, arms);
  expect(rpie).toMatchObject({ results: 2, known: 1, coreSeconds: 4, trainingCoreSeconds: null });
  expect(flat).toMatchObject({ results: 2, known: 0, peakMemoryBytes: null, totalCoreSeconds: 0 });
  const [first] = result.cells;
  expect(resultCost(result, known, first!, "rpie")).toBeUndefined();
  const untrained = costs({ [place("reconstruct", "hybrid", 42)]: { coreSeconds: 10 } });
  expect(resultCost(result, untrained, first!, "hybrid")).toBeUndefined();
});
