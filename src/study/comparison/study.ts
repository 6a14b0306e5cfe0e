// All cells together: what the report reads and what the tables print.

import { groupBy } from "../../array/group.ts";
import { csvField } from "../../io/csv.ts";
import { fullPeriodNm } from "../../metrics/resolution.ts";
import { doselapVersion } from "../../version.ts";
import type { StudyDesign } from "../design/schema.ts";
import type { StudyPlan } from "../plan-types.ts";
import type { CellResult, LostCell, MetricRow, StudyResult } from "../results.ts";
import { clearlyAbove } from "./tiles.ts";

type PlacedCell = StudyResult["cells"][number];

/** Joins the cells' results; marks the arms that a flat object matches. */
export function collectStudy(
  cells: readonly PlacedCell[],
  design: StudyDesign,
  designHash: string,
  plan: StudyPlan,
  { lost, failures }: { readonly lost: readonly LostCell[]; readonly failures: readonly string[] } = {
    lost: [],
    failures: [],
  },
): StudyResult {
  return {
    schemaVersion: 1,
    doselapVersion,
    designHash,
    design,
    pixelSizeM: design.metrics.pixelSizeM ?? plan.pixelSizeM ?? null,
    cells,
    indistinguishable: indistinguishable(cells),
    notes: plan.warnings,
    ...(failures.length === 0 ? {} : { failures }),
    ...(lost.length === 0 ? {} : { lost }),
  };
}

/** Arms that are not clearly better than the flat object, per dose and view, over tiles and replicates. */
function indistinguishable(cells: readonly CellResult[]): StudyResult["indistinguishable"] {
  const groups = groupBy(cells, ({ dose, view }) => `${dose} ${view}`);
  const marked: { dose: number; view: string; arm: string }[] = [];
  for (const group of groups.values()) {
    const { dose, view } = group[0]!;
    const names = new Set(
      group.flatMap(({ arms }) => arms.filter(({ state }) => state === "done").map(({ arm }) => arm)),
    );
    names.delete("null");
    for (const arm of names) {
      const scored = group.filter(
        ({ arms }) => !arms.some((outcome) => outcome.arm === arm && outcome.isReference),
      );
      const pairs = scored.flatMap((cell) => tilePairs(cell, arm));
      if (pairs.length > 0 && !clearlyAbove(pairs)) marked.push({ dose, view, arm });
    }
  }
  return marked;
}

function tilePairs({ arms }: CellResult, arm: string): [number, number][] {
  const own = arms.find((outcome) => outcome.arm === arm)?.tileCorrelations ?? [];
  const flat = arms.find((outcome) => outcome.arm === "null")?.tileCorrelations ?? [];
  return own.flatMap((correlation, tile) => {
    const other = flat[tile];
    return other === undefined ? [] : [[correlation, other] as [number, number]];
  });
}

const columns = [
  "dose",
  "fluence",
  "view",
  "gridsize",
  "seed",
  "arm",
  "comparison",
  "part",
  "metric",
  "value",
  "crossing",
  "unit",
  "better",
  "n",
] as const satisfies readonly (keyof MetricRow)[];

/** Full period of a crossing in nm; null for every other row, and without a pixel size. */
export function rowPeriodNm({ crossing, value }: MetricRow, pixelSizeM: number | null): number | null {
  return crossing === "crosses" && value !== null && pixelSizeM !== null
    ? fullPeriodNm(value, pixelSizeM)
    : null;
}

/** One line per number; an empty value means that the number does not exist. Skipped and failed arms have a line that says so. */
export function resultsCsv({ cells, pixelSizeM }: StudyResult): string {
  const lines = [[...columns, "fullPeriodNm", "state", "reason"].join(",")];
  for (const { arms, ...cell } of cells) {
    for (const { arm, state, reason, rows } of arms) {
      for (const row of rows)
        lines.push(
          [
            ...columns.map((name) => csvField(row[name])),
            csvField(rowPeriodNm(row, pixelSizeM)),
            state,
            "",
          ].join(","),
        );
      if (state !== "done") {
        const { dose, fluence, view, gridsize, seed } = cell;
        const named: Partial<MetricRow> = { dose, fluence, view, gridsize, seed, arm };
        lines.push([...columns.map((name) => csvField(named[name])), "", state, csvField(reason)].join(","));
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
