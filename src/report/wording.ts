// Names and phrases that several sections share, so that a thing is called the same everywhere.

import { doseText, fixedText, numberText } from "./format.ts";
import type { Condition, Stat, Summary } from "./summary.ts";

interface MetricWords {
  readonly short: string;
  readonly long: string;
  readonly decimals: number;
}

const metricWords: { readonly [metric: string]: MetricWords } = {
  mae: { short: "MAE", long: "mean absolute error", decimals: 3 },
  mse: { short: "MSE", long: "mean squared error", decimals: 4 },
  psnr: { short: "PSNR", long: "peak signal-to-noise ratio", decimals: 1 },
  ssim: { short: "SSIM", long: "structural similarity", decimals: 3 },
  msSsim: { short: "MS-SSIM", long: "multi-scale structural similarity", decimals: 3 },
  nrmse: { short: "NRMSE", long: "root-mean-square error over the target’s", decimals: 3 },
  phaseCorrelation: { short: "corr.", long: "correlation of the phases", decimals: 3 },
  frc50: { short: "FRC 0.5", long: "Fourier ring correlation crosses 0.5", decimals: 3 },
  frc1over7: { short: "FRC 1/7", long: "Fourier ring correlation crosses 1/7", decimals: 3 },
  frcHalfBit: {
    short: "FRC ½-bit",
    long: "Fourier ring correlation crosses the half-bit threshold",
    decimals: 3,
  },
  frcOneBit: {
    short: "FRC 1-bit",
    long: "Fourier ring correlation crosses the one-bit threshold",
    decimals: 3,
  },
  frcAuc: { short: "FRC area", long: "mean Fourier ring correlation over frequency", decimals: 3 },
};

/** Metrics in reading order; unknown ones follow. */
export const metricOrder = Object.keys(metricWords);

/** Short name; of the bit curves of two halves also what they are drawn for, where something else is compared. */
export function metricName(metric: string, comparison?: Stat["comparison"]): string {
  const name = metricWords[metric]?.short ?? metric;
  return isForeignCurve(metric, comparison) ? `${name} of halves` : name;
}

export function metricLongName(metric: string, comparison?: Stat["comparison"]): string {
  const name = metricWords[metric]?.long ?? metric;
  return isForeignCurve(metric, comparison)
    ? `${name} of two halves, which is no criterion for this comparison`
    : name;
}

/** The published half-bit and one-bit curves are those of two halves of the data. */
function isForeignCurve(metric: string, comparison: Stat["comparison"] | undefined): boolean {
  return (
    (metric === "frcHalfBit" || metric === "frcOneBit") && comparison !== undefined && comparison !== "halves"
  );
}

export function metricValue(metric: string, value: number): string {
  const words = metricWords[metric];
  return words === undefined ? numberText(value) : fixedText(value, words.decimals);
}

export function directionSign(better: Stat["better"]): string {
  return better === "higher" ? "↑" : better === "lower" ? "↓" : "";
}

/** A unit as it stands in a head: nothing for a pure number. */
export function unitText(unit: string): string {
  return unit === "1" || unit === "" ? "" : unit;
}

export function comparisonText(comparison: Stat["comparison"]): string {
  switch (comparison) {
    case "truth":
      return "against truth";
    case "reference":
      return "against the full-dose reconstruction";
    case "halves":
      return "half against half";
    default:
      return comparison satisfies never;
  }
}

export function partTitle(stat: Pick<Stat, "comparison" | "part">): string {
  const part = stat.part === "complex" ? "Complex object" : stat.part === "phase" ? "Phase" : "Amplitude";
  return `${part}, ${comparisonText(stat.comparison)}`;
}

/** "10 000 photons per frame", or per object pixel in an iso-dose study. */
export function levelText(summary: Summary, level: number): string {
  return `${doseText(level)} ${summary.axis === "dose" ? "photons per frame" : "photons per object px"}`;
}

/** Mean of the overlap measured over the replicates; null when none is finite. */
export function meanOverlap({ cells }: Condition): number | null {
  const values = cells.map((cell) => cell.overlapMeasured).filter((value) => Number.isFinite(value));
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** "overlap 0.70", or nothing. */
export function overlapText(condition: Condition | undefined): string {
  const overlap = condition === undefined ? null : meanOverlap(condition);
  return overlap === null ? "" : `overlap ${fixedText(overlap, 2)}`;
}

/** Compared seeds of a condition: "2", "1 to 2 of 2" when some are lost. */
export function seedsText({ conditions }: Summary): string {
  const counts = conditions.map(({ cells }) => cells.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const planned = Math.max(...conditions.map(({ cells, lost }) => cells.length + lost.length));
  const text = least === most ? String(most) : `${least} to ${most}`;
  if (conditions.length === 0) return "none";
  return most === planned && least === most ? text : `${text} of ${planned}`;
}

/** First condition of a view: scan facts do not depend on dose. */
export function viewCondition(summary: Summary, view: string): Condition | undefined {
  return summary.conditions.find((condition) => condition.view === view);
}

/** "external: NAME", what stands beside an arm whose network another program trained; nothing for doselap's own. */
export function externalText(trainers: readonly string[]): string {
  return trainers.length === 0 ? "" : `external: ${trainers.join(", ")}`;
}
