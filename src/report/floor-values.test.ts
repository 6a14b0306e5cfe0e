// The floor's value of a metric: means over the seeds, PSNR and NRMSE by the ratio of errors, nothing where nothing is defined.

import { expect, test } from "vitest";
import { withFloors } from "../../test/support/synthetic-floor.ts";
import { syntheticResult } from "../../test/support/synthetic-run.ts";
import type { MetricRow, StudyResult } from "../study/results.ts";
import { floorCorrelation, floorValue } from "./floor-values.ts";
import { summarise, type Condition } from "./summary.ts";

const plain = syntheticResult({
  heightPx: 20,
  widthPx: 20,
  viewNames: ["dense"],
  seeds: [1, 2],
  doses: [1000],
});
const key = { comparison: "truth", part: "phase", metric: "mse" } as const;
const conditionOf = (result: StudyResult): Condition => summarise(result).conditions[0]!;

/** Every arm's phase gets this squared error and this other metric. */
function withRows(result: StudyResult, mse: number, metric: string, value: number): StudyResult {
  const set = (row: MetricRow): MetricRow[] => {
    if (row.part !== "phase" || row.metric !== "ssim") return [row];
    return [
      { ...row, metric: "mse", value: mse },
      { ...row, metric, value },
    ];
  };
  const cells = result.cells.map((cell) => ({
    ...cell,
    arms: cell.arms.map((arm) => ({ ...arm, rows: arm.rows.filter(keeps).flatMap(set) })),
  }));
  return { ...result, cells };
}
const keeps = ({ metric }: MetricRow): boolean => !["mse", "psnr", "nrmse"].includes(metric);

test("a run without floors has none", () => {
  expect(floorValue(conditionOf(plain), key, "unbiased")).toBeNull();
  expect(floorCorrelation(conditionOf(plain), "phase")).toEqual([]);
});

test("errors and crossings are the stored ones, of either bound", () => {
  const condition = conditionOf(withFloors(plain));
  expect(floorValue(condition, key, "unbiased")).toEqual({ mean: 0.02, isLowerBound: false });
  expect(floorValue(condition, key, "informed")).toEqual({ mean: 0.018, isLowerBound: false });
  const crossing = floorValue(condition, { ...key, metric: "frc50" }, "unbiased")!;
  expect(crossing.mean).toBeCloseTo(0.12, 12);
});

test("a correlation that never falls below its threshold stands at the last ring, as a lower bound", () => {
  const condition = conditionOf(withFloors(plain));
  expect(floorValue(condition, { ...key, metric: "frc1over7" }, "unbiased")).toEqual({
    mean: 0.5,
    isLowerBound: true,
  });
});

test("a tenth of an arm's error is 10 dB more than its PSNR, a quarter half of its NRMSE", () => {
  const psnr = conditionOf(withFloors(withRows(plain, 0.2, "psnr", 17)));
  expect(floorValue(psnr, { ...key, metric: "psnr" }, "unbiased")!.mean).toBeCloseTo(27, 10);
  const nrmse = conditionOf(withFloors(withRows(plain, 0.08, "nrmse", 0.6)));
  expect(floorValue(nrmse, { ...key, metric: "nrmse" }, "unbiased")!.mean).toBeCloseTo(0.3, 10);
});

test("metrics that are no function of the error have no floor", () => {
  const condition = conditionOf(withFloors(plain));
  for (const metric of ["ssim", "mae"])
    expect(floorValue(condition, { ...key, metric }, "unbiased")).toBeNull();
});

test("halves have one bound, that of unbiased estimates", () => {
  const condition = conditionOf(withFloors(plain));
  const halves = { comparison: "halves", part: "complex", metric: "frcHalfBit" } as const;
  expect(floorValue(condition, halves, "unbiased")!.mean).toBeCloseTo(0.14, 12);
  expect(floorValue(condition, halves, "informed")).toBeNull();
  expect(floorCorrelation(condition, "halves").map(({ value }) => value)).toEqual([1, 0.9, 0.6, 0.3]);
});
