// The statistics of a study: intervals around its values, verdicts between arms, doses and views, break points, all from draws
// that the design's hash or an argument fixes.

import { describe, expect, test } from "vitest";
import { syntheticResult, type SyntheticOptions } from "../../test/support/synthetic-run.ts";
import { withTiles } from "../../test/support/synthetic-tiles.ts";
import type { StudyResult } from "../study/results.ts";
import { studyStatistics } from "./study-statistics.ts";
import { summarise } from "./summary.ts";

const measure = { comparison: "truth", part: "phase", metric: "frc50" } as const;
const study = (options: SyntheticOptions = {}): StudyResult =>
  withTiles(syntheticResult({ heightPx: 20, widthPx: 20, arms: { rpie: 0.3, pinn: 0.36 }, ...options }), {
    scatter: 0.1,
  });
const statisticsOf = (result: StudyResult, options: { seed?: number; fraction?: number } = {}) =>
  studyStatistics(result, summarise(result), { measure, fraction: 0.7, draws: 300, ...options });

describe("studyStatistics", () => {
  test("has an interval around every value, and none for the null arm", () => {
    const { resolutions, method } = statisticsOf(study({ seeds: [1, 2, 3] }));
    expect(method).toMatchObject({ draws: 300, seeds: 3, tiles: 9, fraction: 0.7 });
    expect(resolutions).toHaveLength(18);
    for (const { arm, value, interval } of resolutions) {
      expect(arm).not.toBe("null");
      expect(interval!.low).toBeLessThan(value);
      expect(interval!.high).toBeGreaterThan(value);
      // Nine tiles off by up to 10 % have a mean off by a tenth of that or so; 2 % between the seeds.
      expect(interval!.high - interval!.low).toBeLessThan(0.15 * value);
    }
  });

  test("tells arms, doses and views apart, and the same arm in two views of one scan not", () => {
    const { armDifferences, levelDifferences, viewDifferences } = statisticsOf(study());
    expect(armDifferences).toHaveLength(9);
    for (const { arm, other, verdict } of armDifferences)
      expect([arm, other, verdict]).toEqual(["rpie", "pinn", "lower"]);
    expect(levelDifferences).toHaveLength(2 * 3 * 2);
    expect(levelDifferences.every(({ verdict, level, from }) => verdict === "higher" && level > from)).toBe(
      true,
    );
    const between = (view: string, otherView: string) =>
      viewDifferences.filter((each) => each.view === view && each.otherView === otherView);
    expect(between("baseline", "dense").every(({ difference }) => difference === 0)).toBe(true);
    expect(between("baseline", "dense").every(({ verdict }) => verdict === "undecided")).toBe(true);
    expect(between("dense", "sparse").every(({ verdict }) => verdict === "higher")).toBe(true);
  });

  test("breaks where the curve does: quality falls by a quarter of the full one per decade", () => {
    const { doseBreaks } = statisticsOf(study(), { fraction: 0.6 });
    // Synthetic resolutions are best · (1 + log10(dose / 1e5) / 4): 0.6 of it is left 1.6 decades down.
    const dense = doseBreaks.find(({ arm, view }) => arm === "pinn" && view === "dense")!;
    expect(dense.fullCyclesPerPx).toBeCloseTo(0.36, 12);
    expect(dense.point.kind).toBe("at");
    expect(dense.point.level).toBeCloseTo(10 ** 3.4, 6);
    // All tiles scatter alike at all doses, so the ratio to the full dose hardly does.
    const { low, high } = dense.interval!;
    expect(low.level).toBeLessThan(dense.point.level);
    expect(high.level).toBeGreaterThan(dense.point.level);
    expect(high.level / low.level).toBeLessThan(1.5);
  });

  test("breaks in overlap between the views of one gridsize, against the full dose at the highest overlap", () => {
    const { overlapBreaks } = statisticsOf(study());
    const pinn = overlapBreaks.filter(({ arm }) => arm === "pinn");
    // baseline is alone in its gridsize.
    expect(pinn.map(({ gridsize, level }) => [gridsize, level])).toEqual([
      [2, 1e5],
      [2, 1e4],
      [2, 1e3],
    ]);
    // At full dose sparse has 0.78 of dense; at 1e4 dense has 0.75 and sparse 0.53; at 1e3 dense has half.
    expect(pinn[0]!.point).toMatchObject({ kind: "below" });
    expect(pinn[1]!.point.level).toBeCloseTo(0.196 + (0.5 * (0.7 - 0.53)) / 0.22, 6);
    expect(pinn[2]!.point).toMatchObject({ kind: "above" });
  });

  test("what is not told from a flat object keeps nothing", () => {
    const result = { ...study(), indistinguishable: [{ dose: 1e5, view: "dense", arm: "pinn" }] };
    const { doseBreaks, overlapBreaks } = statisticsOf(result);
    const at = doseBreaks.find(({ arm, view }) => arm === "pinn" && view === "dense")!;
    expect(at).toMatchObject({ fullCyclesPerPx: null, point: { kind: "above", level: 1e5 } });
    expect(overlapBreaks.find(({ arm }) => arm === "pinn")).toMatchObject({ fullCyclesPerPx: null });
  });

  test("pairs only the seeds that both have, and drops a failed one on both sides", () => {
    const result = study({ seeds: [1, 2, 3] });
    const cells = result.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((outcome) =>
        outcome.arm === "pinn" && cell.seed === 3 ? { ...outcome, state: "failed" as const } : outcome,
      ),
    }));
    const [first] = statisticsOf({ ...result, cells }).armDifferences;
    const [both] = statisticsOf(study({ seeds: [1, 2] })).armDifferences;
    expect(first).toEqual({ ...both, verdict: "undecided" });
    // The same difference by the same seeds would be told, were it not judged by fewer than the rest.
    expect(both!.seeds).toBe(2);
  });

  test("is fixed by the design's hash, or by the seed it is given", () => {
    const result = study({ seeds: [1, 2] });
    expect(statisticsOf(result)).toEqual(statisticsOf(result));
    expect(statisticsOf(result).method.seed).toBe(Number.parseInt(result.designHash.slice(0, 8), 16));
    const other = statisticsOf(result, { seed: 7 });
    expect(other.method.seed).toBe(7);
    expect(other.resolutions).not.toEqual(statisticsOf(result).resolutions);
    expect(other.resolutions.map(({ value }) => value)).toEqual(
      statisticsOf(result).resolutions.map(({ value }) => value),
    );
  });
});
