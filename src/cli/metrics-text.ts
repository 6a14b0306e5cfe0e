// Metrics as text: a table with unit and direction, what was compared, the resolution it gives, and the gauge.

import type { MetricsReport, PartReport } from "../metrics/compare.ts";
import { isFrcThreshold } from "../metrics/frc.ts";
import type { ReferencePart, ReferenceReport } from "../metrics/reference/profile.ts";
import { metricNames, metricTable, metricUnit, metricsOf, type MetricName } from "../metrics/registry.ts";
import type { Reading } from "../metrics/resolution.ts";
import { textTable } from "./text-table.ts";

/** The lines of a comparison. */
export function reportLines({ amplitude, phase, gauge, n }: MetricsReport): string[] {
  const names = phase === undefined ? metricsOf("amplitude") : metricNames;
  const rows = names.map((name) => [
    metricTable[name].title,
    metricTable[name].better === "higher" ? "↑" : "↓",
    cell(amplitude, name),
    metricUnit(name, "amplitude"),
    ...(phase === undefined ? [] : [cell(phase, name), metricUnit(name, "phase")]),
  ]);
  const head = ["metric", "better", "amplitude", "unit", ...(phase === undefined ? [] : ["phase", "unit"])];
  return [
    ...textTable(head, rows),
    "",
    ...resolutionLines(amplitude, phase),
    `${n} pixels compared`,
    ...gaugeLines(),
  ];

  function gaugeLines(): string[] {
    if (gauge.kind === "none") return ["gauge: none, arrays compared as they stand"];
    const flag = gauge.shiftFlagged ? ", beyond the bound and not applied" : "";
    const bend =
      gauge.curvatureRadPerPx2 === 0 ? "" : `, curvature ${fixed(gauge.curvatureRadPerPx2)} rad/px²`;
    return [
      `gauge: shift (${fixed(gauge.shiftXPx)}, ${fixed(gauge.shiftYPx)}) px (x, y)${flag}`,
      ...(phase === undefined
        ? []
        : [
            `       phase ${fixed(gauge.phaseOffsetRad)} rad, ` +
              `ramp (${fixed(gauge.rampXRadPerPx)}, ${fixed(gauge.rampYRadPerPx)}) rad/px${bend}`,
          ]),
      `       amplitude scale ${fixed(gauge.amplitudeScale)}`,
    ];
  }
}

/** The lines of the earlier study's metrics. */
export function referenceLines({ amplitude, phase, registration, n }: ReferenceReport): string[] {
  const row = (
    title: string,
    better: string,
    unit: string,
    value: (part: ReferencePart) => string,
  ): string[] => [title, better, value(amplitude), value(phase), unit];
  const number = (value: number | null): string => (value === null ? "—" : fixed(value));
  const ring = ({ crossing, ring: at }: ReferencePart["frc50"]): string =>
    crossing === "never" ? `no crossing (${at})` : number(at);
  return [
    ...textTable(
      ["metric", "better", "amplitude", "phase", "unit"],
      [
        row("mean absolute error", "↓", "1, rad", (part) => number(part.mae)),
        row("mean squared error", "↓", "1, rad²", (part) => number(part.mse)),
        row("PSNR over a peak of 255", "↑", "dB", (part) => number(part.psnr)),
        row("SSIM, 7×7 windows", "↑", "1", (part) => number(part.ssim)),
        row("MS-SSIM, full SSIM at each level", "↑", "1", (part) => number(part.msSsim)),
        row("FRC falls below 0.5", "↑", "ring", (part) => ring(part.frc50)),
        row("FRC falls below 1/7", "↑", "ring", (part) => ring(part.frc1over7)),
      ],
    ),
    "",
    "profile: reference, the definitions of the earlier study; a number in brackets is its curve's length",
    registration === null
      ? "registration: none"
      : `registration: reconstruction moved by (${registration.dyPx}, ${registration.dxPx}) px (y, x), without a bound`,
    `${n} pixels compared`,
  ];
}

function resolutionLines(amplitude: PartReport, phase: PartReport | undefined): string[] {
  const { comparison, meaning, criterion, halfBit } = amplitude.resolution;
  const both = (reading: (part: PartReport) => Reading): string =>
    [
      `amplitude ${readingText(reading(amplitude))}`,
      ...(phase === undefined ? [] : [`phase ${readingText(reading(phase))}`]),
    ].join(", ");
  return [
    `comparison: ${comparison}, ${meaning}`,
    `resolution, full period, by ${criterion} (SSNR 1/3): ${both(({ resolution }) => resolution)}`,
    `            by ${halfBit.criterion} for this comparison: ${both(({ resolution }) => resolution.halfBit)}`,
  ];
}

function readingText({ crossing, fullPeriodPx, fullPeriodNm }: Reading): string {
  if (fullPeriodPx !== null) {
    return fullPeriodNm === null
      ? `${fixed(fullPeriodPx)} px`
      : `${fixed(fullPeriodNm)} nm (${fixed(fullPeriodPx)} px)`;
  }
  if (crossing === "never") return "no crossing: finer than the last ring";
  return crossing === "below" ? "nothing resolved" : "no curve";
}

/** A curve that has values but no crossing resolves everything the pixels can carry. */
function cell(part: PartReport, name: MetricName): string {
  const value = part[name] ?? null;
  if (value !== null) return fixed(value);
  return isFrcThreshold(name) && part.crossing[name] === "never" ? "no crossing" : "—";
}

function fixed(value: number): string {
  return String(Number(value.toPrecision(5)));
}
