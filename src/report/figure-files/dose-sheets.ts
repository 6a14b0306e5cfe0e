// Every metric against dose as a sheet, with the value of each seed; the floor's lines are rows like an arm's.

import { capitalised } from "../format.ts";
import { doseCurve, valueDomain } from "../figures/dose-curves.ts";
import { panelColumns } from "../figures/figure.ts";
import { floorSigns } from "../figures/floor-line.ts";
import { floorValue } from "../floor-values.ts";
import type { ReportContext } from "../report-context.ts";
import { armAt, type Stat, statOf } from "../summary.ts";
import { comparisonText, meanOverlap, metricLongName, metricName, unitText } from "../wording.ts";
import { armSigns, levelHead, viewTitle } from "./sheet-words.ts";
import { type Cell, type FigureSheet, sheetName } from "./sheet.ts";

export function doseSheets(context: ReportContext): FigureSheet[] {
  return metricStats(context).flatMap((stat) => doseSheet(context, stat));
}

/** Every metric that any arm has, once. */
function metricStats({ summary }: ReportContext): Stat[] {
  const found = new Map<string, Stat>();
  for (const stat of summary.conditions.flatMap((c) => c.arms).flatMap((arm) => arm.stats)) {
    const key = JSON.stringify([stat.comparison, stat.part, stat.metric]);
    if (stat.better !== "none" && !found.has(key)) found.set(key, stat);
  }
  return [...found.values()];
}

function doseSheet(context: ReportContext, stat: Stat): FigureSheet[] {
  const { summary, styles, maker } = context;
  const domain = valueDomain(summary, stat);
  if (domain === null) return [];
  const { comparison, part, metric, unit } = stat;
  const of = part === "complex" ? "" : `${part} `;
  const inUnit = unitText(unit) === "" ? "" : ` (${unit})`;
  const title = `${of}${metricName(metric, comparison)}${inUnit}, ${comparisonText(comparison)}`;
  const rows = summary.conditions.flatMap((condition) =>
    summary.arms.flatMap((arm) => {
      const found = armAt(condition, arm);
      const values = statOf(found, stat);
      if (values === undefined) return [];
      return condition.cells.map((cell, i) => [
        condition.view,
        meanOverlap(condition),
        condition.level,
        arm,
        cell.seed,
        values.values[i] ?? null,
        values.mean,
        values.sd,
        values.isLowerBound ? "yes" : "no",
      ]);
    }),
  );
  return [
    {
      name: sheetName("dose", part, metric, comparison),
      title: `${capitalised(title)}: ${metricLongName(metric, comparison)}`,
      columns: panelColumns(summary.views.length),
      panels: summary.views.map((view) => ({
        title: viewTitle(context, view),
        draw: () => doseCurve(maker, summary, { key: stat, view, styles, domain, label: title }),
      })),
      legend: [...armSigns(context), ...floorSigns(summary, [stat])],
      table: {
        head: [
          "view",
          "overlap",
          levelHead(context),
          "arm",
          "seed",
          unitText(unit) === "" ? metric : `${metric} [${unit}]`,
          "mean",
          "standard deviation",
          "lower bound",
        ],
        rows: [...rows, ...floorRows(context, stat)],
      },
    },
  ];
}

/** The floor's lines, as rows like an arm's, by the name that the legend has. */
function floorRows({ summary }: ReportContext, stat: Stat): Cell[][] {
  return floorSigns(summary, [stat]).flatMap(({ bound, name }) =>
    summary.conditions.flatMap((condition) => {
      const value = floorValue(condition, stat, bound);
      if (value === null) return [];
      const { mean, isLowerBound } = value;
      const { view, level } = condition;
      return [
        [view, meanOverlap(condition), level, name, null, null, mean, null, isLowerBound ? "yes" : "no"],
      ];
    }),
  );
}
