// From a scan as a beamline wrote it to a dataset of the contract. Everything that was found, decided or done is told, and stands
// in the provenance of the result; what cannot be known from the file is asked for by the flag that states it.

import { flatImage } from "../array/ndarray.ts";
import type { Backend } from "../compute/backend.ts";
import { takePositions } from "../array/scan.ts";
import { isKernelSize, kernelSizes } from "../compute/wasm/plan.ts";
import { withProvenance, type Dataset, type Metadata } from "../data/dataset.ts";
import type { RawScan } from "../io/scan/raw-scan.ts";
import { DoselapError } from "../errors.ts";
import { nearFieldTransfer } from "../optics/near-field.ts";
import { nearestNeighborOverlap } from "../optics/overlap.ts";
import { measureProbeDiameter } from "../optics/probe-diameter.ts";
import type { ZonePlate } from "../optics/zone-plate.ts";
import { findCentre, type Centre } from "./centre.ts";
import { planCrop, type Crop } from "./crop.ts";
import { cropFrames } from "./crop-frames.ts";
import { detectorMask, statedPixels } from "./detector-mask.ts";
import {
  findOrientation,
  marginText,
  orientationDoubts,
  scoresOf,
  type OrientationAnswer,
  type OrientationScore,
} from "./find-orientation.ts";
import { findGain, type Gain } from "./gain.ts";
import type { Correction } from "./light.ts";
import { orient, orientationText } from "./orientation.ts";
import { inPixels, place } from "./place.ts";
import { samplingOf, type Sampling } from "./sampling.ts";
import { startProbe } from "./start-probe.ts";
import { surveyFrames, type Survey } from "./survey.ts";

export interface PrepareOptions {
  /** N; absent: the largest that fits the binned detector and has a fast transform, at most 512. */
  readonly sizePx?: number | undefined;
  readonly bin?: number | undefined;
  /** Zero frequency, detector pixels; absent: found. */
  readonly centre?: { readonly x: number; readonly y: number } | undefined;
  readonly dc?: "center" | "corner" | undefined;
  readonly gain?: number | undefined;
  /** uint8 [height, width] of further bad pixels. */
  readonly mask?: Uint8Array | undefined;
  readonly dark?: Float64Array | undefined;
  readonly flat?: Float64Array | undefined;
  /** Detector units at and above which a pixel is saturated in a frame: the pixel is masked in all of them. */
  readonly saturation?: number | undefined;
  readonly findBadPixels?: boolean | undefined;
  readonly nearField?: boolean | undefined;
  readonly focusToSampleM?: number | undefined;
  readonly defocusM?: number | undefined;
  readonly zonePlate?: ZonePlate | undefined;
  readonly probeModes?: number | undefined;
  /** "find" scores all eight, on `backend`. */
  readonly orientation?: number | "find" | undefined;
  readonly backend?: Backend | undefined;
  readonly onScore?: ((score: OrientationScore) => void) | undefined;
  /** doselap's, for the provenance. */
  readonly version: string;
  /** What else the provenance should hold: the file's hash, what the user stated. */
  readonly record?: { readonly [key: string]: unknown } | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((fraction: number) => void) | undefined;
}

export interface Prepared {
  readonly dataset: Dataset;
  /** The frame of the scan, counted from its first, that each of the dataset's is: empty ones are left out. */
  readonly rows: readonly number[];
  readonly survey: Survey;
  /** uint8 [height, width]: all bad pixels of the detector. */
  readonly bad: Uint8Array;
  readonly centre: Centre;
  /** What was cut out of the detector. */
  readonly crop: Pick<Crop, "left" | "top" | "side">;
  readonly gain: Gain;
  readonly sampling: Sampling;
  /** Second-moment diameter of the start probe, object pixels. */
  readonly probeDiameterPx: number;
  /** Between nearest neighbours, of discs of that diameter. */
  readonly overlap: number;
  /** How the eight orientations scored, when they were asked for. */
  readonly orientation: OrientationAnswer | undefined;
  /** What was done, a sentence each. */
  readonly done: readonly string[];
  readonly warnings: readonly string[];
}

const largestDefault = 512;
const sizeStep = 8;

/** @throws Contract for what is missing or does not fit, Range, Interrupted. */
export async function prepareScan(scan: RawScan, options: PrepareOptions): Promise<Prepared> {
  const { file, frames, positions } = scan;
  if (frames === undefined)
    throw lacks(scan, "frames", "a reconstruction cannot be prepared; convert writes it in other formats");
  if (positions === undefined)
    throw lacks(
      scan,
      "positions",
      "name them with --map x=/path,y=/path, give --positions FILE, or state --scan-step",
    );
  const { bin = 1, nearField = false, orientation: asked = 0, signal, progress } = options;
  const { dark, flat } = options;
  const stated = statedPixels(scan, options);
  const look = (part: Correction, from: number): Promise<Survey> =>
    surveyFrames(file, frames, {
      correction: part,
      bad: stated,
      signal,
      progress: (share) => progress?.(from + share / 4),
    });
  const asRecorded = await look({ domain: frames.domain, dark, flat }, 0);
  const gain = findGain(asRecorded, options.gain, { hasDark: dark !== undefined });
  const { offset } = gain;
  const correction = {
    domain: frames.domain,
    dark: offset === 0 ? dark : new Float64Array(frames.height * frames.width).fill(offset),
    flat,
  };
  const survey = offset === 0 ? asRecorded : await look(correction, 0.25);
  const { saturation, findBadPixels: looks = true, dc } = options;
  const { bad, ...mask } = detectorMask(survey, stated, { gain, saturation, looks, nearField, dc });
  const centre = centreOf(survey, bad, options);
  const sizePx = options.sizePx ?? defaultSize(survey, bin);
  checkSize(sizePx, bin, survey);
  const { focusToSampleM } = options;
  const sampling = samplingOf(file, scan.geometry, {
    sizePx,
    bin,
    nearField,
    focusToSampleM,
    doubts: scan.warnings,
  });
  const { height, width } = survey;
  const crop = planCrop({ height, width, sizePx, bin, centre, bad, ...gain });
  const { diffraction, meanCounts, rows } = await cropFrames(frames, crop, {
    file,
    sizePx,
    correction,
    signal,
    progress: (part) => progress?.(0.5 + part / 2),
  });
  const dose = meanCounts.reduce((total, value) => total + value, 0);
  if (!(dose > 0)) throw emptyCrop(file, survey, crop);
  const { wavelengthM, pixelSizeM, nearFieldM } = sampling;
  const geometry =
    nearFieldM === undefined || wavelengthM === undefined
      ? undefined
      : { wavelengthM, pixelSizeM, distanceM: nearFieldM };
  const { probe, told: probeText } = startProbe({
    sizePx,
    meanCounts,
    own: scan.probe,
    transfer: geometry && nearFieldTransfer(sizePx, geometry),
    defocusM: options.defocusM,
    zonePlate: options.zonePlate,
    modes: options.probeModes,
    wavelengthM,
    pixelSizeM,
  });
  const inOrder = takePositions(inPixels(file, positions, pixelSizeM), rows);
  const datasetFor = (orientation: number, metadata: Metadata): Dataset => {
    const placed = place(file, orient(inOrder, orientation), sizePx);
    return {
      frames: rows.length,
      size: sizePx,
      diffraction,
      positions: placed.positions,
      probe,
      object: flatImage(placed.height, placed.width),
      scanIndex: new Int32Array(rows.length),
      ...(crop.mask.some((value) => value !== 0) ? { mask: crop.mask } : {}),
      metadata,
    };
  };
  const facts: Metadata = {
    nphotons: dose,
    measuredMeanCounts: dose,
    pixelSizeM,
    ...(wavelengthM === undefined ? {} : { wavelengthM }),
    ...detectorFacts(scan, bin),
    ...(geometry === undefined ? {} : { nearField: geometry }),
  };
  const answer = asked === "find" ? await answerOf(datasetFor(0, facts), options) : undefined;
  const orientation = asked === "find" ? answer!.best : asked;
  const probeDiameterPx = measureProbeDiameter(probe, "second-moment");
  const overlap = nearestNeighborOverlap(inOrder, probeDiameterPx);
  const done = [
    ...scan.told,
    ...scan.conversions,
    `${nearField ? "middle" : "zero frequency"} at (${centre.x.toFixed(1)}, ${centre.y.toFixed(1)})${centre.dc === "corner" ? ", in FFT order" : ""}`,
    ...(frames.domain === "amplitude" ? ["amplitudes are squared"] : []),
    ...(options.dark === undefined ? [] : ["the dark frame is subtracted"]),
    ...(options.flat === undefined ? [] : ["divided by the flat field"]),
    `frames ${height} × ${width} cropped to ${sizePx} × ${sizePx}${bin === 1 ? "" : ` after ${bin} × ${bin} binning`}`,
    `gain ${gain.aduPerPhoton}: ${gain.why}${gain.isWhole ? "; rounded to whole photons" : ""}`,
    sampling.why,
    probeText,
    `overlap ${overlap.toFixed(2)} between nearest neighbours, start probe ${probeDiameterPx.toFixed(1)} px wide (second moment)`,
    `positions: ${orientationText(orientation)}${answer === undefined ? "" : `, ${marginText(answer)}`}`,
    mask.told,
    ...emptyFrames(rows, frames.count),
  ];
  const parameters = {
    format: scan.format,
    sizePx,
    bin,
    centre: { x: centre.x, y: centre.y, dc: centre.dc },
    aduPerPhoton: gain.aduPerPhoton,
    orientation,
    ...(answer === undefined ? {} : { orientations: scoresOf(answer) }),
    badPixels: bad.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0),
    nearField,
    doselapVersion: options.version,
    ...options.record,
    told: done,
  };
  return {
    rows,
    dataset: datasetFor(orientation, withProvenance(facts, { operation: "prepare", parameters })),
    survey,
    bad,
    centre,
    crop: { left: crop.left, top: crop.top, side: crop.side },
    gain,
    sampling,
    probeDiameterPx,
    overlap,
    orientation: answer,
    done,
    warnings: [
      ...scan.warnings,
      ...mask.warnings,
      ...emptyFrames(rows, frames.count),
      ...doubts(survey, gain, crop.outside, answer),
    ],
  };
}

/** Of the frames as they are now: binned pixels are larger. Pixels that are not square have no one size. */
function detectorFacts({ geometry: { distanceM, detectorPixelM } }: RawScan, bin: number): Metadata {
  return {
    ...(distanceM === undefined ? {} : { distanceM }),
    ...(detectorPixelM === undefined || detectorPixelM.x !== detectorPixelM.y
      ? {}
      : { detectorPixelM: bin * detectorPixelM.x }),
  };
}

function answerOf(
  dataset: Dataset,
  { backend, signal, onScore }: PrepareOptions,
): Promise<OrientationAnswer> {
  if (backend === undefined) throw new TypeError("finding the orientation needs a backend");
  return findOrientation(dataset, { backend, signal, onScore });
}

/** Numbers listed at most in a warning. */
const listedAtMost = 10;

function emptyFrames(rows: readonly number[], count: number): string[] {
  if (rows.length === count) return [];
  const kept = new Set(rows);
  const lost = Array.from({ length: count }, (_, m) => m).filter((m) => !kept.has(m));
  const listed = lost.slice(0, listedAtMost).join(", ");
  const more = lost.length > listedAtMost ? ` and ${lost.length - listedAtMost} more` : "";
  return [
    `${lost.length === 1 ? "1 frame holds" : `${lost.length} frames hold`} no count and ${lost.length === 1 ? "is" : "are"} left out, with ${lost.length === 1 ? "its position" : "their positions"}: ${listed}${more}`,
  ];
}

function emptyCrop(
  file: string,
  { height, width }: Survey,
  { left, top, side, outside }: Crop,
): DoselapError {
  return new DoselapError("Contract", "the frames that are cut out are empty", {
    file,
    key: "--centre, --size",
    expected: `counts within columns ${left} to ${left + side}, rows ${top} to ${top + side}`,
    got: `a detector of ${height} × ${width}, ${outside} pixels of the cut outside of it`,
  });
}

function doubts(
  { negatives }: Survey,
  gain: Gain,
  outside: number,
  answer: OrientationAnswer | undefined,
): string[] {
  return [
    // Where whole photons are told, noise below 0 is no photon, as noise above it.
    ...(negatives > 0 && !gain.isWhole ? [`${negatives} values below 0 are taken as 0`] : []),
    ...(gain.isCertain ? [] : [`gain: ${gain.why}`]),
    ...(outside > 0 ? [`${outside} pixels of the crop lie outside of the detector and are masked`] : []),
    ...(answer === undefined ? [] : orientationDoubts(answer)),
  ];
}

function lacks({ file, format }: RawScan, what: string, hint: string): DoselapError {
  return new DoselapError("Contract", `has no ${what}`, {
    file,
    expected: `${what} in ${format}`,
    got: "none",
    hint: `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`,
  });
}

function centreOf(survey: Survey, bad: Uint8Array, { centre, dc, nearField }: PrepareOptions): Centre {
  // A near field has no zero frequency on the detector: its middle is the middle.
  const middle = { x: survey.width / 2, y: survey.height / 2, dc: "center" as const, spreadPx: NaN };
  return { ...(nearField === true ? middle : findCentre(survey, { bad, dc })), ...centre };
}

function defaultSize({ height, width }: Survey, bin: number): number {
  const room = Math.floor(Math.min(height, width) / bin);
  let size = Math.min(largestDefault, Math.max(sizeStep, Math.floor(room / sizeStep) * sizeStep));
  while (!isKernelSize(size)) size -= sizeStep;
  return size;
}

function checkSize(sizePx: number, bin: number, { height, width }: Survey): void {
  if (Number.isInteger(bin) && bin >= 1 && isKernelSize(sizePx)) {
    if (sizePx * bin <= 2 * Math.max(height, width)) return;
  }
  throw new DoselapError("Range", "these frames cannot be made", {
    key: "--size, --bin",
    expected: `${kernelSizes}, with its binning at most twice the detector's ${height} × ${width}`,
    got: `${sizePx}, binned by ${bin}`,
  });
}
