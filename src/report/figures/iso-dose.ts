// Resolution at one fluence against the number of frames that share it: one line per arm, bars of its 95 % interval. The axis is
// logarithmic in frames; each tick tells the photons per frame too, for their product is what is held constant.

import * as Plot from "@observablehq/plot";
import { doseText, fixedText } from "../format.ts";
import type { Markup } from "../markup.ts";
import type { ArmStyle } from "../palette.ts";
import type { StudyStatistics } from "../study-statistics.ts";
import { conditionAt, type Summary } from "../summary.ts";
import type { FigureMaker } from "./figure.ts";

export interface IsoDosePoint {
  readonly arm: string;
  readonly view: string;
  readonly frames: number;
  readonly dosePhotons: number;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly isLowerBound: boolean;
}

/** The figure's data at one fluence, by arm and rising number of frames. */
export function isoDosePoints(
  summary: Summary,
  { resolutions }: StudyStatistics,
  { level, arms }: { level: number; arms: readonly string[] },
): IsoDosePoint[] {
  return arms.flatMap((arm) =>
    resolutions
      .filter((row) => row.arm === arm && row.level === level)
      .map(({ view, value, interval, isLowerBound }) => {
        const { cells, dose } = conditionAt(summary, view, level)!;
        const frames = cells.reduce((sum, cell) => sum + cell.frames, 0) / cells.length;
        const [low, high] = [interval?.low ?? null, interval?.high ?? null];
        return { arm, view, frames, dosePhotons: dose, value, low, high, isLowerBound };
      })
      .toSorted((a, b) => a.frames - b.frames),
  );
}

export function isoDoseCurve(
  maker: FigureMaker,
  summary: Summary,
  {
    statistics,
    level,
    arms,
    styles,
  }: {
    statistics: StudyStatistics;
    level: number;
    arms: readonly string[];
    styles: ReadonlyMap<string, ArmStyle>;
  },
): Markup {
  const points = isoDosePoints(summary, statistics, { level, arms });
  const ends = statistics.resolutions
    .filter(({ arm }) => arms.includes(arm))
    .map(({ value, interval }) => Math.max(value, interval?.high ?? 0));
  const ticks = new Map(points.map((point) => [point.frames, point.dosePhotons]));
  const frames = [...ticks.keys()];
  const [fewest, most] = [Math.min(...frames), Math.max(...frames)];
  return maker.draw(
    {
      width: 330,
      height: 232,
      marginTop: 10,
      marginRight: 14,
      marginBottom: 56,
      marginLeft: 46,
      style: { fontSize: "12px" },
      x: { type: "log", domain: [fewest / 1.2, most * 1.2], axis: null },
      y: { domain: [0, 1.06 * Math.max(...ends, 0.01)], ticks: 5, label: null },
      marks: [
        Plot.gridY({ ticks: 5, stroke: "var(--rule)", strokeOpacity: 1 }),
        Plot.ruleY([0], { stroke: "var(--axis)" }),
        Plot.axisX(frames, {
          text: (count: number) => `${Math.round(count)}\n${doseText(ticks.get(count)!)}`,
          label: "frames, and photons per frame",
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 50,
        }),
        ...arms.flatMap((arm) =>
          armMarks(
            points.filter((point) => point.arm === arm),
            styles.get(arm)!,
          ),
        ),
      ],
    },
    `Resolution against frames at ${doseText(level)} photons per object pixel: ${describe(points, arms)}`,
  );
}

function armMarks(points: readonly IsoDosePoint[], { color, dash, symbol }: ArmStyle): Plot.Markish[] {
  return [
    Plot.ruleX(
      points.filter(({ low }) => low !== null),
      { x: "frames", y1: "low", y2: "high", stroke: color, strokeWidth: 1.2 },
    ),
    Plot.line(points, { x: "frames", y: "value", stroke: color, strokeWidth: 2, strokeDasharray: dash }),
    Plot.dot(points, {
      x: "frames",
      y: "value",
      fill: color,
      stroke: "var(--page)",
      strokeWidth: 1,
      r: symbol === "wye" || symbol === "cross" ? 5.2 : 4,
      symbol,
    }),
    Plot.text(
      points.filter(({ isLowerBound }) => isLowerBound),
      { x: "frames", y: "value", text: () => "≥", dy: -12, fill: color, fontSize: 12 },
    ),
  ];
}

function describe(points: readonly IsoDosePoint[], arms: readonly string[]): string {
  const lines = arms.flatMap((arm) => {
    const own = points.filter((point) => point.arm === arm);
    if (own.length === 0) return [];
    const texts = own.map(({ value, frames }) => `${fixedText(value, 3)} with ${Math.round(frames)} frames`);
    return [`${arm} ${texts.join(", ")}`];
  });
  return lines.length === 0 ? "no values" : lines.join("; ");
}
