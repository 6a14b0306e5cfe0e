// A metric against dose at one view: one line per arm, bars of one standard deviation over the seeds, the null arm
// dotted. Dose is on a logarithmic axis. A lower bound (an FRC that never falls below its threshold) wears a ≥ and its arm's name.
// The floor's lines (floor-line.ts) are cut where they leave the frame, which the arms alone set.

import * as Plot from "@observablehq/plot";
import { doseText, fixedText } from "../format.ts";
import type { Markup } from "../markup.ts";
import type { ArmStyle } from "../palette.ts";
import { armAt, nullArm, type Stat, statOf, type Summary } from "../summary.ts";
import { type FigureMaker, logLabels, panelColumns, panelWidth } from "./figure.ts";
import { isCrossing } from "../frc-limit.ts";
import { floorMarks, floorTop, floorWords } from "./floor-line.ts";

export type StatKey = Pick<Stat, "comparison" | "part" | "metric">;

interface Point {
  readonly level: number;
  readonly mean: number;
  readonly sd: number | null;
  readonly isLowerBound: boolean;
}

/** Limits that hold every mean and bar of a metric over all views, so that the panels of a row can be compared. A resolution has
 * an end, so its limits hold the floor's lines too; an error's floor may lie far beyond all arms. */
export function valueDomain(summary: Summary, key: StatKey): [number, number] | null {
  const ends = summary.views.flatMap((view) =>
    summary.arms.flatMap((arm) =>
      pointsOf(summary, { key, view, arm }).flatMap(({ mean, sd }) => [mean - (sd ?? 0), mean + (sd ?? 0)]),
    ),
  );
  if (ends.length === 0) return null;
  if (isCrossing(key.metric)) ends.push(floorTop(summary, key) ?? ends[0]!);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const pad = Math.max(0.08 * (high - low), 1e-3 * Math.abs(high), 1e-6);
  return [key.metric.startsWith("frc") ? 0 : low - pad, high + pad];
}

export function doseCurve(
  maker: FigureMaker,
  summary: Summary,
  {
    key,
    view,
    styles,
    domain,
    label,
  }: {
    key: StatKey;
    view: string;
    styles: ReadonlyMap<string, ArmStyle>;
    domain: readonly [number, number];
    label: string;
  },
): Markup {
  const lowest = summary.levels[0]!;
  const highest = summary.levels.at(-1)!;
  const drawn = summary.arms
    .map((arm) => ({ arm, points: pointsOf(summary, { key, view, arm }) }))
    .filter(({ points }) => points.length > 0);
  const width = panelWidth(panelColumns(summary.views.length));
  const labelOf = logLabels(summary.levels, doseText);
  const hasBars = drawn.some(({ points }) => points.some(({ sd }) => sd !== null && sd > 0));
  const step = hasBars ? Math.min(mostShift, allShift / drawn.length) : 0;
  const marks = drawn.flatMap(({ arm, points }, i) =>
    curveMarks(points, styles.get(arm)!, {
      isNull: arm === nullArm,
      dx: arm === nullArm ? 0 : (i - (drawn.length - 1) / 2) * step,
    }),
  );
  return maker.draw(
    {
      width,
      height: 218,
      marginTop: boundRoom(summary, key),
      marginRight: width < 300 ? 20 : 12,
      marginBottom: 42,
      marginLeft: 46,
      style: { fontSize: "12px" },
      x: { type: "log", domain: [lowest / 1.5, highest * 1.5], axis: null },
      y: { domain: [...domain], ticks: 5, label: null, nice: false },
      marks: [
        Plot.gridY({ ticks: 5, stroke: "var(--rule)", strokeOpacity: 1 }),
        Plot.ruleY([domain[0]], { stroke: "var(--axis)" }),
        // Plot's own logarithmic ticks leave out whatever is no round power of ten: measured doses never are.
        Plot.axisX(labelledLevels(summary.levels, width < 300 && labelOf(highest).length > 5 ? 3 : 5), {
          text: labelOf,
          label: summary.axis === "dose" ? "dose (photons per frame)" : "fluence (photons per object pixel)",
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 36,
        }),
        ...floorMarks(summary, key, view, domain),
        ...marks,
        ...boundMarks(drawn, styles),
      ],
    },
    `${label} in view ${view}: ${describe(summary, key, view)}`,
  );
}

/** Room for the names of lower bounds, the same in all panels of a row. */
function boundRoom(summary: Summary, key: StatKey): number {
  const most = summary.views.map((view) => {
    const drawn = summary.arms.map((arm) => ({ arm, points: pointsOf(summary, { key, view, arm }) }));
    return Math.max(0, ...levelBounds(drawn).map(({ arms }) => (arms.length > mostBounds ? 1 : arms.length)));
  });
  return 10 + boundLine * Math.max(0, ...most);
}

/** Units between neighbouring arms, sideways, and over all of them: bars at one dose would hide each other. */
const [mostShift, allShift] = [3.5, 18];

/** At most so many levels, the highest among them: more labels would run into each other. */
function labelledLevels(levels: readonly number[], most: number): number[] {
  const stride = Math.ceil(levels.length / most);
  return levels.filter((_, i) => (levels.length - 1 - i) % stride === 0);
}

function curveMarks(
  points: readonly Point[],
  { color, dash, symbol }: ArmStyle,
  { isNull, dx }: { isNull: boolean; dx: number },
): Plot.Markish[] {
  const bars = points.filter((point) => point.sd !== null && point.sd > 0);
  return [
    Plot.ruleX(bars, {
      x: "level",
      y1: (point: Point) => point.mean - point.sd!,
      y2: (point: Point) => point.mean + point.sd!,
      dx,
      stroke: color,
      strokeWidth: 1.2,
    }),
    Plot.line(points, {
      x: "level",
      y: "mean",
      dx,
      stroke: color,
      strokeWidth: isNull ? 1.4 : 2,
      strokeDasharray: dash,
    }),
    ...(isNull
      ? []
      : [
          Plot.dot(points, {
            x: "level",
            y: "mean",
            dx,
            fill: color,
            stroke: "var(--page)",
            strokeWidth: 1,
            // Symbols have one area; the page-coloured rim would eat the thin ones.
            r: symbol === "wye" || symbol === "cross" ? 5.2 : 4,
            symbol,
          }),
        ]),
  ];
}

/** A line of text above the frame for each arm with a lower bound at a level: bounds of several arms lie on each other. */
function boundMarks(
  drawn: readonly { readonly arm: string; readonly points: readonly Point[] }[],
  styles: ReadonlyMap<string, ArmStyle>,
): Plot.Markish[] {
  return levelBounds(drawn).flatMap(({ level, arms, anchor }) => {
    const lines = arms.length > mostBounds ? [`≥ ${arms.length} arms`] : arms.map((arm) => `≥ ${arm}`);
    return lines.map((text, i) =>
      Plot.text([{ level }], {
        x: "level",
        frameAnchor: "top",
        text: () => text,
        textAnchor: anchor,
        dx: anchor === "end" ? 12 : anchor === "start" ? -12 : 0,
        dy: -boundLine * (lines.length - i) - 2,
        fill: arms.length > mostBounds ? "var(--ink)" : styles.get(arms[i]!)!.color,
        fontSize: 11,
      }),
    );
  });
}

/** Of more arms at one level their number is told. */
const mostBounds = 3;
const boundLine = 12;

/** Arms with a lower bound, by level; names at the ends of the axis grow inwards. */
function levelBounds(
  drawn: readonly { readonly arm: string; readonly points: readonly Point[] }[],
): { readonly level: number; readonly arms: string[]; readonly anchor: "start" | "middle" | "end" }[] {
  const levels = [...new Set(drawn.flatMap(({ points }) => points.map(({ level }) => level)))].toSorted(
    (a, b) => a - b,
  );
  return levels.flatMap((level, i) => {
    const arms = drawn
      .filter(({ points }) => points.some((point) => point.level === level && point.isLowerBound))
      .map(({ arm }) => arm);
    const anchor =
      levels.length === 1 ? "middle" : i === levels.length - 1 ? "end" : i === 0 ? "start" : "middle";
    return arms.length === 0 ? [] : [{ level, arms, anchor }];
  });
}

function pointsOf(
  summary: Summary,
  { key, view, arm }: { key: StatKey; view: string; arm: string },
): Point[] {
  return summary.conditions
    .filter((condition) => condition.view === view)
    .flatMap((condition) => {
      const stat = statOf(armAt(condition, arm), key);
      if (stat === undefined || stat.mean === null) return [];
      return [{ level: condition.level, mean: stat.mean, sd: stat.sd, isLowerBound: stat.isLowerBound }];
    });
}

function describe(summary: Summary, key: StatKey, view: string): string {
  const lines = summary.arms.flatMap((arm) => {
    const points = pointsOf(summary, { key, view, arm });
    if (points.length === 0) return [];
    return [
      `${arm} ${points.map(({ level, mean, isLowerBound }) => `${isLowerBound ? "at least " : ""}${fixedText(mean, 3)} at ${doseText(level)}`).join(", ")}`,
    ];
  });
  return lines.length === 0 ? "no values" : [...lines, ...floorWords(summary, key, view)].join("; ");
}
