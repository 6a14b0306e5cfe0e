// doselap metrics: every metric between two arrays, the first a reconstruction, the second what it is compared with.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { isComplex, type AnyArray, type ComplexImage, type RealImage } from "../../array/ndarray.ts";
import { readArrayArgument, toComplexImage, toRealImage } from "../../data/array-argument.ts";
import { DoselapError } from "../../errors.ts";
import { compareImages, type MetricsReport, type PartReport } from "../../metrics/compare.ts";
import { comparisonKinds, type ComparisonKind } from "../../metrics/frc-criterion.ts";
import { checkSameShape, insideGuardBand, type PixelMask } from "../../metrics/mask.ts";
import { referenceProfile } from "../../metrics/reference/profile.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parseNonNegative, parsePath, parsePositive } from "../flags.ts";
import { referenceLines, reportLines } from "../metrics-text.ts";

interface Flags {
  readonly profile: "standard" | "reference";
  readonly gauge: "none" | "standard";
  readonly comparison: ComparisonKind;
  readonly pixelSize?: number;
  readonly guard: number;
  readonly mask?: string;
  readonly registration: boolean;
  readonly maxShift: number;
  readonly phaseRamp: boolean;
  readonly phaseCurvature: boolean;
  readonly msSsimSigma?: number;
  readonly json: boolean;
}

export const metricsCommand = buildCommand<Flags, [string, string], CliContext>({
  docs: {
    brief: "Score a reconstruction A against B: MAE, MSE, NRMSE, PSNR, SSIM, MS-SSIM, FRC, resolution",
    fullDescription: [
      "Scores array A, the reconstruction, against array B, the truth, over all their pixels, or those of --mask. Complex arrays are",
      "scored in amplitude and phase, real ones in amplitude only. The data range is that of B.",
      "",
      "A and B are .npy files, FILE.npz:KEY, or NPZ files with `objectGuess` or `probeGuess`.",
      "",
      "Gauge standard: shift (within --max-shift), global phase, phase ramp and amplitude scale of A are removed,",
      "because ptychography cannot know them. Gauge none: both arrays as they stand.",
      "",
      "FRC: mean removed, Hann window, frequency in cycles per pixel. A crossing that does not exist is null;",
      "`crossing` says why: never (above the threshold to the last ring) or absent (no curve); below: nothing resolved.",
      "Half-bit and one-bit are the curves of van Heel & Schatz 2005, which are drawn for two halves of the data.",
      "",
      "What B is decides which FRC means resolution. One signal-to-noise ratio of 1/3 in the image of all the data is",
      "FRC 0.5 against a noise-free truth (or a reference taken for it), 1/7 between two halves, 1/4 between two full",
      "data sets; `resolution` has that crossing, the full period, and the half-bit criterion of the same comparison.",
      "",
      "Profile reference: the definitions of the earlier dose study, to compare with its numbers. Its PSNR has a peak",
      "of 255, its FRC is in ring numbers and gives the curve's length when it never crosses. Its registration has no",
      "bound; --gauge none or --no-registration leaves it out.",
      "",
      "Examples:",
      "  doselap metrics reconstruction.npz truth.npz --pixel-size 5e-9",
      "  doselap metrics half-a.npz half-b.npz --comparison halves",
      "  doselap metrics reconstruction.npz:objectGuess truth.npy --gauge none --json",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { placeholder: "A", brief: "Reconstruction: FILE.npy, FILE.npz:KEY or FILE.npz", parse: parsePath },
        { placeholder: "B", brief: "Truth, or what --comparison says, of the same shape", parse: parsePath },
      ],
    },
    flags: {
      profile: {
        kind: "enum",
        values: ["standard", "reference"],
        default: "standard",
        brief: "Definitions of the metrics; reference: those of the earlier study",
      },
      gauge: {
        kind: "enum",
        values: ["none", "standard"],
        default: "standard",
        brief: "What is removed before scoring",
      },
      comparison: {
        kind: "enum",
        values: comparisonKinds,
        default: "truth",
        brief: "What B is, and so which FRC criterion is right",
      },
      pixelSize: {
        kind: "parsed",
        parse: parsePositive,
        optional: true,
        placeholder: "m",
        brief: "Size of a pixel, metres: resolutions in nm too",
      },
      guard: {
        kind: "parsed",
        parse: parseNonNegative,
        default: "0",
        placeholder: "px",
        brief: "Pixels along the border that are not compared",
      },
      mask: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "FILE",
        brief: "Array as large as A and B: its pixels that are not 0 are compared, within the guard band",
      },
      registration: {
        kind: "boolean",
        default: true,
        brief: "Look for a sub-pixel shift",
      },
      maxShift: {
        kind: "parsed",
        parse: parseNonNegative,
        default: "2",
        placeholder: "px",
        brief: "Largest registration shift per axis, pixels; a larger one is flagged and not applied",
      },
      phaseRamp: {
        kind: "boolean",
        default: true,
        brief: "Remove a linear phase",
      },
      phaseCurvature: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Remove an isotropic quadratic phase as well",
      },
      msSsimSigma: {
        kind: "parsed",
        parse: parseNonNegative,
        optional: true,
        placeholder: "px",
        brief:
          "Gaussian blur of both arrays before MS-SSIM, pixels; 0 = none, the default; 1 in profile reference",
      },
      json: jsonFlag,
    },
  },
  async func({ profile, json, ...flags }, pathA, pathB) {
    const a = await readImage(resolve(this.cwd, pathA));
    const b = await readImage(resolve(this.cwd, pathB));
    if (profile === "reference") {
      refuseWithReference(flags);
      const report = referenceProfile(complexOnly(a, pathA), complexOnly(b, pathB), {
        registration: flags.registration && flags.gauge === "standard",
        msSsimSigmaPx: flags.msSsimSigma,
      });
      if (json) printJson(this, report);
      else for (const line of referenceLines(report)) printLine(this, line);
      return;
    }
    const report = compareImages(a, b, {
      ...flags,
      mask: await maskOf(flags, b, this.cwd),
      msSsimSigmaPx: flags.msSsimSigma,
      maxShiftPx: flags.maxShift,
      pixelSizeM: flags.pixelSize,
    });
    for (const warning of report.warnings) printNote(this, `warning: ${warning}`);
    if (json) printJson(this, toJson(report));
    else for (const line of reportLines(report)) printLine(this, line);
  },
});

/** @throws Usage for a flag that says nothing about the earlier study's metrics. */
function refuseWithReference(flags: Omit<Flags, "profile" | "json">): void {
  const given = {
    "--comparison": flags.comparison !== "truth",
    "--pixel-size": flags.pixelSize !== undefined,
    "--guard": flags.guard !== 0,
    "--mask": flags.mask !== undefined,
    "--no-phase-ramp": !flags.phaseRamp,
    "--phase-curvature": flags.phaseCurvature,
  };
  const [first] = Object.entries(given).filter(([, isGiven]) => isGiven);
  if (first === undefined) return;
  throw new DoselapError("Usage", "has no meaning in the profile reference", {
    key: first[0],
    hint: "The earlier study's metrics know registration (or not) and --ms-ssim-sigma.",
  });
}

/** What is compared of `b`; undefined: all of it. @throws Shape for a mask of another shape or one that leaves no pixel. */
async function maskOf(
  { mask: path, guard }: Pick<Flags, "mask" | "guard">,
  b: ComplexImage | RealImage,
  cwd: string,
): Promise<PixelMask | undefined> {
  const band = guard > 0 ? insideGuardBand(b, guard) : undefined;
  if (path === undefined) return band;
  const given = toRealImage(await readArrayArgument(resolve(cwd, path), { preferKeys: ["mask"] }), path);
  checkSameShape(given, b);
  return Uint8Array.from(given.data, (value, i) => (value !== 0 && band?.[i] !== 0 ? 1 : 0));
}

async function readImage(text: string): Promise<ComplexImage | RealImage> {
  const array: AnyArray = await readArrayArgument(text, { preferKeys: ["objectGuess", "probeGuess"] });
  return isComplex(array.dtype) ? toComplexImage(array, text) : toRealImage(array, text);
}

function complexOnly(image: ComplexImage | RealImage, path: string): ComplexImage {
  if (image.data instanceof Float32Array) return { ...image, data: image.data };
  throw new DoselapError("Usage", "the earlier study's metrics are of complex objects", {
    file: path,
    expected: "a complex array",
    got: "a real one",
  });
}

/** The report with an FRC of exactly `frequency` and `value`; the rings' independent pixels stand beside it. */
function toJson({ amplitude, phase, ...rest }: MetricsReport): object {
  return {
    amplitude: partJson(amplitude),
    ...(phase === undefined ? {} : { phase: partJson(phase) }),
    profile: "standard",
    ...rest,
  };
}

function partJson({ frc: { frequency, value, independentPixels }, ...part }: PartReport): object {
  return { ...part, frc: { frequency, value }, independentPixels };
}
