// The figures that a report writes as files: every metric against dose, dose × overlap of every arm, the Fourier ring
// correlation of every part, and the scans; each with the numbers that it draws.

import { panelColumns, panelWidth } from "../figures/figure.ts";
import { floorSigns } from "../figures/floor-line.ts";
import { armsWithCurves, frcPanel, frcParts, frcSigns, ringsOf } from "../figures/frc-curves.ts";
import { scanPicture } from "../figures/scan-picture.ts";
import { floorCorrelation } from "../floor-values.ts";
import { doseText } from "../format.ts";
import type { ReportContext } from "../report-context.ts";
import { finishedArms } from "../summary.ts";
import { levelText, meanOverlap, viewCondition } from "../wording.ts";
import { doseSheets } from "./dose-sheets.ts";
import { heatSheet, isoDoseSheet } from "./map-sheets.ts";
import { levelHead, viewTitle } from "./sheet-words.ts";
import { type FigureSheet, sheetName, type SheetPanel } from "./sheet.ts";

export function figureSheets(context: ReportContext): FigureSheet[] {
  return [
    ...doseSheets(context),
    ...heatSheet(context),
    ...isoDoseSheet(context),
    ...frcParts(context.summary.conditions).map((part) => frcSheet(context, part)),
    ...scanSheet(context),
  ];
}

function frcSheet(context: ReportContext, part: string): FigureSheet {
  const { summary, styles, maker } = context;
  const arms = armsWithCurves(summary.conditions, finishedArms(summary), part);
  const columns = panelColumns(summary.views.length);
  const floors = floorSigns(summary, [
    part === "halves"
      ? { comparison: "halves", part: "complex", metric: "frc50" }
      : { comparison: "truth", part: part === "phase" ? "phase" : "amplitude", metric: "frc50" },
  ]).filter(({ bound }) => bound === "unbiased");
  const conditions = summary.levels
    .toReversed()
    .flatMap((level) =>
      summary.views.flatMap((view) =>
        summary.conditions.filter((each) => each.view === view && each.level === level),
      ),
    );
  return {
    name: sheetName("frc", part),
    title: `Fourier ring correlation, ${part === "halves" ? "half against half" : part}`,
    columns,
    panels: conditions.flatMap((condition): SheetPanel[] => {
      const title = `${condition.view}, ${levelText(summary, condition.level)}`;
      const isEmpty = arms.every((arm) => ringsOf(condition, arm, part).length === 0);
      return isEmpty
        ? []
        : [
            {
              title,
              draw: () => frcPanel(maker, condition, { part, arms, styles, width: panelWidth(columns) })!,
            },
          ];
    }),
    legend: [...frcSigns(summary, { part, arms, styles }), ...floors],
    table: {
      head: [
        "view",
        "overlap",
        levelHead(context),
        "arm",
        "frequency [cycles/px]",
        "mean",
        "least",
        "greatest",
      ],
      rows: conditions.flatMap((condition) => {
        const { view, level } = condition;
        const place = [view, meanOverlap(condition), level];
        return [
          ...arms.flatMap((arm) =>
            ringsOf(condition, arm, part).map(({ frequency, mean, low, high }) => [
              ...place,
              arm,
              frequency,
              mean,
              low,
              high,
            ]),
          ),
          ...floors.flatMap(({ name }) =>
            floorCorrelation(condition, part).map(({ frequency, value }) => [
              ...place,
              name,
              frequency,
              value,
              null,
              null,
            ]),
          ),
        ];
      }),
    },
  };
}

function scanSheet(context: ReportContext): FigureSheet[] {
  const { summary } = context;
  const cells = summary.views.flatMap((view) => viewCondition(summary, view)?.cells.slice(0, 1) ?? []);
  if (cells.every(({ positions }) => positions.x.length === 0)) return [];
  return [
    {
      name: "scan",
      title: `Scan positions, probe diameter and overlap, ${doseText(cells[0]!.dose)} photons per frame`,
      columns: panelColumns(cells.length),
      panels: cells.map((cell) => ({
        title: viewTitle(context, cell.view),
        draw: () => scanPicture(cell),
      })),
      legend: [],
      table: {
        head: ["view", "seed", "frame", "x [px]", "y [px]", "probe diameter [px]", "overlap"],
        rows: cells.flatMap(({ view, seed, positions: { x, y }, probeDiameterPx, overlapMeasured }) =>
          x.map((value, i) => [view, seed, i, value, y[i]!, probeDiameterPx, overlapMeasured]),
        ),
      },
    },
  ];
}
