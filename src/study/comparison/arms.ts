// Scores one arm in one cell: the standard gauge, every metric of the registry, one tidy row per number.

import type { ComplexImage } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import { compareImages, type PartReport } from "../../metrics/compare.ts";
import { complexFrc } from "../../metrics/complex-frc.ts";
import { decidingPixels, type CrossingState } from "../../metrics/crossing.ts";
import { applyGauge } from "../../metrics/gauge.ts";
import { frcAuc } from "../../metrics/frc-auc.ts";
import { frcThresholds, isFrcThreshold, type FrcReport } from "../../metrics/frc.ts";
import { metricTable, metricUnit, metricsOf, type MetricName } from "../../metrics/registry.ts";
import type { Cell } from "../cell.ts";
import type { StudyDesign } from "../design/schema.ts";
import type { ArmOutcome, FrcCurve, MetricRow } from "../results.ts";
import { partRings, type TileRings, tileRings } from "./tile-rings.ts";
import { tileCorrelations } from "./tiles.ts";

/** An arm's images, cropped to the comparison window. */
export interface ArmImages {
  readonly arm: string;
  readonly object: ComplexImage;
  /** Two reconstructions of independently thinned halves; measured studies only. */
  readonly halves?: readonly [ComplexImage, ComplexImage] | undefined;
}

export interface ArmScore {
  readonly outcome: ArmOutcome;
  /** The arm's object after the gauge, on the window. */
  readonly aligned: ComplexImage;
}

/** Scores the arm against the truth of a simulation or the reference of a measurement.
 * @param mask 1 = compared, uint8 [h, w] on the window. */
export function scoreArm(
  { arm, object, halves }: ArmImages,
  target: {
    readonly image: ComplexImage;
    readonly comparison: "truth" | "reference";
    readonly isTarget: boolean;
  },
  mask: Uint8Array,
  cell: Cell,
  settings: StudyDesign["metrics"],
): ArmScore {
  const { registration, maxShiftPx, phaseRamp, phaseCurvature } = settings;
  const gauge = { mask, registration, maxShiftPx, phaseRamp, phaseCurvature };
  const gauged = applyGauge(object, target.image, gauge);
  const { aligned, shiftFlagged } = gauged;
  const rows: MetricRow[] = [];
  const frc: Record<string, FrcCurve> = {};
  const rings: Record<string, TileRings | null> = {};
  const warnings: string[] = [];
  if (shiftFlagged) warnings.push(`registration asked for more than ${maxShiftPx} px and was not applied`);

  // The reference against itself is perfect by construction: no score.
  if (!target.isTarget) {
    const report = compareImages(object, target.image, {
      gauge: "standard",
      gauged,
      comparison: target.comparison,
      leastPixels: decidingPixels,
      msSsimSigmaPx: settings.msSsimSigmaPx,
      ...gauge,
    });
    warnings.push(...report.warnings);
    const add = (part: "amplitude" | "phase", scores: PartReport): void => {
      rows.push(...partRows(scores, { arm, cell, comparison: target.comparison, part, n: report.n }));
      frc[part] = scores.frc;
    };
    add("amplitude", report.amplitude);
    if (report.phase !== undefined) add("phase", report.phase);
    Object.assign(rings, partRings(aligned, target.image, mask));
  }
  let correlations: number[] | undefined;
  if (halves !== undefined) {
    // Each is brought to the arm's own object, which holds the photons of both: brought to each other, their noise is registered too.
    const placed = halves.map((half) => applyGauge(half, object, gauge));
    if (placed.some(({ shiftFlagged: flagged }) => flagged)) {
      warnings.push(`halves: registration asked for more than ${maxShiftPx} px and was not applied`);
    }
    const [a, b] = [placed[0]!.aligned, placed[1]!.aligned];
    const curve = complexFrc(b, a, { mask, leastPixels: decidingPixels });
    rings["halves"] = tileRings(b, a, mask);
    correlations = tileCorrelations(b, a, mask);
    frc["halves"] = curve.frc;
    const key = { arm, cell, comparison: "halves", part: "complex", n: curve.n } as const;
    for (const metric of frcThresholds) {
      rows.push(row(metric, curve[metric], crossingOf(metric, curve), key));
    }
    rows.push(row("frcAuc", frcAuc(curve.frc), null, key));
  }
  const outcome: ArmOutcome = {
    arm,
    state: "done",
    reason: null,
    isReference: target.isTarget,
    frc,
    rows,
    warnings,
    tileCorrelations: correlations ?? tileCorrelations(aligned, target.image, mask),
    tileRings: Object.fromEntries(
      Object.entries(rings).flatMap(([part, sums]) => (sums === null ? [] : [[part, sums]])),
    ),
  };
  return { outcome, aligned };
}

/** The outcome of an arm that has no image here. */
export function absentArm(arm: string, state: "failed" | "skipped", reason: string): ArmOutcome {
  return {
    arm,
    state,
    reason,
    isReference: false,
    frc: {},
    rows: [],
    warnings: [],
    tileCorrelations: [],
    tileRings: {},
  };
}

/** What a row is of. */
export interface RowKey {
  readonly arm: string;
  readonly cell: Cell;
  readonly comparison: MetricRow["comparison"];
  readonly part: MetricRow["part"];
  readonly n: number;
}

/** @throws Job for a metric that has no value and does not say so, null: a missing metric fails its job (F-31). */
export function partRows(
  scores: PartReport,
  key: RowKey & { readonly part: "amplitude" | "phase" },
): MetricRow[] {
  return metricsOf(key.part).map((metric) => {
    const value = scores[metric];
    if (value === undefined || (value !== null && !Number.isFinite(value))) {
      throw new DoselapError("Job", `${key.arm} has no ${metric} of the ${key.part}`, {
        key: metric,
        expected: "a finite number, or null where it does not exist",
        got: String(value),
        finding: "F-31",
      });
    }
    return row(metric, value, crossingOf(metric, scores), key);
  });
}

function crossingOf(metric: MetricName, { crossing }: Pick<FrcReport, "crossing">): CrossingState | null {
  return isFrcThreshold(metric) ? crossing[metric] : null;
}

function row(
  metric: MetricName,
  value: number | null,
  crossing: CrossingState | null,
  { arm, cell, ...key }: RowKey,
): MetricRow {
  const { dose, fluence, view, gridsize, seed } = cell;
  const { better } = metricTable[metric];
  const unit = metricUnit(metric, key.part === "phase" ? "phase" : "amplitude");
  return { dose, fluence, view, gridsize, seed, arm, ...key, metric, value, crossing, unit, better };
}
