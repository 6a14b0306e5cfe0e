// The lowest level (dose or overlap) at which an arm keeps a part of a reference value: coming down from the highest level, the
// first place where the value falls below the part, interpolated between the two levels around it: in the logarithm of a dose,
// linearly in an overlap. An end that lies outside the levels tested is said to, and is never a number.

import { DoselapError } from "../../errors.ts";
import { percentileInterval } from "./percentile-interval.ts";
import type { Estimate } from "./paired-difference.ts";

/** `below`: still kept at `level`, the lowest tested. `above`: lost already at `level`, the highest tested. */
export interface BreakLevel {
  readonly kind: "at" | "below" | "above";
  readonly level: number;
}

export interface BreakPoint {
  readonly point: BreakLevel;
  /** The reference is a lower bound, so more may be lost than is known: the break point lies at `point` or higher. */
  readonly isLowerBound: boolean;
  /** null: too few seeds and tiles for an interval. */
  readonly interval: BreakInterval | null;
}

export interface BreakInterval {
  readonly low: BreakLevel;
  readonly high: BreakLevel;
  /** Share of the draws that say the same as the point, 0 to 1; of a point between the levels that is 0 as a rule. */
  readonly agreeing: number;
}

export interface LevelEstimate extends Estimate {
  readonly level: number;
}

export interface BreakScale {
  readonly fraction: number;
  readonly scale: "log" | "linear";
}

/** @param levels ascending. @param reference what a fraction is to be kept of; null when it resolves nothing: everything is
 * then lost. @param isTop the reference is that of the highest level, which keeps all of itself whatever it is.
 * @throws Range without a level, or for levels that do not ascend. */
export function breakPoint(
  levels: readonly LevelEstimate[],
  reference: Estimate | null,
  { fraction, scale, isTop = false }: BreakScale & { readonly isTop?: boolean },
): BreakPoint {
  checkLevels(levels, scale);
  const at = levels.map(({ level }) => level);
  const breakOf = (values: readonly number[], full: number): BreakLevel =>
    breakLevel(at, values, { target: targetOf(full, fraction), scale });
  const point = breakOf(
    levels.map(({ value }) => value),
    reference?.value ?? 0,
  );
  // What is lost already against a lower bound is lost.
  const isLowerBound = reference?.isLowerBound === true && point.kind !== "above";
  const all = levels.map(({ draws }) => draws?.least ?? null);
  const top = reference?.draws ?? null;
  if (top === null || all.includes(null)) return { point, isLowerBound, interval: null };
  const drawn = [...top.least].map((full, draw) =>
    breakOf(
      all.map((draws) => draws![draw]!),
      full,
    ),
  );
  const least = drawn.map(signed);
  // Against a lower bound the break lies anywhere from there up.
  const most = least.map((value, draw) =>
    top.most[draw] === Infinity ? (isTop ? Math.max(value, at.at(-1)!) : Infinity) : value,
  );
  const same = drawn.filter(
    ({ kind, level }, draw) => kind === point.kind && level === point.level && most[draw] === least[draw],
  );
  return {
    point,
    isLowerBound,
    interval: {
      low: unsigned(percentileInterval(least).low, at),
      high: unsigned(percentileInterval(most).high, at),
      agreeing: same.length / drawn.length,
    },
  };
}

/** Nothing resolved leaves nothing to keep a part of. */
function targetOf(full: number, fraction: number): number {
  return full > 0 ? fraction * full : Infinity;
}

function breakLevel(
  levels: readonly number[],
  values: readonly number[],
  { target, scale }: { target: number; scale: BreakScale["scale"] },
): BreakLevel {
  const last = levels.length - 1;
  if (!(values[last]! >= target)) return { kind: "above", level: levels[last]! };
  for (let i = last - 1; i >= 0; i--) {
    if (values[i]! >= target) continue;
    const part = (values[i + 1]! - target) / (values[i + 1]! - values[i]!);
    return { kind: "at", level: between(levels[i + 1]!, levels[i]!, part, scale) };
  }
  return { kind: "below", level: levels[0]! };
}

function between(from: number, to: number, part: number, scale: BreakScale["scale"]): number {
  return scale === "linear" ? from + part * (to - from) : from * (to / from) ** part;
}

function signed({ kind, level }: BreakLevel): number {
  return kind === "below" ? -Infinity : kind === "above" ? Infinity : level;
}

function unsigned(value: number, levels: readonly number[]): BreakLevel {
  if (value === -Infinity) return { kind: "below", level: levels[0]! };
  return value === Infinity ? { kind: "above", level: levels.at(-1)! } : { kind: "at", level: value };
}

function checkLevels(levels: readonly LevelEstimate[], scale: BreakScale["scale"]): void {
  const isGood = levels.every(
    ({ level }, i) =>
      Number.isFinite(level) &&
      (scale === "linear" || level > 0) &&
      (i === 0 || level > levels[i - 1]!.level),
  );
  if (levels.length > 0 && isGood) return;
  throw new DoselapError("Range", "a break point needs levels in ascending order", {
    expected:
      scale === "log" ? "at least one, each above 0 and above the one before" : "at least one, ascending",
    got: levels.map(({ level }) => level).join(", ") || "none",
  });
}
