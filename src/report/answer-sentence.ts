// Words for the answer: what "resolution" means here, and one arm's sentence about the dose it can live with.

import type { StudyResult } from "../study/results.ts";
import { doseText, fixedText, lengthText, listText, numberText } from "./format.ts";
import type { CrossingMetric } from "./frc-limit.ts";
import type { Stat, Summary } from "./summary.ts";

/** Which FRC number stands for "resolution". */
export interface ResolutionKey {
  readonly comparison: Stat["comparison"];
  readonly part: Stat["part"];
  readonly metric: CrossingMetric;
}

/** What one arm keeps at one view. */
export interface Kept {
  readonly arm: string;
  readonly view: string;
  /** Spatial frequency resolved at the highest dose, cycles per pixel; null when there is none. */
  readonly fullDoseCyclesPerPx: number | null;
  /** Lowest dose (or fluence) of an unbroken run from the top that keeps the fraction; null when there is none. */
  readonly lowestLevel: number | null;
}

/** Words for a resolution key: "phase resolution" by "FRC against truth at 0.5". */
export function resolutionWords({ comparison, part, metric }: ResolutionKey): {
  readonly what: string;
  readonly how: string;
} {
  const against = {
    truth: "against truth",
    reference: "against the full-dose reconstruction",
    halves: "half against half",
  };
  const at = { frc50: "at 0.5", frc1over7: "at 1/7", frcHalfBit: "at the half-bit threshold" };
  return {
    what: part === "complex" ? "resolution" : `${part} resolution`,
    how: `FRC ${against[comparison]} ${at[metric]}`,
  };
}

/** One arm: down to which dose it keeps the fraction of its full-dose resolution, view by view. No full stop. */
export function keepSentence(
  result: StudyResult,
  summary: Summary,
  {
    resolution,
    keepFraction,
    arm,
    kept,
  }: { resolution: ResolutionKey; keepFraction: number; arm: string; kept: readonly Kept[] },
): string {
  const mine = kept.filter((entry) => entry.arm === arm);
  const known = mine.filter((entry) => entry.fullDoseCyclesPerPx !== null);
  const { what, how } = resolutionWords(resolution);
  const unit = summary.axis === "dose" ? "photons per frame" : "photons per object pixel";
  const highest = `${doseText(summary.levels.at(-1)!)} ${unit}`;
  if (known.length === 0)
    return `even at ${highest}, the highest ${summary.axis}, ${arm} has no ${what} that can be told from noise (${how})`;
  const full = known.map((entry) => entry.fullDoseCyclesPerPx!);
  const inLength =
    result.pixelSizeM === null
      ? ""
      : ` or ${rangeText(
          full.map((f) => result.pixelSizeM! / f),
          (v) => lengthText(v),
        )} full period`;
  const value = `${rangeText(full, (v) => fixedText(v, 3))} cycles/px${inLength}`;
  if (summary.levels.length < 2)
    return `at ${highest}, the only ${summary.axis} here, ${arm} reaches a ${what} of ${value} (${how})`;
  const groups = summary.levels.flatMap((level, i) => {
    const views = known
      .filter((entry) => entry.lowestLevel === level)
      .map((entry) => viewText(summary, entry.view));
    if (views.length === 0) return [];
    if (i === summary.levels.length - 1) return [`only at the highest ${summary.axis} in ${listText(views)}`];
    return [
      `down to ${doseText(level)}${i === 0 ? `, the lowest ${summary.axis} tested,` : ""} in ${listText(views)}`,
    ];
  });
  const lost = mine
    .filter((entry) => entry.fullDoseCyclesPerPx === null)
    .map((entry) => viewText(summary, entry.view));
  const tail = lost.length === 0 ? "" : `; in ${listText(lost)} it has none to keep`;
  const share = `${numberText(100 * keepFraction)} % of the ${what} it has at ${highest}`;
  return `${arm} keeps at least ${share} (${value}; ${how}) ${listText(groups)}${tail}`;
}

function viewText(summary: Summary, view: string): string {
  const overlaps = summary.conditions
    .filter((c) => c.view === view)
    .flatMap((c) => c.cells.map((cell) => cell.overlapMeasured));
  const finite = overlaps.filter((overlap) => Number.isFinite(overlap));
  const mean = finite.reduce((sum, overlap) => sum + overlap, 0) / finite.length;
  return finite.length === 0 ? view : `${view} (overlap ${fixedText(mean, 2)})`;
}

function rangeText(values: readonly number[], format: (value: number) => string): string {
  const [low, high] = [format(Math.min(...values)), format(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}
