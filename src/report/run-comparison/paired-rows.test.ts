// Runs are compared pair by pair: differences and intervals in closed form, and never between seeds that are not the same.

import { expect, test } from "vitest";
import { syntheticResult } from "../../../test/support/synthetic-run.ts";
import type { MetricRow, StudyResult } from "../../study/results.ts";
import { designChanges } from "./design-changes.ts";
import { pairedRows } from "./paired-rows.ts";

const base = syntheticResult({
  doses: [1000],
  viewNames: ["dense"],
  seeds: [1, 2, 3],
  arms: { rpie: 0.3 },
  heightPx: 20,
  widthPx: 24,
});

/** The study with every row changed. */
function changed(study: StudyResult, change: (row: MetricRow) => Partial<MetricRow>): StudyResult {
  return {
    ...study,
    cells: study.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((arm) => ({ ...arm, rows: arm.rows.map((row) => ({ ...row, ...change(row) })) })),
    })),
  };
}

const isPhaseSsim = ({ arm, part, metric }: Pick<MetricRow, "arm" | "part" | "metric">): boolean =>
  arm === "rpie" && part === "phase" && metric === "ssim";

test("differences +1, +2, +3 over three seeds: mean 2, interval 2 ± 4.3027/√3, better, for more SSIM is better", () => {
  const second = changed(base, (row) => (isPhaseSsim(row) ? { value: row.value! + row.seed } : {}));
  const row = pairedRows(base, second).find(isPhaseSsim)!;
  expect(row).toMatchObject({ pairs: 3, numbers: 3, verdict: "undecided", note: "" });
  expect(row.difference).toBeCloseTo(2, 12);
  // Sample deviation 1; 4.3027 is the 97.5 % point of t with 2 degrees of freedom: 2 − 2.484 leaves zero inside.
  expect(row.interval!.low).toBeCloseTo(2 - 4.3027 / Math.sqrt(3), 9);
  expect(row.interval!.high).toBeCloseTo(2 + 4.3027 / Math.sqrt(3), 9);
  const clearer = changed(base, (r) => (isPhaseSsim(r) ? { value: r.value! + 2 + r.seed } : {}));
  expect(pairedRows(base, clearer).find(isPhaseSsim)!.verdict).toBe("better");
  expect(pairedRows(clearer, base).find(isPhaseSsim)!.verdict).toBe("worse");
});

test("for an error lower is better", () => {
  const second = changed(base, (row) =>
    row.metric === "mae" ? { value: row.value! - 1 - row.seed / 100 } : {},
  );
  const row = pairedRows(base, second).find(({ arm, metric }) => arm === "rpie" && metric === "mae")!;
  expect(row.verdict).toBe("better");
});

test("a run against itself is the same everywhere, values that do not exist included", () => {
  const rows = pairedRows(base, structuredClone(base));
  expect(rows.length).toBe(base.cells[0]!.arms.flatMap((arm) => arm.rows).length);
  expect(new Set(rows.map(({ verdict }) => verdict))).toEqual(new Set(["same"]));
});

test("only seeds that both have are paired, and one pair has no interval", () => {
  const other = { ...base, cells: base.cells.filter(({ seed }) => seed !== 2) };
  expect(pairedRows(base, other)[0]!.pairs).toBe(2);
  const one = changed({ ...base, cells: base.cells.slice(0, 1) }, (row) =>
    isPhaseSsim(row) ? { value: 0.5 } : {},
  );
  const row = pairedRows(base, one).find(isPhaseSsim)!;
  expect(row).toMatchObject({ pairs: 1, interval: null, verdict: "undecided" });
  const elsewhere = { ...base, cells: base.cells.map((cell) => ({ ...cell, view: "sparse" })) };
  const renamed = changed(elsewhere, () => ({ view: "sparse" }));
  expect(pairedRows(base, renamed)).toEqual([]);
});

test("a value that does not exist is told in words and never counted as a number", () => {
  const never = changed(base, (row) =>
    row.metric === "frc50" && row.seed < 3 ? { value: null, crossing: "never" } : {},
  );
  const row = pairedRows(base, never).find(
    ({ arm, part, metric }) => arm === "rpie" && part === "phase" && metric === "frc50",
  )!;
  expect(row).toMatchObject({ pairs: 3, numbers: 1, note: "crosses → never (2 seeds)" });
  expect(row.difference).toBe(0);
});

test("designs are compared field by field; a list is one value, a missing field is null", () => {
  const a = { name: "x", doses: [1, 2], views: { dense: { overlap: 0.7 } }, methods: {} };
  const b = {
    name: "x",
    doses: [1, 3],
    views: { dense: { overlap: 0.6 } },
    engines: { ml: { epochs: 5 } },
    methods: {},
  };
  expect(designChanges([a, b])).toEqual([
    { field: "doses", values: ["[1,2]", "[1,3]"] },
    { field: "views.dense.overlap", values: ["0.7", "0.6"] },
    { field: "engines.ml.epochs", values: [null, "5"] },
  ]);
  expect(designChanges([a, structuredClone(a), a])).toEqual([]);
});
