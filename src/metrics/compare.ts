// Every metric between a reconstruction and the truth, amplitude and phase each: the one entry point for scores.
// gauge "standard" (gauge.ts): the same for all arms; the phase error is arg(recon·truth*), so wraps do not count.
// gauge "none": amplitude and arg() of both as they stand, which a plain numpy check reproduces.
// JSON has no infinity and no NaN: a number that does not exist is null, and `warnings` says why.

import { shapeText, type ComplexImage, type RealImage } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import { checkFinite } from "./finite.ts";
import { frc, type FrcCurve } from "./frc.ts";
import { applyGauge, applyRealGauge, type GaugeParameters } from "./gauge.ts";
import { mae } from "./mae.ts";
import { checkSameShape, countPixels, type PixelMask } from "./mask.ts";
import { mse } from "./mse.ts";
import { msSsim } from "./ms-ssim.ts";
import { amplitudeOf, phaseOf, phasePair, snapConstant } from "./parts.ts";
import { psnr } from "./psnr.ts";
import { ssim } from "./ssim.ts";

export interface CompareOptions {
  readonly gauge: "none" | "standard";
  /** uint8 [h·w]; non-zero pixels are compared. All of them when absent. */
  readonly mask?: PixelMask | undefined;
  /** Gaussian blur of both images before MS-SSIM, pixels; 0 = none. */
  readonly msSsimSigmaPx?: number | undefined;
  /** Standard gauge only: look for a sub-pixel shift. */
  readonly registration?: boolean | undefined;
  /** Standard gauge only: largest shift per axis that is applied, pixels. */
  readonly maxShiftPx?: number | undefined;
}

export interface PartReport {
  readonly mae: number;
  readonly mse: number;
  /** dB over the truth's data range. */
  readonly psnr: number | null;
  readonly ssim: number | null;
  readonly msSsim: number | null;
  readonly frc: FrcCurve;
  /** Crossings in cycles per pixel; null = never, 0 = below from the first ring on. */
  readonly frc50: number | null;
  readonly frc1over7: number | null;
  readonly frcHalfBit: number | null;
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
  const gauged = options.gauge === "standard" ? applyGauge(a, b, options) : undefined;
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

function score(
  a: RealImage,
  b: RealImage,
  { mask, msSsimSigmaPx }: CompareOptions,
  part: "amplitude" | "phase",
  warnings: string[],
): PartReport {
  const measured = {
    psnr: psnr(a, b, { mask }),
    ssim: ssim(a, b, { mask }),
    msSsim: msSsim(a, b, { mask, sigmaPx: msSsimSigmaPx }),
  };
  const ring = frc(a, b, { mask });
  for (const { warnings: found } of [measured.psnr, measured.ssim, measured.msSsim, ring]) {
    warnings.push(...found.map((text) => `${part}: ${text}`));
  }
  return {
    mae: mae(a, b, { mask }),
    mse: mse(a, b, { mask }),
    psnr: measured.psnr.value,
    ssim: measured.ssim.value,
    msSsim: measured.msSsim.value,
    frc: ring.frc,
    frc50: ring.frc50,
    frc1over7: ring.frc1over7,
    frcHalfBit: ring.frcHalfBit,
  };
}

function gaugeReport(gauged: GaugeParameters | undefined, warnings: string[]): GaugeReport {
  if (gauged === undefined) return { kind: "none" };
  const { shiftXPx, shiftYPx, shiftFlagged, phaseOffsetRad, rampXRadPerPx, rampYRadPerPx, amplitudeScale } =
    gauged;
  if (shiftFlagged) {
    warnings.push(`shift of (${shiftXPx}, ${shiftYPx}) px (x, y) lies beyond the bound and was not applied`);
  }
  return {
    kind: "standard",
    shiftXPx,
    shiftYPx,
    shiftFlagged,
    phaseOffsetRad,
    rampXRadPerPx,
    rampYRadPerPx,
    amplitudeScale,
  };
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
