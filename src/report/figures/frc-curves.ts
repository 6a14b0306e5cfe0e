// Fourier ring correlation against spatial frequency for one condition: mean over the seeds per arm, a band from
// the smallest to the largest seed, and the thresholds 0.5, 1/7 and half a bit; the one
// that fits the comparison (metrics/frc-criterion.ts) is drawn in ink, and so is what the best unbiased estimate would show.

import { lineSign } from "./legend.ts";
import * as Plot from "@observablehq/plot";
import { frcCriteria, type FrcCriterion } from "../../metrics/frc-criterion.ts";
import type { FrcCurve } from "../../study/results.ts";
import { floorCorrelation } from "../floor-values.ts";
import { halfBitCurve } from "../frc-limit.ts";
import { doseText } from "../format.ts";
import type { Markup } from "../markup.ts";
import type { ArmStyle } from "../palette.ts";
import type { Summary, Condition } from "../summary.ts";
import type { FigureMaker } from "./figure.ts";

export interface Ring {
  readonly frequency: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Draws the curves stored under `part` ("amplitude", "phase" or "halves"); null when no arm has one. */
export function frcPanel(
  maker: FigureMaker,
  condition: Condition,
  {
    part,
    arms,
    styles,
    width,
  }: { part: string; arms: readonly string[]; styles: ReadonlyMap<string, ArmStyle>; width: number },
): Markup | null {
  const { kind, threshold: criterion } = criterionOf([condition], part);
  const series = arms.flatMap((arm) => {
    const curves = curvesOf(condition, arm, part);
    const rings = averaged(curves);
    return rings.length === 0 ? [] : [{ arm, rings, band: curves.length > 1, first: curves[0]! }];
  });
  if (series.length === 0) return null;
  // Noise scatters around 0; a correlation far below says that something is wrong, and is shown.
  const lowest = Math.min(-0.1, ...series.flatMap(({ rings }) => rings.map(({ low }) => low)));
  // Many bands on one another hide the lines.
  const bandOpacity = series.length > 4 ? 0.08 : 0.15;
  const threshold = halfBitCurve(series[0]!.first, kind).filter(({ value }) => value <= 1);
  const label = `Fourier ring correlation, ${part}, view ${condition.view}, ${doseText(condition.dose)} photons per frame: ${series.map(({ arm, rings }) => `${arm} falls to 0.5 ${fallText(rings)}`).join("; ")}`;
  return maker.draw(
    {
      width,
      height: 200,
      marginTop: 10,
      marginRight: 26,
      marginBottom: 38,
      marginLeft: 36,
      style: { fontSize: "12px" },
      x: {
        domain: [0, 0.5],
        ticks: 5,
        label: "spatial frequency (cycles/px)",
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 34,
      },
      y: {
        domain: [lowest, 1.02],
        ticks: [-1, -0.5, 0, 0.5, 1].filter((tick) => tick >= lowest),
        label: null,
      },
      marks: [
        Plot.ruleY([0], { stroke: "var(--axis)" }),
        Plot.ruleY(
          [0.5, 1 / 7].filter((level) => level !== criterion),
          { stroke: "var(--threshold)", strokeDasharray: "3 3" },
        ),
        Plot.ruleY([criterion], { stroke: "var(--ink)", strokeWidth: 1.2, strokeDasharray: "6 3" }),
        Plot.text(
          [
            { y: 0.5, text: "0.5" },
            { y: 1 / 7, text: "1/7" },
          ],
          { x: 0.5, y: "y", text: "text", dx: 4, textAnchor: "start", fill: "var(--muted)", fontSize: 10 },
        ),
        Plot.line(threshold, { x: "frequency", y: "value", stroke: "var(--threshold)", strokeWidth: 1.2 }),
        Plot.line(floorCorrelation(condition, part), {
          x: "frequency",
          y: "value",
          stroke: "var(--ink)",
          strokeWidth: 1.3,
        }),
        ...series.flatMap(({ arm, rings, band }) => {
          const { color, dash } = styles.get(arm)!;
          return [
            ...(band
              ? [
                  Plot.areaY(rings, {
                    x: "frequency",
                    y1: "low",
                    y2: "high",
                    fill: color,
                    fillOpacity: bandOpacity,
                  }),
                ]
              : []),
            Plot.line(rings, {
              x: "frequency",
              y: "mean",
              stroke: color,
              strokeWidth: 1.8,
              strokeDasharray: dash,
            }),
          ];
        }),
      ],
    },
    label,
  );
}

/** The criterion that fits what the curves of a part compare. */
export function criterionOf(conditions: readonly Condition[], part: string): FrcCriterion {
  if (part === "halves") return frcCriteria.halves;
  const rows = conditions.flatMap(({ cells }) =>
    cells.flatMap(({ arms }) => arms.flatMap((arm) => arm.rows)),
  );
  return frcCriteria[rows.find((row) => row.part === part)?.comparison ?? "truth"];
}

/** Signs of all lines of a part: arms that have a curve, and thresholds. */
export function frcSigns(
  { conditions }: Pick<Summary, "conditions">,
  { part, arms, styles }: { part: string; arms: readonly string[]; styles: ReadonlyMap<string, ArmStyle> },
): { readonly name: string; readonly sign: string }[] {
  return [
    ...armsWithCurves(conditions, arms, part).map((name) => ({ name, sign: lineSign(styles.get(name)!) })),
    ...thresholdSigns(conditions, part),
  ];
}

/** Signs of the lines that are no arm's: name, and SVG in a box of 34 × 12. */
function thresholdSigns(
  conditions: readonly Condition[],
  part: string,
): { readonly name: string; readonly sign: string }[] {
  const { kind, label } = criterionOf(conditions, part);
  const line = (stroke: string, width: number, dash: string): string =>
    `<path d="M1 6H33" stroke="var(${stroke})" stroke-width="${width}" stroke-dasharray="${dash}" fill="none"/>`;
  const others = ["FRC 0.5", "FRC 1/7"].filter((other) => other !== label);
  return [
    { name: `${label}, the criterion`, sign: line("--ink", 1.2, "6 3") },
    { name: others.join(", "), sign: line("--threshold", 1, "3 3") },
    {
      name: `half a bit per pixel, ${kind === "halves" ? "between halves" : "against a target"}`,
      sign: line("--threshold", 1.2, "none"),
    },
  ];
}

/** Arms with a curve of the part anywhere, in order. */
export function armsWithCurves(
  conditions: readonly Condition[],
  arms: readonly string[],
  part: string,
): string[] {
  return arms.filter((arm) => conditions.some((condition) => ringsOf(condition, arm, part).length > 0));
}

/** Parts for which any cell has a curve, in reading order. */
export function frcParts(conditions: readonly Condition[]): string[] {
  const found = new Set(
    conditions.flatMap((c) => c.cells.flatMap((cell) => cell.arms.flatMap((arm) => Object.keys(arm.frc)))),
  );
  return ["halves", "phase", "amplitude"].filter((part) => found.has(part));
}

/** An arm's curve in one condition: mean, least and greatest over the seeds, ring by ring. */
export function ringsOf(condition: Condition, arm: string, part: string): Ring[] {
  return averaged(curvesOf(condition, arm, part));
}

function curvesOf(condition: Condition, arm: string, part: string): FrcCurve[] {
  return condition.cells.flatMap((cell) => {
    const curve = cell.arms.find((outcome) => outcome.arm === arm && outcome.state === "done")?.frc[part];
    return curve === undefined ? [] : [curve];
  });
}

function averaged(curves: readonly FrcCurve[]): Ring[] {
  const first = curves[0];
  if (first === undefined) return [];
  return first.frequency.flatMap((frequency, ring) => {
    const values = curves.map((curve) => curve.value[ring]).filter((value) => typeof value === "number");
    if (values.length === 0) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [{ frequency, mean, low: Math.min(...values), high: Math.max(...values) }];
  });
}

function fallText(rings: readonly Ring[]): string {
  const below = rings.find((ring) => ring.mean < 0.5);
  return below === undefined ? "nowhere" : `near ${below.frequency.toFixed(2)} cycles per pixel`;
}
