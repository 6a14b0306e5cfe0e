// doselap metrics: every metric between two arrays, the first a reconstruction, the second the truth.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { isComplex, type AnyArray, type ComplexImage, type RealImage } from "../../array/ndarray.ts";
import { readArrayArgument, toComplexImage, toRealImage } from "../../data/array-argument.ts";
import { compareImages, type MetricsReport, type PartReport } from "../../metrics/compare.ts";
import { metricNames, metricTable, metricUnit, type MetricName } from "../../metrics/registry.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parseNonNegative, parsePath } from "../flags.ts";
import { textTable } from "../text-table.ts";

interface Flags {
  readonly gauge: "none" | "standard";
  readonly msSsimSigma: number;
  readonly maxShift: number;
  readonly json: boolean;
}

export const metricsCommand = buildCommand<Flags, [string, string], CliContext>({
  docs: {
    brief: "Score a reconstruction A against the truth B: MAE, MSE, PSNR, SSIM, MS-SSIM, FRC",
    fullDescription: [
      "Scores array A, the reconstruction, against array B, the truth, over all their pixels. Complex arrays are",
      "scored in amplitude and phase, real ones in amplitude only. The data range is that of B.",
      "",
      "A and B are .npy files, FILE.npz:KEY, or NPZ files with `objectGuess` or `probeGuess`.",
      "",
      "Gauge standard: shift (within --max-shift), global phase, phase ramp and amplitude scale of A are removed,",
      "because ptychography cannot know them. Gauge none: both arrays as they stand.",
      "",
      "FRC: mean removed, Hann window, frequency in cycles per pixel. A crossing that does not exist is null.",
      "",
      "Examples:",
      "  doselap metrics reconstruction.npz truth.npz",
      "  doselap metrics reconstruction.npz:objectGuess truth.npy --gauge none --json",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { placeholder: "A", brief: "Reconstruction: FILE.npy, FILE.npz:KEY or FILE.npz", parse: parsePath },
        { placeholder: "B", brief: "Truth, of the same shape", parse: parsePath },
      ],
    },
    flags: {
      gauge: {
        kind: "enum",
        values: ["none", "standard"],
        default: "standard",
        brief: "What is removed before scoring",
      },
      msSsimSigma: {
        kind: "parsed",
        parse: parseNonNegative,
        default: "0",
        placeholder: "px",
        brief: "Gaussian blur of both arrays before MS-SSIM, pixels; 0 = none",
      },
      maxShift: {
        kind: "parsed",
        parse: parseNonNegative,
        default: "2",
        placeholder: "px",
        brief: "Largest registration shift per axis, pixels; a larger one is flagged and not applied",
      },
      json: jsonFlag,
    },
  },
  async func({ gauge, msSsimSigma, maxShift, json }, pathA, pathB) {
    const a = await readImage(resolve(this.cwd, pathA));
    const b = await readImage(resolve(this.cwd, pathB));
    const report = compareImages(a, b, { gauge, msSsimSigmaPx: msSsimSigma, maxShiftPx: maxShift });
    for (const warning of report.warnings) printNote(this, `warning: ${warning}`);
    if (json) printJson(this, toJson(report));
    else for (const line of reportLines(report)) printLine(this, line);
  },
});

async function readImage(text: string): Promise<ComplexImage | RealImage> {
  const array: AnyArray = await readArrayArgument(text, { preferKeys: ["objectGuess", "probeGuess"] });
  return isComplex(array.dtype) ? toComplexImage(array, text) : toRealImage(array, text);
}

/** The report with an FRC of exactly `frequency` and `value`. */
function toJson({ amplitude, phase, ...rest }: MetricsReport): object {
  return {
    amplitude: partJson(amplitude),
    ...(phase === undefined ? {} : { phase: partJson(phase) }),
    ...rest,
  };
}

function partJson({ frc: { frequency, value }, ...part }: PartReport): object {
  const { mae, mse, psnr, ssim, msSsim, ...crossings } = part;
  return { mae, mse, psnr, ssim, msSsim, frc: { frequency, value }, ...crossings };
}

function reportLines({ amplitude, phase, gauge, n }: MetricsReport): string[] {
  const rows = metricNames.map((name) => [
    metricTable[name].title,
    metricTable[name].better === "higher" ? "↑" : "↓",
    cell(amplitude, name),
    metricUnit(name, "amplitude"),
    ...(phase === undefined ? [] : [cell(phase, name), metricUnit(name, "phase")]),
  ]);
  const head = ["metric", "better", "amplitude", "unit", ...(phase === undefined ? [] : ["phase", "unit"])];
  const lines = [...textTable(head, rows), "", `${n} pixels compared`];
  if (gauge.kind === "none") return [...lines, "gauge: none, arrays compared as they stand"];
  const flag = gauge.shiftFlagged ? ", beyond the bound and not applied" : "";
  return [
    ...lines,
    `gauge: shift (${fixed(gauge.shiftXPx)}, ${fixed(gauge.shiftYPx)}) px (x, y)${flag}`,
    ...(phase === undefined
      ? []
      : [
          `       phase ${fixed(gauge.phaseOffsetRad)} rad, ` +
            `ramp (${fixed(gauge.rampXRadPerPx)}, ${fixed(gauge.rampYRadPerPx)}) rad/px`,
        ]),
    `       amplitude scale ${fixed(gauge.amplitudeScale)}`,
  ];
}

/** A curve that has values but no crossing resolves everything the pixels can carry. */
function cell(part: PartReport, name: MetricName): string {
  const value = part[name];
  if (value !== null) return fixed(value);
  return name.startsWith("frc") && part.frc.value.some((ring) => ring !== null) ? "no crossing" : "—";
}

function fixed(value: number): string {
  return String(Number(value.toPrecision(5)));
}
