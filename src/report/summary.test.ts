// Replicates become mean and spread; a missing one is counted and never averaged as zero.

import { describe, expect, test } from "vitest";
import { syntheticResult } from "../../test/support/synthetic-run.ts";
import type { ArmOutcome, StudyResult } from "../study/results.ts";
import { halfBitCurve, unresolvedLimit } from "./frc-limit.ts";
import { armAt, conditionAt, statOf, summarise } from "./summary.ts";

const small = { heightPx: 20, widthPx: 20 };
const ssim = { comparison: "truth", part: "phase", metric: "ssim" } as const;
const frc50 = { comparison: "truth", part: "phase", metric: "frc50" } as const;

function changed(
  result: StudyResult,
  change: (outcome: ArmOutcome, seed: number) => ArmOutcome,
): StudyResult {
  return {
    ...result,
    cells: result.cells.map((cell) => ({ ...cell, arms: cell.arms.map((o) => change(o, cell.seed)) })),
  };
}

describe("summarise", () => {
  test("gathers replicates into mean and sample standard deviation", () => {
    const values: { readonly [seed: number]: number } = { 1: 0.5, 2: 0.6, 3: 0.7 };
    const result = changed(syntheticResult({ ...small, seeds: [1, 2, 3] }), (outcome, seed) => ({
      ...outcome,
      rows: outcome.rows.map((row) => (row.metric === "ssim" ? { ...row, value: values[seed]! } : row)),
    }));
    const stat = statOf(armAt(conditionAt(summarise(result), "dense", 1e4), "rpie"), ssim)!;
    expect(stat.mean).toBeCloseTo(0.6, 12);
    expect(stat.sd).toBeCloseTo(0.1, 12);
    expect(stat.values).toEqual([0.5, 0.6, 0.7]);
  });

  test("one replicate has no spread, and a missing one is counted and not averaged as zero", () => {
    const one = summarise(syntheticResult(small));
    expect(statOf(armAt(one.conditions[0], "rpie"), ssim)!.sd).toBeNull();
    const result = changed(syntheticResult({ ...small, seeds: [1, 2] }), (outcome, seed) =>
      seed === 2
        ? { ...outcome, frc: {}, rows: outcome.rows.map((row) => ({ ...row, value: null })) }
        : outcome,
    );
    const stat = statOf(armAt(summarise(result).conditions[0], "rpie"), ssim)!;
    expect(stat).toMatchObject({ missing: 1, sd: null });
    expect(stat.mean).toBe(stat.values[0]);
  });

  test("a curve that never crosses gives its last frequency as a lower bound; an empty curve gives nothing", () => {
    const result = changed(syntheticResult(small), (outcome) => ({
      ...outcome,
      rows: outcome.rows.map((row) => (row.metric === "frc50" ? { ...row, value: null } : row)),
    }));
    const first = summarise(result).conditions[0];
    expect(statOf(armAt(first, "rpie"), frc50)).toMatchObject({ mean: 0.5, isLowerBound: true, missing: 0 });
    expect(statOf(armAt(first, "null"), frc50)).toMatchObject({
      mean: null,
      isLowerBound: false,
      missing: 1,
    });
  });

  test("a partly failed arm is done, with its reason and the count of replicates", () => {
    const result = changed(syntheticResult({ ...small, seeds: [1, 2] }), (outcome, seed) =>
      seed === 2 && outcome.arm === "rpie"
        ? { ...outcome, state: "failed", reason: "Diverged", rows: [], frc: {} }
        : outcome,
    );
    expect(armAt(summarise(result).conditions[0], "rpie")).toMatchObject({
      state: "done",
      doneCount: 1,
      seedCount: 2,
      reasons: ["Diverged"],
    });
  });

  test("orders arms as the design does with the null arm last, views as the design does and doses upwards", () => {
    const summary = summarise(
      syntheticResult({ ...small, doses: [1e5, 1e3], arms: { b: 0.3, a: 0.3 }, skipped: { c: "no" } }),
    );
    expect(summary.arms).toEqual(["b", "a", "c", "null"]);
    expect(summary.views).toEqual(["baseline", "dense", "sparse"]);
    expect(summary.levels).toEqual([1e3, 1e5]);
  });

  test("an iso-dose study is swept over its fluences, however the dose per frame differs between views", () => {
    const result = syntheticResult({ ...small, doses: [1900, 19000] });
    const doses: { readonly [view: string]: number } = { baseline: 1, dense: 0.5, sparse: 3 };
    const iso: StudyResult = {
      ...result,
      design: { ...result.design, doses: null, fluences: [10, 100] },
      cells: result.cells.map((cell) => ({
        ...cell,
        dose: cell.dose * doses[cell.view]!,
        fluence: cell.fluence * 1.01,
      })),
    };
    const summary = summarise(iso);
    expect(summary).toMatchObject({ axis: "fluence", levels: [10, 100] });
    expect(summary.conditions).toHaveLength(6);
  });
});

test("unresolvedLimit is the last frequency with a value, or null for a curve without any", () => {
  expect(unresolvedLimit({ frequency: [0.1, 0.2, 0.3], value: [1, 0.9, null] })).toBe(0.2);
  expect(unresolvedLimit({ frequency: [0.1], value: [null] })).toBeNull();
  expect(unresolvedLimit(undefined)).toBeNull();
});

test("the half-bit threshold falls towards 0.2071/1.2071 as rings grow", () => {
  const curve = { frequency: [0.1, 0.2], value: [1, 1], independentPixels: [1e12, 16] };
  expect(halfBitCurve(curve, "halves")[0]!.value).toBeCloseTo(0.2071 / 1.2071, 5);
  // (0.2071 + 1.9102/4) / (1.2071 + 0.9102/4) by hand.
  expect(halfBitCurve(curve, "halves")[1]!.value).toBeCloseTo(0.68465 / 1.43465, 9);
  // Against a truth SSNR √2 − 1 correlates at √(S/(1 + S)) in rings without end.
  const whole = Math.SQRT2 - 1;
  expect(halfBitCurve(curve, "truth")[0]!.value).toBeCloseTo(Math.sqrt(whole / (1 + whole)), 5);
});
