// Resolution at one fluence against the number of frames that share it: one line per arm, bars of its 95 % interval. The axis is
// logarithmic in frames; each tick tells the photons per frame too, for their product is what is held constant.

import * as Plot from "@observablehq/plot";
import { doseText, fixedText } from "../format.ts";
import type { Markup } from "../markup.ts";
import type { ArmStyle } from "../palette.ts";
import type { StudyStatistics } from "../study-statistics.ts";
import type { ResolutionMeasure } from "../../study/statistics/resolution-estimate.ts";
import { armAt, type Condition, conditionAt, nullArm, statOf, type Summary } from "../summary.ts";
import type { FigureMaker } from "./figure.ts";

export interface IsoDosePoint {
  readonly arm: string;
  readonly view: string;
  readonly frames: number;
  readonly dosePhotons: number;
  readonly value: number;
  readonly low: number | null;
  /** null without an interval; Infinity where it has no upper end. */
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
        const condition = conditionAt(summary, view, level)!;
        const { dose } = condition;
        const frames = framesOf(condition);
        const [low, high] = [interval?.low ?? null, interval?.high ?? null];
        return { arm, view, frames, dosePhotons: dose, value, low, high, isLowerBound };
      })
      .toSorted((a, b) => a.frames - b.frames),
  );
}

/** Width of a panel: one that stands alone fills the row. */
export function isoDoseWidth({ levels }: Summary): number {
  return levels.length === 1 ? 660 : 330;
}

export function isoDoseCurve(
  maker: FigureMaker,
  summary: Summary,
  {
    statistics,
    level,
    arms,
    styles,
    width = 330,
  }: {
    statistics: StudyStatistics;
    level: number;
    /** Of the panel; one that stands alone is wider. */
    width?: number;
    arms: readonly string[];
    styles: ReadonlyMap<string, ArmStyle>;
  },
): Markup {
  const points = isoDosePoints(summary, statistics, { level, arms });
  const ends = statistics.resolutions
    .filter(({ arm }) => arms.includes(arm))
    .map(({ value, interval }) =>
      Math.max(value, interval === null || interval.high === Infinity ? 0 : interval.high),
    );
  const top = 1.06 * Math.max(...ends, 0.01);
  const step = Math.min(mostShift, allShift / arms.length);
  const nullPoints = nullLine(summary, { key: statistics.measure, level });
  const ticks = new Map(points.map((point) => [point.frames, point.dosePhotons]));
  const frames = [...ticks.keys()];
  const [fewest, most] = [Math.min(...frames), Math.max(...frames)];
  return maker.draw(
    {
      width,
      height: 232,
      marginTop: 10,
      marginRight: 14,
      marginBottom: 56,
      marginLeft: 46,
      style: { fontSize: "12px" },
      x: { type: "log", domain: [fewest / 1.2, most * 1.2], axis: null },
      y: { domain: [0, top], ticks: 5, label: null },
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
        Plot.line(nullPoints, {
          x: "frames",
          y: "value",
          stroke: styles.get(nullArm)!.color,
          strokeWidth: 1.4,
          strokeDasharray: styles.get(nullArm)!.dash,
        }),
        ...arms.flatMap((arm, i) =>
          armMarks(
            points.filter((point) => point.arm === arm),
            styles.get(arm)!,
            { dx: (i - (arms.length - 1) / 2) * step, top },
          ),
        ),
      ],
    },
    `Resolution against frames at ${doseText(level)} photons per object pixel: ${describe(points, arms)}`,
  );
}

/** Units between neighbouring arms, sideways, and over all of them: bars at one number of frames would hide each other. */
const [mostShift, allShift] = [7, 28];

/** The flat object's points; none where its correlation has no value. */
function nullLine(
  summary: Summary,
  { key, level }: { key: ResolutionMeasure; level: number },
): { readonly frames: number; readonly value: number }[] {
  return summary.conditions
    .filter((condition) => condition.level === level && condition.cells.length > 0)
    .flatMap((condition) => {
      const value = statOf(armAt(condition, nullArm), key)?.mean;
      return typeof value === "number" ? [{ frames: framesOf(condition), value }] : [];
    })
    .toSorted((a, b) => a.frames - b.frames);
}

/** Whether the flat object has a point at any level. */
export function hasNullLine(summary: Summary, key: ResolutionMeasure): boolean {
  return summary.levels.some((level) => nullLine(summary, { key, level }).length > 0);
}

function framesOf({ cells }: Condition): number {
  return cells.reduce((sum, cell) => sum + cell.frames, 0) / cells.length;
}

function armMarks(
  points: readonly IsoDosePoint[],
  { color, dash, symbol }: ArmStyle,
  { dx, top }: { dx: number; top: number },
): Plot.Markish[] {
  return [
    Plot.ruleX(
      points.filter(({ low }) => low !== null),
      {
        x: "frames",
        y1: "low",
        y2: ({ high }: IsoDosePoint) => Math.min(high ?? top, top),
        dx,
        stroke: color,
        strokeWidth: 1.2,
      },
    ),
    Plot.line(points, { x: "frames", y: "value", dx, stroke: color, strokeWidth: 2, strokeDasharray: dash }),
    Plot.dot(points, {
      x: "frames",
      y: "value",
      dx,
      fill: color,
      stroke: "var(--page)",
      strokeWidth: 1,
      r: symbol === "wye" || symbol === "cross" ? 5.2 : 4,
      symbol,
    }),
    Plot.text(
      points.filter(({ isLowerBound }) => isLowerBound),
      { x: "frames", y: "value", text: () => "≥", dx: dx - 8, textAnchor: "end", fill: color, fontSize: 12 },
    ),
  ];
}

function describe(points: readonly IsoDosePoint[], arms: readonly string[]): string {
  const lines = arms.flatMap((arm) => {
    const own = points.filter((point) => point.arm === arm);
    if (own.length === 0) return [];
    const texts = own.map(
      ({ value, frames, isLowerBound }) =>
        `${isLowerBound ? "at least " : ""}${fixedText(value, 3)} with ${Math.round(frames)} frames`,
    );
    return [`${arm} ${texts.join(", ")}`];
  });
  return lines.length === 0 ? "no values" : lines.join("; ");
}
