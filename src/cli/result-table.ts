// The result table that `run` prints: one row per dose, view and arm; the numbers that decide, and the null row beside them.

import { groupBy } from "../array/group.ts";
import { criterionMetric } from "../metrics/registry.ts";
import type { ArmOutcome } from "../study/results.ts";
import { readStudyResult } from "../study/results-file.ts";
import { textTable } from "./text-table.ts";

/** Metrics shown: part, name, heading, digits. The FRC crossings are the criteria of their comparisons: both mean a
 * signal-to-noise ratio of 1/3 (METRIC-001). */
const shown = [
  ["amplitude", "ssim", "amp SSIM ↑", 3],
  ["phase", "ssim", "phase SSIM ↑", 3],
  ["phase", "mae", "phase MAE ↓", 3],
  ["phase", criterionMetric("truth"), "phase FRC 0.5 ↑", 3],
] as const;
const halvesShown = ["complex", criterionMetric("halves"), "halves FRC 1/7 ↑", 3] as const;

/** Lines of the table from a run folder's compare/metrics.json; doses falling, seeds averaged. */
export async function resultTable(root: string): Promise<string[]> {
  const study = await readStudyResult(root);
  const measured = study.cells.some(({ arms }) => arms.some(({ frc }) => frc["halves"] !== undefined));
  const columns = measured ? [...shown, halvesShown] : shown;
  const groups = groupBy(study.cells, ({ dose, view }) => `${dose} ${view}`);
  const rows: string[][] = [];
  for (const cells of [...groups.values()].toSorted(byDose)) {
    const [first] = cells;
    for (const { arm } of first!.arms) {
      const outcomes = cells.flatMap(({ arms }) => arms.filter((outcome) => outcome.arm === arm));
      const same = study.indistinguishable.some(
        (mark) => mark.arm === arm && mark.dose === first!.dose && mark.view === first!.view,
      );
      rows.push([
        number(first!.dose, 0),
        first!.view,
        number(first!.overlapMeasured, 2),
        String(first!.frames),
        `${arm}${outcomes.some(({ trainer }) => trainer !== undefined) ? " (external)" : ""}${same ? " ≈ null" : ""}`,
        ...cellsOf(outcomes, columns),
      ]);
    }
  }
  if (rows.length === 0) return [];
  const lines = textTable(
    ["dose", "view", "overlap", "frames", "arm", ...columns.map(([, , title]) => title)],
    rows,
  );
  const notes = rows.some((row) => row.some((text) => text.endsWith("≈ null")))
    ? ["≈ null: not distinguishable from a flat object"]
    : [];
  const trainers = new Set(study.cells.flatMap(({ arms }) => arms.flatMap(({ trainer }) => trainer ?? [])));
  if (trainers.size > 0) notes.push(`external: trained by ${[...trainers].join(", ")}, not by doselap`);
  if (measured) {
    notes.push(
      "halves: two thinned halves against each other; artefacts that both share, as of too little overlap, raise it",
    );
  }
  return ["", ...lines, ...notes, ""];
}

function byDose([a]: readonly { dose: number }[], [b]: readonly { dose: number }[]): number {
  return b!.dose - a!.dose;
}

type Column = (typeof shown)[number] | typeof halvesShown;

function cellsOf(outcomes: readonly ArmOutcome[], columns: readonly Column[]): string[] {
  const done = outcomes.filter(({ state }) => state === "done");
  if (done.length === 0) {
    const [{ state, reason } = { state: "skipped", reason: "not run" }] = outcomes;
    return [`${state}: ${reason ?? ""}`, ...columns.slice(1).map(() => "")];
  }
  return columns.map(([part, metric, , digits]) => {
    const values = done.flatMap(({ rows }) =>
      rows.filter(
        (row) =>
          row.part === part &&
          row.metric === metric &&
          (part === "complex") === (row.comparison === "halves"),
      ),
    );
    if (values.length === 0) return done.some(({ isReference }) => isReference) ? "reference" : "–";
    // An FRC that never falls below its threshold has no crossing: better than any number. A flat image has no FRC at all.
    if (values.some(({ crossing }) => crossing === "never")) return "no crossing";
    const numbers = values.map(({ value }) => value);
    if (numbers.some((value) => value === null)) return "–";
    return number(
      numbers.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / numbers.length,
      digits,
    );
  });
}

function number(value: number, digits: number): string {
  return value.toFixed(digits);
}
