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
  /** In some view the correlation never crosses: the mean is a lower bound. */
  readonly isLowerBound: boolean;
}

/** "0.342", "≥ 0.479". */
export function qualityText({ quality, isLowerBound }: CostPoint): string {
  return `${isLowerBound ? "≥\u00a0" : ""}${fixedText(quality, 3)}`;
}

/** Points that no other is known to be both cheaper and better than, cheapest first. Of equals all stay, and so does a lower
 * bound, which nobody knows to be worse. */
export function frontOf(points: readonly CostPoint[]): CostPoint[] {
  const isBeaten = (point: CostPoint): boolean =>
    !point.isLowerBound &&
    points.some(
      (other) =>
        other.coreSeconds <= point.coreSeconds &&
        other.quality >= point.quality &&
        (other.coreSeconds < point.coreSeconds || other.quality > point.quality),
    );
  return points.filter((point) => !isBeaten(point)).toSorted((a, b) => a.coreSeconds - b.coreSeconds);
}

/** Ticks that all have their label: 1, 2, 5 and their tens; powers of ten alone, of them every other or third, when that is many. */
export function secondTicks(low: number, high: number): number[] {
  const from = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, i) => from + i);
  const within = (ticks: readonly number[]): number[] => ticks.filter((tick) => tick >= low && tick <= high);
  // Powers of ten below 1 are not what floating point makes of 10 ** -1.
  const at = (digit: number, power: number): number => Number(`${digit}e${power}`);
  const fine = within(powers.flatMap((power) => [1, 2, 5].map((digit) => at(digit, power))));
  if (fine.length <= mostTicks && fine.length >= 2) return fine;
  const tens = within(powers.map((power) => at(1, power)));
  if (tens.length >= 2) return tens.filter((_, i) => i % Math.ceil(tens.length / mostTicks) === 0);
  const all = within(powers.flatMap((power) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => at(digit, power))));
  return all.length > 0 ? all : [Number(Math.sqrt(low * high).toPrecision(2))];
}

const mostTicks = 5;

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
    (point) => `${point.arm} ${qualityText(point)} in ${numberText(point.coreSeconds)} core-seconds`,
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
        ticks: secondTicks(fastest / 1.6, slowest * 1.6),
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
        Plot.text(
          points.filter(({ isLowerBound }) => isLowerBound),
          {
            x: "coreSeconds",
            y: "quality",
            text: () => "≥",
            dx: -8,
            textAnchor: "end",
            fill: "var(--ink)",
            fontSize: 12,
          },
        ),
      ],
    },
    `${label}: ${words.length === 0 ? "no values" : words.join("; ")}`,
  );
}
