// Every metric by its JSON name: unit, direction of goodness, title, source. Tables and reports read it from here (F-42).

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
}

const ring = { unit: "cycles/px", phaseUnit: "cycles/px", better: "higher" } as const;

export const metricTable = {
  mae: { name: "mae", unit: "1", phaseUnit: "rad", better: "lower", title: "mean absolute error", cites: [] },
  mse: { name: "mse", unit: "1", phaseUnit: "rad²", better: "lower", title: "mean squared error", cites: [] },
  psnr: {
    name: "psnr",
    unit: "dB",
    phaseUnit: "dB",
    better: "higher",
    title: "peak signal-to-noise ratio over the truth's range",
    cites: [],
  },
  ssim: {
    name: "ssim",
    unit: "1",
    phaseUnit: "1",
    better: "higher",
    title: "structural similarity",
    cites: ["10.1109/TIP.2003.819861"],
  },
  msSsim: {
    name: "msSsim",
    unit: "1",
    phaseUnit: "1",
    better: "higher",
    title: "multi-scale structural similarity",
    cites: ["10.1109/ACSSC.2003.1292216"],
  },
  frc50: {
    ...ring,
    name: "frc50",
    title: "FRC falls below 0.5",
    cites: ["10.1111/j.1365-2818.1982.tb00405.x"],
  },
  frc1over7: {
    ...ring,
    name: "frc1over7",
    title: "FRC falls below 1/7",
    cites: ["10.1016/j.jmb.2003.07.013"],
  },
  frcHalfBit: {
    ...ring,
    name: "frcHalfBit",
    title: "FRC falls below the half-bit curve",
    cites: ["10.1016/j.jsb.2005.05.009"],
  },
} as const satisfies { readonly [name: string]: MetricInfo };

export type MetricName = keyof typeof metricTable;

/** Names in the order of tables. */
export const metricNames: readonly MetricName[] = [
  "mae",
  "mse",
  "psnr",
  "ssim",
  "msSsim",
  "frc50",
  "frc1over7",
  "frcHalfBit",
];

/** The unit of a metric on an amplitude or a phase image. */
export function metricUnit(name: MetricName, part: "amplitude" | "phase"): string {
  return part === "phase" ? metricTable[name].phaseUnit : metricTable[name].unit;
}
