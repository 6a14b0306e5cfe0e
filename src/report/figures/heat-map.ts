// Dose × overlap of one arm: a cell per condition, coloured by the value on a scale that all arms share, with the value
// printed in it. Doses run to the right, overlaps upwards; one overlap makes one row.

import * as Plot from "@observablehq/plot";
import { sequentialTable } from "../colormap.ts";
import { doseText, fixedText, lengthText } from "../format.ts";
import type { Markup } from "../markup.ts";
import { armAt, conditionAt, type Stat, statOf, type Summary } from "../summary.ts";
import { meanOverlap, metricValue, viewCondition } from "../wording.ts";
import type { FigureMaker } from "./figure.ts";
import { logLabels } from "./figure.ts";

export type HeatKey = Pick<Stat, "comparison" | "part" | "metric">;

export interface HeatCell {
  readonly arm: string;
  readonly view: string;
  /** Mean of the overlap measured; null when it is not finite. */
  readonly overlap: number | null;
  readonly level: number;
  readonly mean: number | null;
  readonly sd: number | null;
  /** What stands in the cell. */
  readonly text: string;
  readonly isIndistinguishable: boolean;
  readonly isLowerBound: boolean;
}

/** The cells of an arm: every condition of the study, with or without a value. */
export function heatCells(summary: Summary, key: HeatKey, arm: string): HeatCell[] {
  return summary.views.flatMap((view) =>
    summary.levels.flatMap((level) => {
      const condition = conditionAt(summary, view, level);
      if (condition === undefined) return [];
      const found = armAt(condition, arm);
      const stat = statOf(found, key);
      const mean = found?.state === "done" ? (stat?.mean ?? null) : null;
      const absent = found === undefined ? "not run" : found.state === "done" ? "–" : found.state;
      const bound = stat?.isLowerBound === true ? "≥ " : "";
      return [
        {
          arm,
          view,
          overlap: meanOverlap(condition),
          level,
          mean,
          sd: stat?.sd ?? null,
          text: mean === null ? absent : mean === 0 ? "0" : `${bound}${metricValue(key.metric, mean)}`,
          isIndistinguishable: found?.isIndistinguishable === true,
          isLowerBound: stat?.isLowerBound === true,
        },
      ];
    }),
  );
}

/** From 0, or the least value where some are below, to the greatest. Null when there is none. */
export function heatDomain(cells: readonly HeatCell[]): readonly [number, number] | null {
  const means = cells.flatMap(({ mean }) => (mean === null ? [] : [mean]));
  if (means.length === 0) return null;
  const [low, high] = [Math.min(0, ...means), Math.max(...means)];
  return [low, high > low ? high : low + 1];
}

/** Draws one arm's map. @param secondLine under a value, for example its length. */
/** The full period of a cell's resolution; empty where there is none, or no pixel size. */
export function periodText({ mean, isLowerBound }: HeatCell, pixelSizeM: number | null): string {
  return pixelSizeM === null || mean === null
    ? ""
    : `${isLowerBound ? "≤ " : ""}${lengthText(pixelSizeM / mean)}`;
}

export function heatMap(
  maker: FigureMaker,
  summary: Summary,
  {
    cells,
    domain,
    label,
    secondLine = () => "",
  }: {
    cells: readonly HeatCell[];
    domain: readonly [number, number];
    label: string;
    secondLine?: (cell: HeatCell) => string;
  },
): Markup {
  // Upwards is more overlap; views without a number keep their order.
  const rows = summary.views.toSorted((a, b) => overlapOf(summary, b) - overlapOf(summary, a));
  const table = sequentialTable();
  const shades = cells.map((cell) => ({ ...cell, ...shadeOf(cell.mean, domain, table) }));
  const under = (cell: HeatCell): string =>
    cell.isIndistinguishable ? "≈ null" : cell.mean === null || cell.mean === 0 ? "" : secondLine(cell);
  const tall = 40;
  return maker.draw(
    {
      width: 330,
      height: rows.length * tall + 46,
      marginTop: 4,
      marginRight: 8,
      marginBottom: 42,
      marginLeft: 92,
      style: { fontSize: "12px" },
      x: {
        type: "band",
        domain: [...summary.levels],
        padding: 0.03,
        tickFormat: logLabels(summary.levels, doseText),
        tickSize: 0,
        label: summary.axis === "dose" ? "dose (photons per frame)" : "fluence (photons per object pixel)",
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 36,
      },
      y: {
        type: "band",
        domain: rows,
        padding: 0.03,
        tickSize: 0,
        tickFormat: (view: string) => rowText(summary, view),
        label: null,
      },
      marks: [
        Plot.cell(shades, {
          x: "level",
          y: "view",
          fill: "fill",
          stroke: (cell: HeatCell) => (cell.mean === null ? "var(--axis)" : "none"),
          strokeDasharray: "3 3",
        }),
        // Values with a second line stand a little higher.
        ...[true, false].map((isPair) =>
          Plot.text(
            shades.filter((cell) => (under(cell) !== "") === isPair),
            {
              x: "level",
              y: "view",
              text: "text",
              fill: "ink",
              fontWeight: 600,
              dy: isPair ? -6 : 0,
            },
          ),
        ),
        Plot.text(shades, { x: "level", y: "view", text: under, fill: "ink", dy: 9, fontSize: 10.5 }),
      ],
    },
    `${label}: ${cells.map((cell) => `${cell.text} at ${doseText(cell.level)} in ${cell.view}`).join(", ")}`,
  );
}

/** Fill and the text colour that stands out from it, black or white. */
function shadeOf(
  mean: number | null,
  [low, high]: readonly [number, number],
  table: Uint8Array,
): { readonly fill: string; readonly ink: string } {
  if (mean === null) return { fill: "var(--soft)", ink: "var(--muted)" };
  const entry = 3 * Math.min(255, Math.max(0, Math.floor((256 * (mean - low)) / (high - low))));
  const [red, green, blue] = [table[entry]!, table[entry + 1]!, table[entry + 2]!];
  // Relative luminance of WCAG 2.1; black on a colour has more contrast than white from 0.179 on.
  const [r, g, b] = [red, green, blue].map((value) => {
    const v = value / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return { fill: `rgb(${red},${green},${blue})`, ink: luminance > 0.179 ? "#000" : "#fff" };
}

function overlapOf(summary: Summary, view: string): number {
  const condition = viewCondition(summary, view);
  return (condition === undefined ? null : meanOverlap(condition)) ?? 0;
}

function rowText(summary: Summary, view: string): string {
  const condition = viewCondition(summary, view);
  const overlap = condition === undefined ? null : meanOverlap(condition);
  const short = view.length > 9 ? `${view.slice(0, 8)}…` : view;
  return overlap === null ? short : `${short}\n${fixedText(overlap, 2)}`;
}
