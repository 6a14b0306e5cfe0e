// The floor's lines under a metric's curves: no markers, in the colour of the text; solid for unbiased estimates, dashes and
// dots for those that know the spectrum. The frame belongs to the arms, but that of a resolution
// holds the lines too (dose-curves.ts): a line is cut where it leaves it.

import * as Plot from "@observablehq/plot";
import { type FloorBound, floorValue } from "../floor-values.ts";
import { doseText, fixedText } from "../format.ts";
import type { Markup } from "../markup.ts";
import type { Stat, Summary } from "../summary.ts";
import { signLegend } from "./legend.ts";

type Key = Pick<Stat, "comparison" | "part" | "metric">;

const lines: { readonly [bound in FloorBound]: { readonly name: string; readonly dash: string } } = {
  unbiased: { name: "Cramér–Rao floor of unbiased estimates", dash: "none" },
  informed: { name: "floor with a known spectrum", dash: "7 3 1.5 3" },
};
const bounds: readonly FloorBound[] = ["unbiased", "informed"];

export interface LinePoint {
  readonly level: number;
  readonly mean: number;
  readonly isLowerBound: boolean;
}

/** True when any condition has this floor for the metric. */
export function hasFloor(summary: Summary, key: Key, bound: FloorBound): boolean {
  return summary.conditions.some((condition) => floorValue(condition, key, bound) !== null);
}

/** The greatest value of both lines in any view; null where there is none. */
export function floorTop(summary: Summary, key: Key): number | null {
  const values = bounds.flatMap((bound) =>
    summary.conditions.flatMap((condition) => floorValue(condition, key, bound)?.mean ?? []),
  );
  return values.length === 0 ? null : Math.max(...values);
}

/** Marks of both lines in one view. @param domain of the values shown. */
export function floorMarks(
  summary: Summary,
  key: Key,
  view: string,
  domain: readonly [number, number],
): Plot.Markish[] {
  return bounds.flatMap((bound) => {
    const points = pointsOf(summary, key, view, bound);
    return [
      Plot.line(cutToFrame(points, domain), {
        x: "level",
        y: "mean",
        stroke: "var(--ink)",
        strokeWidth: 1.3,
        strokeDasharray: lines[bound].dash,
      }),
    ];
  });
}

/** Both lines in words, for those who cannot see them. */
export function floorWords(summary: Summary, key: Key, view: string): string[] {
  return bounds.flatMap((bound) => {
    const points = pointsOf(summary, key, view, bound);
    if (points.length === 0) return [];
    return [
      `${lines[bound].name} ${points.map(({ level, mean }) => `${fixedText(mean, 3)} at ${doseText(level)}`).join(", ")}`,
    ];
  });
}

/** Signs of the lines that any of the metrics has: name, and SVG in a box of 34 × 12. */
export function floorSigns(
  summary: Summary,
  keys: readonly Key[],
): { readonly bound: FloorBound; readonly name: string; readonly sign: string }[] {
  return bounds
    .filter((bound) => keys.some((key) => hasFloor(summary, key, bound)))
    .map((bound) => {
      const { name, dash } = lines[bound];
      const sign = `<path d="M1 6H33" stroke="var(--ink)" stroke-width="1.3" stroke-dasharray="${dash}" fill="none"/>`;
      return { bound, name, sign };
    });
}

/** Legend of the lines that any of the metrics has; null for none. */
export function floorLegend(summary: Summary, keys: readonly Key[]): Markup | null {
  const signs = floorSigns(summary, keys);
  return signs.length === 0 ? null : signLegend(signs);
}

function pointsOf(summary: Summary, key: Key, view: string, bound: FloorBound): LinePoint[] {
  return summary.conditions
    .filter((condition) => condition.view === view)
    .flatMap((condition) => {
      const value = floorValue(condition, key, bound);
      return value === null ? [] : [{ level: condition.level, ...value }];
    });
}

/** The polyline inside the frame, levels on a logarithmic axis; a value of NaN breaks the line between two stretches. */
export function cutToFrame(
  points: readonly Pick<LinePoint, "level" | "mean">[],
  [low, high]: readonly [number, number],
): { level: number; mean: number }[] {
  const out: { level: number; mean: number }[] = [];
  const inside = (mean: number): boolean => mean >= low && mean <= high;
  points.forEach(({ level, mean }, i) => {
    const before = points[i - 1];
    if (before !== undefined && before.mean !== mean) {
      const edges = [low, high]
        .map((edge) => (edge - before.mean) / (mean - before.mean))
        .filter((t) => t > 0 && t < 1)
        .toSorted((a, b) => a - b);
      for (const t of edges) {
        // Out of the frame: nothing is drawn up to here.
        if (!inside(before.mean) && out.length > 0 && t === edges[0]) out.push({ level, mean: Number.NaN });
        const value = before.mean + t * (mean - before.mean);
        out.push({ level: before.level * (level / before.level) ** t, mean: value });
      }
    }
    if (inside(mean)) out.push({ level, mean });
  });
  return out;
}
