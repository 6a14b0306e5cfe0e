// The metrics of the earlier dose study, definition by definition, so that its recorded numbers can be compared with new ones.
// They are not doselap's: the peak of its PSNR is 255 whatever the data, the scaled phase flatters SSIM, registration has no
// bound, and each image loses a plane of its own. compare.ts is what every study is scored with.
//   1 both images are cut about their centre to the smaller height and width
//   2 |recon| is registered to |truth| in steps of 1/50 px, recon moved by Fourier multiplier, 2 px of border cut
//   3 2 px are trimmed from every side; amplitude ← amplitude·mean(t)/mean(p); the least-squares plane of each phase goes
//   4 MAE, MSE; PSNR = 20·log10(255/√MSE); SSIM on amplitude (range of the truth) and on (phase + π)/2π (range 1); MS-SSIM
//     after a Gaussian blur of the amplitudes alone, over the larger of both ranges; FRC in ring numbers

import type { ComplexImage, RealImage } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import { checkFinite } from "../finite.ts";
import { gaussianBlur } from "../gaussian.ts";
import { mae } from "../mae.ts";
import { cropImage } from "../mask.ts";
import { mse } from "../mse.ts";
import { removePlane } from "../plane.ts";
import { dataRange } from "../range.ts";
import { moveField, phaseCrossCorrelation, type Offset } from "./phase-cross-correlation.ts";
import { plainFrc, ringBelow, type RingReading } from "./plain-frc.ts";
import { uniformMsSsim, uniformSsim } from "./uniform-ssim.ts";

export interface ReferenceOptions {
  /** False: step 2 is left out, as the earlier study did for its networks. */
  readonly registration?: boolean | undefined;
  /** Blur of the amplitudes before MS-SSIM, pixels. */
  readonly msSsimSigmaPx?: number | undefined;
}

export interface ReferencePart {
  readonly mae: number;
  readonly mse: number;
  /** dB over a peak of 255; null for identical images. */
  readonly psnr: number | null;
  readonly ssim: number | null;
  readonly msSsim: number;
  /** Rings 0, 1, … to the corners of the spectrum. */
  readonly frc: readonly (number | null)[];
  readonly frc50: RingReading;
  readonly frc1over7: RingReading;
}

export interface ReferenceReport {
  readonly profile: "reference";
  readonly amplitude: ReferencePart;
  readonly phase: ReferencePart;
  /** What the reconstruction was moved by; null without registration. */
  readonly registration: Offset | null;
  /** Pixels compared. */
  readonly n: number;
}

const borderPx = 2;

/** Scores `recon` against `truth`, complex64 [h, w] each, of any two sizes. @throws Range for a non-finite pixel, Shape when
 * nothing is left after the cuts. */
export function referenceProfile(
  recon: ComplexImage,
  truth: ComplexImage,
  { registration = true, msSsimSigmaPx = 1 }: ReferenceOptions = {},
): ReferenceReport {
  checkFinite(recon, "reconstruction");
  checkFinite(truth, "truth");
  const height = Math.min(recon.height, truth.height);
  const width = Math.min(recon.width, truth.width);
  const cut = registration ? 2 * borderPx : borderPx;
  if (Math.min(height, width) - 2 * cut < 7) {
    throw new DoselapError("Shape", "the images are too small for the earlier study's metrics", {
      expected: `at least ${2 * cut + 7} px a side`,
      got: `${height} × ${width}`,
    });
  }
  const [p, t] = [centre(recon, height, width), centre(truth, height, width)];
  const size = { height, width };
  const offset = registration ? phaseCrossCorrelation(modulus(t, size), modulus(p, size)) : null;
  if (offset !== null) moveField(p, size, offset);
  const inner = { x0: cut, y0: cut, x1: width - cut, y1: height - cut };
  const [amplitudeP, amplitudeT] = [p, t].map((field) => cropImage(modulus(field, size), inner)) as Pair;
  const phases = [p, t].map((field) => {
    const image = cropImage(argument(field, size), inner);
    return { ...image, data: removePlane(image) };
  }) as Pair;
  const scale = mean(amplitudeT) / mean(amplitudeP);
  const scaled = { ...amplitudeP, data: amplitudeP.data.map((value) => value * scale) };
  return {
    profile: "reference",
    amplitude: {
      ...score(scaled, amplitudeT),
      ssim: uniformSsim(scaled, amplitudeT, dataRange(amplitudeT)),
      msSsim: overLargerRange(blurred(scaled, msSsimSigmaPx), blurred(amplitudeT, msSsimSigmaPx)),
    },
    phase: {
      ...score(...phases),
      ssim: uniformSsim(toUnit(phases[0]), toUnit(phases[1]), 1),
      msSsim: overLargerRange(toUnit(phases[0]), toUnit(phases[1])),
    },
    registration: offset,
    n: amplitudeT.data.length,
  };
}

type Pair = [RealImage, RealImage];
interface Size {
  readonly height: number;
  readonly width: number;
}

function score(p: RealImage, t: RealImage): Omit<ReferencePart, "ssim" | "msSsim"> {
  const error = mse(p, t);
  const frc = plainFrc(t, p);
  return {
    mae: mae(p, t),
    mse: error,
    psnr: error === 0 ? null : 20 * Math.log10(255 / Math.sqrt(error)),
    frc,
    frc50: ringBelow(frc, 0.5),
    frc1over7: ringBelow(frc, 1 / 7),
  };
}

function overLargerRange(p: RealImage, t: RealImage): number {
  return uniformMsSsim(p, t, Math.max(dataRange(p), dataRange(t)));
}

/** The central part as complex128. */
function centre(image: ComplexImage, height: number, width: number): Float64Array {
  const top = Math.floor((image.height - height) / 2);
  const left = Math.floor((image.width - width) / 2);
  const out = new Float64Array(2 * height * width);
  for (let y = 0; y < height; y++) {
    const from = 2 * ((y + top) * image.width + left);
    out.set(image.data.subarray(from, from + 2 * width), 2 * y * width);
  }
  return out;
}

function modulus(field: Float64Array, size: Size): RealImage {
  const data = new Float64Array(field.length / 2);
  for (let i = 0; i < data.length; i++) data[i] = Math.hypot(field[2 * i]!, field[2 * i + 1]!);
  return { ...size, data };
}

function argument(field: Float64Array, size: Size): RealImage {
  const data = new Float64Array(field.length / 2);
  for (let i = 0; i < data.length; i++) data[i] = Math.atan2(field[2 * i + 1]!, field[2 * i]!);
  return { ...size, data };
}

function mean({ data }: RealImage): number {
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

function toUnit(image: RealImage): RealImage {
  return { ...image, data: image.data.map((value) => (value + Math.PI) / (2 * Math.PI)) };
}

function blurred(image: RealImage, sigmaPx: number): RealImage {
  return sigmaPx > 0 ? gaussianBlur(image, sigmaPx) : image;
}
