// Fourier ring correlation against spatial frequency for one condition: mean over the seeds per arm, a band from
// the smallest to the largest seed, and the thresholds 0.5, 1/7 and half-bit.

import * as Plot from "@observablehq/plot";
import type { FrcCurve } from "../../study/results.ts";
import { halfBitCurve } from "../frc-limit.ts";
import { doseText } from "../format.ts";
import type { Markup } from "../markup.ts";
import type { ArmStyle } from "../palette.ts";
import type { Condition } from "../summary.ts";
import type { FigureMaker } from "./figure.ts";

interface Ring {
  readonly frequency: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Draws the curves stored under `part` ("amplitude", "phase" or "halves"); null when no arm has one. */
export function frcPanel(
  maker: FigureMaker,
  condition: Condition,
  { part, arms, styles }: { part: string; arms: readonly string[]; styles: ReadonlyMap<string, ArmStyle> },
): Markup | null {
  const series = arms.flatMap((arm) => {
    const curves = curvesOf(condition, arm, part);
    const rings = averaged(curves);
    return rings.length === 0 ? [] : [{ arm, rings, band: curves.length > 1, first: curves[0]! }];
  });
  if (series.length === 0) return null;
  const threshold = halfBitCurve(series[0]!.first).filter(({ value }) => value <= 1);
  const label = `Fourier ring correlation, ${part}, view ${condition.view}, ${doseText(condition.dose)} photons per frame: ${series.map(({ arm, rings }) => `${arm} falls to 0.5 ${fallText(rings)}`).join("; ")}`;
  return maker.draw(
    {
      width: 330,
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
      y: { domain: [-0.1, 1.02], ticks: [0, 0.5, 1], label: null, clamp: true },
      marks: [
        Plot.ruleY([0], { stroke: "var(--axis)" }),
        Plot.ruleY([0.5, 1 / 7], { stroke: "var(--threshold)", strokeDasharray: "3 3" }),
        Plot.text(
          [
            { y: 0.5, text: "0.5" },
            { y: 1 / 7, text: "1/7" },
          ],
          { x: 0.5, y: "y", text: "text", dx: 4, textAnchor: "start", fill: "var(--muted)", fontSize: 10 },
        ),
        Plot.line(threshold, { x: "frequency", y: "value", stroke: "var(--threshold)", strokeWidth: 1.2 }),
        ...series.flatMap(({ arm, rings, band }) => {
          const { color, dash } = styles.get(arm)!;
          return [
            ...(band
              ? [Plot.areaY(rings, { x: "frequency", y1: "low", y2: "high", fill: color, fillOpacity: 0.15 })]
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

/** Parts for which any cell has a curve, in reading order. */
export function frcParts(conditions: readonly Condition[]): string[] {
  const found = new Set(
    conditions.flatMap((c) => c.cells.flatMap((cell) => cell.arms.flatMap((arm) => Object.keys(arm.frc)))),
  );
  return ["halves", "phase", "amplitude"].filter((part) => found.has(part));
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
