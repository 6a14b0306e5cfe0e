// Every metric by its JSON name: unit, direction of goodness, title, source, and for an FRC crossing the comparisons whose
// resolution it is. Tables and reports read it from here (F-42).

import type { ComparisonKind } from "./frc-criterion.ts";

export interface MetricInfo {
  /** JSON name. */
  readonly name: string;
  /** Unit on an amplitude image, whose own unit is 1. */
  readonly unit: string;
  /** Unit on a phase image. */
  readonly phaseUnit: string;
  readonly better: "higher" | "lower";
  readonly title: string;
  /** DOIs. */
  readonly cites: readonly string[];
  /** Images it is defined on, when not on both. */
  readonly only?: "amplitude" | "phase";
  /** FRC crossings alone: comparisons for which it is a criterion of resolution (frc-criterion.ts). In others its number is
   * comparable between arms, but is no resolution: the curve means another signal-to-noise ratio there. */
  readonly criterionFor?: readonly ComparisonKind[];
}

const pure = { unit: "1", phaseUnit: "1", better: "higher" } as const;
const ring = { unit: "cycles/px", phaseUnit: "cycles/px", better: "higher" } as const;
const vanHeelSchatz = ["10.1016/j.jsb.2005.05.009"];

export const metricTable = {
  mae: { name: "mae", unit: "1", phaseUnit: "rad", better: "lower", title: "mean absolute error", cites: [] },
  mse: { name: "mse", unit: "1", phaseUnit: "rad²", better: "lower", title: "mean squared error", cites: [] },
  nrmse: {
    name: "nrmse",
    unit: "1",
    phaseUnit: "1",
    better: "lower",
    title: "root-mean-square error over the truth's",
    cites: [],
  },
  psnr: {
    name: "psnr",
    unit: "dB",
    phaseUnit: "dB",
    better: "higher",
    title: "peak signal-to-noise ratio over the truth's range",
    cites: [],
  },
  ssim: { ...pure, name: "ssim", title: "structural similarity", cites: ["10.1109/TIP.2003.819861"] },
  msSsim: {
    ...pure,
    name: "msSsim",
    title: "multi-scale structural similarity",
    cites: ["10.1109/ACSSC.2003.1292216"],
  },
  phaseCorrelation: {
    ...pure,
    name: "phaseCorrelation",
    title: "correlation of the phases, planes removed",
    cites: [],
    only: "phase",
  },
  frc50: {
    ...ring,
    name: "frc50",
    title: "FRC falls below 0.5",
    cites: ["10.1111/j.1365-2818.1982.tb00405.x", "10.1016/j.jmb.2003.07.013"],
    criterionFor: ["truth", "reference"],
  },
  frc1over7: {
    ...ring,
    name: "frc1over7",
    title: "FRC falls below 1/7",
    cites: ["10.1016/j.jmb.2003.07.013"],
    criterionFor: ["halves"],
  },
  frcHalfBit: {
    ...ring,
    name: "frcHalfBit",
    title: "FRC falls below the half-bit curve",
    cites: vanHeelSchatz,
    criterionFor: ["halves"],
  },
  frcOneBit: {
    ...ring,
    name: "frcOneBit",
    title: "FRC falls below the one-bit curve",
    cites: vanHeelSchatz,
    criterionFor: ["halves"],
  },
  frcAuc: { ...pure, name: "frcAuc", title: "mean FRC over frequency", cites: [] },
} as const satisfies { readonly [name: string]: MetricInfo };

export type MetricName = keyof typeof metricTable;

/** Names in the order of tables. */
export const metricNames: readonly MetricName[] = [
  "mae",
  "mse",
  "nrmse",
  "psnr",
  "ssim",
  "msSsim",
  "phaseCorrelation",
  "frc50",
  "frc1over7",
  "frcHalfBit",
  "frcOneBit",
  "frcAuc",
];

/** Curves over spatial frequency, cycles per pixel. */
export const curveTable = {
  frc: {
    ...pure,
    name: "frc",
    title: "Fourier ring correlation",
    cites: ["10.1111/j.1365-2818.1982.tb00405.x"],
  },
  ssnr: {
    ...pure,
    name: "ssnr",
    title: "spectral signal-to-noise ratio of the image of all the data",
    cites: ["10.1016/0304-3991(87)90225-7", "10.1016/S1047-8477(02)00033-3"],
  },
} as const satisfies { readonly [name: string]: MetricInfo };

/** The metrics of an amplitude or of a phase image, in the order of tables. */
export function metricsOf(part: "amplitude" | "phase"): readonly MetricName[] {
  return metricNames.filter((name) => {
    const { only }: MetricInfo = metricTable[name];
    return only === undefined || only === part;
  });
}

/** The unit of a metric on an amplitude or a phase image. */
export function metricUnit(name: MetricName, part: "amplitude" | "phase"): string {
  return part === "phase" ? metricTable[name].phaseUnit : metricTable[name].unit;
}

/** The crossing that is the resolution of a comparison: the first in the table that is a criterion for it. */
export function criterionMetric(kind: Exclude<ComparisonKind, "full">): MetricName {
  const found = metricNames.find((name) => {
    const { criterionFor }: MetricInfo = metricTable[name];
    return criterionFor?.includes(kind) === true;
  });
  return found!;
}
