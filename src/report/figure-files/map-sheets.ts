// Resolution at every dose and overlap as sheets: the maps, and for a study at equal fluence the curves over frames.

import { heatCells, heatDomain, heatMap, periodText } from "../figures/heat-map.ts";
import { resolutionWords } from "../answer-sentence.ts";
import { hasNullLine, isoDoseCurve, isoDosePoints, isoDoseWidth } from "../figures/iso-dose.ts";
import { capitalised, doseText } from "../format.ts";
import type { ReportContext } from "../report-context.ts";
import { finishedArms, nullArm } from "../summary.ts";
import { comparisonText, metricName } from "../wording.ts";
import { armSigns, levelHead } from "./sheet-words.ts";
import { type FigureSheet, sheetName } from "./sheet.ts";

export function heatSheet(context: ReportContext): FigureSheet[] {
  const { summary, answer, result, maker } = context;
  const key = answer.resolution;
  if (key === null) return [];
  const arms = finishedArms(summary).map((arm) => ({ arm, cells: heatCells(summary, key, arm) }));
  const all = arms.flatMap(({ cells }) => cells);
  const domain = heatDomain(all);
  if (domain === null) return [];
  const { pixelSizeM } = result;
  const label = `${key.part} ${metricName(key.metric)}, ${comparisonText(key.comparison)}`;
  return [
    {
      name: sheetName("dose-overlap", key.part, key.metric, key.comparison),
      title: `${capitalised(label)} (cycles/px) at every dose and overlap`,
      columns: 3,
      panels: arms.map(({ arm, cells }) => ({
        title: arm,
        draw: () =>
          heatMap(maker, summary, {
            cells,
            domain,
            label: `${label} of ${arm}`,
            secondLine: (cell) => periodText(cell, pixelSizeM),
          }),
      })),
      legend: [],
      table: {
        head: [
          "arm",
          "view",
          "overlap",
          levelHead(context),
          `${key.metric} [cycles/px]`,
          "standard deviation",
          "full period [m]",
          "as printed",
          "not distinguishable from null",
        ],
        rows: all.map(({ arm, view, overlap, level, mean, sd, text, isIndistinguishable }) => [
          arm,
          view,
          overlap,
          level,
          mean,
          sd,
          pixelSizeM === null || mean === null || mean === 0 ? null : pixelSizeM / mean,
          text,
          isIndistinguishable ? "yes" : "no",
        ]),
      },
    },
  ];
}

/** Few bright frames or many faint ones; nothing for a study of doses. */
export function isoDoseSheet(context: ReportContext): FigureSheet[] {
  const { summary, answer, styles, maker } = context;
  const { statistics } = answer;
  if (summary.axis !== "fluence" || statistics === null || summary.views.length < 2) return [];
  const arms = finishedArms(summary).filter((arm) => arm !== nullArm);
  const { what, how } = resolutionWords(statistics.measure);
  const hasNull = hasNullLine(summary, statistics.measure);
  return [
    {
      name: "iso-dose",
      title: `${capitalised(what)} (cycles/px) at equal fluence against the number of frames that share it; ${how}`,
      columns: Math.min(3, summary.levels.length),
      panels: summary.levels.map((level) => ({
        title: `${doseText(level)} photons per object pixel`,
        draw: () =>
          isoDoseCurve(maker, summary, { statistics, level, arms, styles, width: isoDoseWidth(summary) }),
      })),
      legend: armSigns(context).filter(({ name }) => name !== nullArm || hasNull),
      table: {
        head: [
          levelHead(context),
          "arm",
          "view",
          "frames",
          "dose [photons/frame]",
          "resolution [cycles/px]",
          "low",
          "high",
          "lower bound",
        ],
        rows: summary.levels.flatMap((level) =>
          isoDosePoints(summary, statistics, { level, arms }).map((point) => [
            level,
            point.arm,
            point.view,
            point.frames,
            point.dosePhotons,
            point.value,
            point.low,
            // An interval without an upper end has an empty cell there.
            point.high === Infinity ? null : point.high,
            point.isLowerBound ? "yes" : "no",
          ]),
        ),
      },
    },
  ];
}
