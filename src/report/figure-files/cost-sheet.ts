// Quality against processor time as a sheet. Times are not the same on another machine or day, so that this figure is written
// on demand alone, and neither the list of figures nor the proof of a run knows it.

import { scatterPanels } from "../cost-points.ts";
import { costScatter } from "../figures/cost-scatter.ts";
import type { ReportContext } from "../report-context.ts";
import { levelText, metricName } from "../wording.ts";
import { armSigns, levelHead } from "./sheet-words.ts";
import type { FigureSheet } from "./sheet.ts";

/** Empty without times. */
export function costSheet(context: ReportContext): FigureSheet[] {
  const { costs, answer, summary, maker, styles } = context;
  const scatter = costs === null ? null : scatterPanels(context, costs);
  if (scatter === null || answer.resolution === null) return [];
  const { panels, ...limits } = scatter;
  const metric = metricName(answer.resolution.metric);
  return [
    {
      name: "cost",
      title: `Quality against processor time: ${metric} (cycles/px), mean over the views`,
      columns: panels.length,
      panels: panels.map(({ level, points }) => {
        const title = levelText(summary, level);
        return { title, draw: () => costScatter(maker, points, { styles, ...limits, label: title }) };
      }),
      legend: armSigns(context),
      table: {
        head: [levelHead(context), "arm", "core-seconds", `${metric} [cycles/px]`, "lower bound"],
        rows: panels.flatMap(({ level, points }) =>
          points.map(({ arm, coreSeconds, quality, isLowerBound }) => [
            level,
            arm,
            coreSeconds,
            quality,
            isLowerBound ? "yes" : "no",
          ]),
        ),
      },
    },
  ];
}
