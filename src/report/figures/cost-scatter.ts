// Quality against the processor time that it takes, at one dose: one mark per arm, both axes shared by all panels. The stair
// joins the arms that no other arm beats in both, so what lies below it is beaten.

import * as Plot from "@observablehq/plot";
import { fixedText, numberText } from "../format.ts";
import type { Markup } from "../markup.ts";
import type { ArmStyle } from "../palette.ts";
import type { FigureMaker } from "./figure.ts";

export interface CostPoint {
  readonly arm: string;
  readonly coreSeconds: number;
  readonly quality: number;
}

/** Points that no other is both cheaper and better than, cheapest first. Of equals all stay. */
export function frontOf(points: readonly CostPoint[]): CostPoint[] {
  const isBeaten = (point: CostPoint): boolean =>
    points.some(
      (other) =>
        other.coreSeconds <= point.coreSeconds &&
        other.quality >= point.quality &&
        (other.coreSeconds < point.coreSeconds || other.quality > point.quality),
    );
  return points.filter((point) => !isBeaten(point)).toSorted((a, b) => a.coreSeconds - b.coreSeconds);
}

export function costScatter(
  maker: FigureMaker,
  points: readonly CostPoint[],
  {
    styles,
    seconds: [fastest, slowest],
    quality: [low, high],
    label,
  }: {
    styles: ReadonlyMap<string, ArmStyle>;
    /** Limits of all panels. */
    seconds: readonly [number, number];
    quality: readonly [number, number];
    label: string;
  },
): Markup {
  const pad = Math.max(0.06 * (high - low), 1e-6);
  const front = frontOf(points);
  const words = points.map(
    ({ arm, coreSeconds, quality }) =>
      `${arm} ${fixedText(quality, 3)} in ${numberText(coreSeconds)} core-seconds`,
  );
  return maker.draw(
    {
      width: 330,
      height: 218,
      marginTop: 10,
      marginRight: 14,
      marginBottom: 42,
      marginLeft: 46,
      style: { fontSize: "12px" },
      x: {
        type: "log",
        domain: [fastest / 1.6, slowest * 1.6],
        ticks: 4,
        tickFormat: (value: number) => numberText(value),
        label: "core-seconds per reconstruction",
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 36,
      },
      y: { domain: [low - pad, high + pad], ticks: 5, label: null, nice: false },
      marks: [
        Plot.gridY({ ticks: 5, stroke: "var(--rule)", strokeOpacity: 1 }),
        Plot.ruleY([low - pad], { stroke: "var(--axis)" }),
        Plot.line(front, {
          x: "coreSeconds",
          y: "quality",
          curve: "step-after",
          stroke: "var(--threshold)",
          strokeWidth: 1.2,
        }),
        ...points.map((point) => {
          const { color, symbol } = styles.get(point.arm)!;
          const isLine = symbol === "times";
          return Plot.dot([point], {
            x: "coreSeconds",
            y: "quality",
            ...(isLine ? { stroke: color } : { fill: color, stroke: "var(--page)" }),
            strokeWidth: isLine ? 1.6 : 1,
            r: symbol === "wye" || symbol === "cross" ? 6 : 5,
            symbol,
          });
        }),
      ],
    },
    `${label}: ${words.length === 0 ? "no values" : words.join("; ")}`,
  );
}
