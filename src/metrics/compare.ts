// Every metric between a reconstruction and the truth, amplitude and phase each: the one entry point for scores.
// gauge "standard" (gauge.ts): the same for all arms; the phase error is arg(recon·truth*), so wraps do not count, and what
// correlates is e^{iφ} of each.
// gauge "none": amplitude and arg() of both as they stand, which a plain numpy check reproduces.
// JSON has no infinity and no NaN: a number that does not exist is null, and `warnings` says why.

import { shapeText, type ComplexImage, type RealImage } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import { checkFinite } from "./finite.ts";
import { frcAuc } from "./frc-auc.ts";
import type { ComparisonKind } from "./frc-criterion.ts";
import { frc, type FrcCurve, type FrcReport, type FrcThreshold } from "./frc.ts";
import { applyGauge, applyRealGauge, type GaugeParameters } from "./gauge.ts";
import { mae } from "./mae.ts";
import { checkSameShape, countPixels, type PixelMask } from "./mask.ts";
import { mse } from "./mse.ts";
import { msSsim } from "./ms-ssim.ts";
import { nrmse } from "./nrmse.ts";
import { amplitudeOf, phaseOf, phasePair, phasorsOf, snapConstant } from "./parts.ts";
import { phaseCorrelation } from "./phase-correlation.ts";
import { psnr } from "./psnr.ts";
import type { Measured } from "./range.ts";
import { resolutionOf, type Resolution } from "./resolution.ts";
import { ssim } from "./ssim.ts";
import { ssnrCurve } from "./ssnr.ts";

export interface CompareOptions {
  readonly gauge: "none" | "standard";
  /** uint8 [h·w]; non-zero pixels are compared. All of them when absent. */
  readonly mask?: PixelMask | undefined;
  /** Gaussian blur of both images before MS-SSIM, pixels; 0 = none. */
  readonly msSsimSigmaPx?: number | undefined;
  /** What `b` is: it decides which correlation means resolution (frc-criterion.ts) and how SSNR follows from it. */
  readonly comparison?: ComparisonKind | undefined;
  /** Independent pixels that a ring needs to decide alone where the FRC falls below a fixed threshold; 0 when absent. */
  readonly leastPixels?: number | undefined;
  /** Metres per pixel: resolutions are given in nanometres too. */
  readonly pixelSizeM?: number | undefined;
  /** Standard gauge of complex images only: what {@link applyGauge} found for these images and options, when it is known. */
  readonly gauged?: ReturnType<typeof applyGauge> | undefined;
  /** Standard gauge only: look for a sub-pixel shift. */
  readonly registration?: boolean | undefined;
  /** Standard gauge only: largest shift per axis that is applied, pixels. */
  readonly maxShiftPx?: number | undefined;
  /** Standard gauge only: false leaves a linear phase in. */
  readonly phaseRamp?: boolean | undefined;
  /** Standard gauge only: true removes an isotropic quadratic phase as well. */
  readonly phaseCurvature?: boolean | undefined;
}

export interface PartReport extends Readonly<Record<FrcThreshold, number | null>> {
  readonly mae: number;
  readonly mse: number;
  readonly nrmse: number | null;
  /** dB over the truth's data range. */
  readonly psnr: number | null;
  readonly ssim: number | null;
  readonly msSsim: number | null;
  /** Of phases alone. */
  readonly phaseCorrelation?: number | null;
  readonly frc: FrcCurve;
  readonly frcAuc: number | null;
  /** What the value of each threshold means: a null is `never` or `absent`, a 0 is `below`. */
  readonly crossing: FrcReport["crossing"];
  /** Spectral signal-to-noise ratio in each ring of `frc`, of the image of all the data. */
  readonly ssnr: readonly (number | null)[];
  /** The criterion that is right for the declared comparison. */
  readonly resolution: Resolution;
}

export type GaugeReport = { readonly kind: "none" } | ({ readonly kind: "standard" } & GaugeParameters);

export interface MetricsReport {
  readonly amplitude: PartReport;
  /** Absent for real images. */
  readonly phase?: PartReport;
  readonly gauge: GaugeReport;
  readonly warnings: readonly string[];
  /** Pixels compared. */
  readonly n: number;
}

/** Scores `a`, the reconstruction, against `b`, the truth: both complex64 [h, w] or both float64 [h, w]. A real image
 * fills `amplitude` only. @throws Shape when shapes or kinds differ, Range for a non-finite pixel or an empty mask. */
export function compareImages(
  a: ComplexImage | RealImage,
  b: ComplexImage | RealImage,
  options: CompareOptions,
): MetricsReport {
  checkSameShape(a, b, options.mask);
  checkFinite(a, "reconstruction");
  checkFinite(b, "truth");
  if (isComplexImage(a) && isComplexImage(b)) return compareComplex(a, b, options);
  if (isRealImage(a) && isRealImage(b)) return compareReal(a, b, options);
  throw new DoselapError("Shape", "a complex image cannot be compared with a real one", {
    expected: "two complex or two real images",
    got: `${kindOf(a)} and ${kindOf(b)}`,
    hint: "Give both as complex objects, or take the amplitude or phase of both.",
  });
}

function compareComplex(a: ComplexImage, b: ComplexImage, options: CompareOptions): MetricsReport {
  const { mask } = options;
  const warnings: string[] = [];
  const gauged = options.gauge === "standard" ? (options.gauged ?? applyGauge(a, b, options)) : undefined;
  const aligned = gauged?.aligned ?? a;
  const gauge = gaugeReport(gauged, warnings);
  const amplitude = score(
    snapConstant(amplitudeOf(aligned), { mask, part: "amplitude" }),
    snapConstant(amplitudeOf(b), { mask, part: "amplitude" }),
    options,
    "amplitude",
    warnings,
  );
  const phases = gauged === undefined ? { a: phaseOf(aligned), b: phaseOf(b) } : phasePair(aligned, b, mask);
  const phase = score(
    snapConstant(phases.a, { mask, part: "phase" }),
    snapConstant(phases.b, { mask, part: "phase" }),
    options,
    "phase",
    warnings,
    {
      correlation: phaseCorrelation(aligned, b, { mask }),
      ...(gauged === undefined ? {} : { phasors: { a: phasorsOf(aligned, mask), b: phasorsOf(b, mask) } }),
    },
  );
  return { amplitude, phase, gauge, warnings, n: countPixels(b, mask) };
}

function compareReal(a: RealImage, b: RealImage, options: CompareOptions): MetricsReport {
  const warnings: string[] = [];
  const gauged = options.gauge === "standard" ? applyRealGauge(a, b, options) : undefined;
  const gauge = gaugeReport(gauged, warnings);
  const amplitude = score(gauged?.aligned ?? a, b, options, "amplitude", warnings);
  return { amplitude, gauge, warnings, n: countPixels(b, options.mask) };
}

interface PhaseExtras {
  readonly correlation?: Measured;
  /** What correlates ring by ring; absent: the phase images themselves. */
  readonly phasors?: { readonly a: ComplexImage; readonly b: ComplexImage };
}

function score(
  a: RealImage,
  b: RealImage,
  { mask, msSsimSigmaPx, comparison = "truth", leastPixels, pixelSizeM }: CompareOptions,
  part: "amplitude" | "phase",
  warnings: string[],
  { correlation, phasors }: PhaseExtras = {},
): PartReport {
  const measured = {
    nrmse: nrmse(a, b, { mask }),
    psnr: psnr(a, b, { mask }),
    ssim: ssim(a, b, { mask }),
    msSsim: msSsim(a, b, { mask, sigmaPx: msSsimSigmaPx }),
  };
  const {
    frc: curve,
    warnings: ringWarnings,
    ...crossings
  } = phasors === undefined
    ? frc(a, b, { mask, leastPixels })
    : frc(phasors.a, phasors.b, { mask, leastPixels, asReal: true });
  const absences = [...Object.values(measured), ...(correlation === undefined ? [] : [correlation])];
  for (const { warnings: found } of [...absences, { warnings: ringWarnings }]) {
    warnings.push(...found.map((text) => `${part}: ${text}`));
  }
  return {
    mae: mae(a, b, { mask }),
    mse: mse(a, b, { mask }),
    nrmse: measured.nrmse.value,
    psnr: measured.psnr.value,
    ssim: measured.ssim.value,
    msSsim: measured.msSsim.value,
    ...(correlation === undefined ? {} : { phaseCorrelation: correlation.value }),
    frc: curve,
    ...crossings,
    frcAuc: frcAuc(curve),
    ssnr: ssnrCurve(curve, comparison),
    resolution: resolutionOf(curve, comparison, { pixelSizeM, leastPixels }),
  };
}

function gaugeReport(
  gauged: ({ readonly aligned: unknown } & GaugeParameters) | undefined,
  warnings: string[],
): GaugeReport {
  if (gauged === undefined) return { kind: "none" };
  const { aligned: _aligned, ...found } = gauged;
  if (found.shiftFlagged) {
    warnings.push(
      `shift of (${found.shiftXPx}, ${found.shiftYPx}) px (x, y) lies beyond the bound and was not applied`,
    );
  }
  return { kind: "standard", ...found };
}

function isComplexImage(image: ComplexImage | RealImage): image is ComplexImage {
  return image.data.length === 2 * image.height * image.width && image.data instanceof Float32Array;
}

function isRealImage(image: ComplexImage | RealImage): image is RealImage {
  return image.data.length === image.height * image.width && image.data instanceof Float64Array;
}

function kindOf(image: ComplexImage | RealImage): string {
  const kind = isComplexImage(image) ? "complex" : "real";
  return `${kind} ${shapeText([image.height, image.width])} of ${image.data.length} numbers`;
}
