// From a scan as a beamline wrote it to a dataset of the contract. Everything that was found, decided or done is told, and stands
// in the provenance of the result; what cannot be known from the file is asked for by the flag that states it.

import { flatImage } from "../array/ndarray.ts";
import type { Positions } from "../array/scan.ts";
import { withProvenance, type Dataset, type Probe } from "../data/dataset.ts";
import type { RawPositions, RawScan } from "../data/measured/raw-scan.ts";
import { DoselapError } from "../errors.ts";
import { nearFieldTransfer } from "../optics/near-field.ts";
import { probePower, scaleProbe } from "../optics/probe.ts";
import { withProbeModes } from "../optics/probe-modes.ts";
import { findBadPixels } from "./bad-pixels.ts";
import { findCentre, type Centre } from "./centre.ts";
import { planCrop, type Crop } from "./crop.ts";
import { findGain, type Gain } from "./gain.ts";
import { toLight } from "./light.ts";
import { orient, orientationText } from "./orientation.ts";
import { samplingOf, type Sampling } from "./sampling.ts";
import { startProbe } from "./start-probe.ts";
import { surveyFrames, type Survey } from "./survey.ts";

export interface PrepareOptions {
  /** N; absent: the largest multiple of 8 that fits the binned detector, at most 512. */
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
  readonly probeModes?: number | undefined;
  readonly orientation?: number | undefined;
  /** doselap's, for the provenance. */
  readonly version: string;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((fraction: number) => void) | undefined;
}

export interface Prepared {
  readonly dataset: Dataset;
  readonly survey: Survey;
  /** uint8 [height, width]: all bad pixels of the detector. */
  readonly bad: Uint8Array;
  readonly centre: Centre;
  /** What was cut out of the detector. */
  readonly crop: Pick<Crop, "left" | "top" | "side">;
  readonly gain: Gain;
  readonly sampling: Sampling;
  /** What was done, a sentence each. */
  readonly done: readonly string[];
  readonly warnings: readonly string[];
}

/** Object pixels around the outermost frames: room for position errors. */
const marginPx = 8;
const largestDefault = 512;
/** A larger object frame than any scan in object pixels needs: 16384². */
const maxObjectPixels = 2 ** 28;
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
  const { bin = 1, nearField = false, orientation = 0, signal, progress } = options;
  const correction = { domain: frames.domain, dark: options.dark, flat: options.flat };
  const stated = statedPixels(scan, options);
  const survey = await surveyFrames(file, frames, {
    correction,
    bad: stated,
    signal,
    progress: (part) => progress?.(part / 2),
  });
  const gain = findGain(survey, options.gain);
  const { bad, found } = badPixels(survey, stated, gain, options);
  const centre = centreOf(survey, bad, options);
  const sizePx = options.sizePx ?? defaultSize(survey, bin);
  checkSize(sizePx, bin, survey);
  const sampling = samplingOf(file, scan.geometry, {
    sizePx,
    bin,
    nearField,
    focusToSampleM: options.focusToSampleM,
  });
  const crop = planCrop({
    height: survey.height,
    width: survey.width,
    sizePx,
    bin,
    centre,
    bad,
    aduPerPhoton: gain.aduPerPhoton,
  });
  const pixels = sizePx * sizePx;
  const diffraction = allocate(frames.count * pixels, file);
  const sums = new Float64Array(pixels);
  const detectorPixels = survey.height * survey.width;
  const block = Math.max(1, Math.floor(2 ** 25 / (8 * detectorPixels)));
  for (let first = 0; first < frames.count; first += block) {
    if (signal?.aborted === true)
      throw new DoselapError("Interrupted", "stopped while the frames were cropped");
    const many = Math.min(block, frames.count - first);
    const values = await frames.read(first, many);
    toLight(values, detectorPixels, correction);
    for (let m = 0; m < many; m++) {
      const out = diffraction.subarray((first + m) * pixels, (first + m + 1) * pixels);
      crop.write(values.subarray(m * detectorPixels, (m + 1) * detectorPixels), out);
      for (let i = 0; i < pixels; i++) sums[i] = sums[i]! + out[i]! * out[i]!;
    }
    progress?.(0.5 + (first + many) / frames.count / 2);
  }
  const meanCounts = sums.map((sum) => sum / frames.count);
  const dose = meanCounts.reduce((total, value) => total + value, 0);
  if (!(dose > 0)) {
    throw new DoselapError("Contract", "the frames that are cut out are empty", {
      file,
      key: "--centre, --size",
      expected: `counts within columns ${crop.left} to ${crop.left + crop.side}, rows ${crop.top} to ${crop.top + crop.side}`,
      got: `a detector of ${survey.height} × ${survey.width}, ${crop.outside} pixels of the cut outside of it`,
    });
  }
  const { wavelengthM, pixelSizeM, nearFieldM } = sampling;
  const geometry =
    nearFieldM === undefined || wavelengthM === undefined
      ? undefined
      : { wavelengthM, pixelSizeM, distanceM: nearFieldM };
  const usesOwnProbe = scan.probe?.size === sizePx && options.defocusM === undefined;
  const probe = probeOf(usesOwnProbe ? scan.probe : undefined, sizePx, {
    meanCounts,
    dose,
    transfer: geometry && nearFieldTransfer(sizePx, geometry),
    sampling,
    options,
  });
  const placed = place(file, orient(inPixels(positions, pixelSizeM), orientation), sizePx);
  const { width, height, ...coordinates } = placed;
  const done = [
    ...scan.told,
    ...scan.conversions,
    `${nearField ? "middle" : "zero frequency"} at (${centre.x.toFixed(1)}, ${centre.y.toFixed(1)})${centre.dc === "corner" ? ", in FFT order" : ""}`,
    ...(frames.domain === "amplitude" ? ["amplitudes are squared"] : []),
    ...(options.dark === undefined ? [] : ["the dark frame is subtracted"]),
    ...(options.flat === undefined ? [] : ["divided by the flat field"]),
    `frames ${survey.height} × ${survey.width} cropped to ${sizePx} × ${sizePx}${bin === 1 ? "" : ` after ${bin} × ${bin} binning`}`,
    `gain ${gain.aduPerPhoton}: ${gain.why}`,
    sampling.why,
    probeText(scan, usesOwnProbe, options),
    `positions: ${orientationText(orientation)}`,
    found,
  ];
  const masked = crop.mask.some((value) => value !== 0);
  const dataset: Dataset = {
    frames: frames.count,
    size: sizePx,
    diffraction,
    positions: coordinates,
    probe,
    object: flatImage(height, width),
    scanIndex: new Int32Array(frames.count),
    ...(masked ? { mask: crop.mask } : {}),
    metadata: withProvenance(
      {
        nphotons: dose,
        measuredMeanCounts: dose,
        ...(pixelSizeM === undefined ? {} : { pixelSizeM }),
        ...(wavelengthM === undefined ? {} : { wavelengthM }),
        ...(geometry === undefined ? {} : { nearField: geometry }),
      },
      {
        operation: "prepare",
        parameters: {
          format: scan.format,
          sizePx,
          bin,
          centre: { x: centre.x, y: centre.y, dc: centre.dc },
          aduPerPhoton: gain.aduPerPhoton,
          orientation,
          badPixels: bad.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0),
          nearField,
          doselapVersion: options.version,
          told: done,
        },
      },
    ),
  };
  return {
    dataset,
    survey,
    bad,
    centre,
    crop: { left: crop.left, top: crop.top, side: crop.side },
    gain,
    sampling,
    done,
    warnings: [...scan.warnings, ...doubts(survey, gain, crop.outside)],
  };
}

function doubts({ negatives }: Survey, gain: Gain, outside: number): string[] {
  return [
    ...(negatives > 0 ? [`${negatives} values below 0 are taken as 0`] : []),
    ...(gain.isCertain ? [] : [`gain: ${gain.why}`]),
    ...(outside > 0 ? [`${outside} pixels of the crop lie outside of the detector and are masked`] : []),
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

/** Pixels that are bad by the file, the user's mask, or a flat field that is not above 0. */
function statedPixels({ file, frames, mask: own }: RawScan, { mask, flat }: PrepareOptions): Uint8Array {
  const { height, width } = frames!;
  const bad = new Uint8Array(height * width);
  for (const one of [own, mask, flat?.map((value) => (value > 0 ? 0 : 1))]) {
    if (one === undefined) continue;
    if (one.length !== bad.length) {
      throw new DoselapError("Contract", "a mask does not fit the frames", {
        file,
        key: "mask",
        expected: `${height} × ${width}`,
        got: `${one.length} pixels`,
      });
    }
    one.forEach((value, i) => {
      if (value !== 0) bad[i] = 1;
    });
  }
  return bad;
}

function badPixels(
  survey: Survey,
  stated: Uint8Array,
  { aduPerPhoton, transfer }: Gain,
  { saturation = Infinity, findBadPixels: looks = true }: PrepareOptions,
): { bad: Uint8Array; found: string } {
  const bad = stated.slice();
  let [marked, saturated] = [0, 0];
  for (let i = 0; i < bad.length; i++) {
    if (bad[i] !== 0) continue;
    if (survey.unmeasured[i] !== 0) marked++;
    else if (survey.max[i]! >= saturation) saturated++;
    else continue;
    bad[i] = 1;
  }
  const { mask, hot, dead } = looks
    ? findBadPixels(survey, Math.max(aduPerPhoton, transfer ?? 0), bad)
    : { mask: bad, hot: 0, dead: 0 };
  const given = stated.reduce((sum, value) => sum + value, 0);
  return {
    bad: bad.map((value, i) => value | mask[i]!),
    found: `bad pixels: ${given} stated, ${marked} marked by the detector, ${saturated} saturated, ${hot} hot and ${dead} dead found`,
  };
}

function centreOf(survey: Survey, bad: Uint8Array, { centre, dc, nearField }: PrepareOptions): Centre {
  // A near field has no zero frequency on the detector: its middle is the middle.
  const middle = { x: survey.width / 2, y: survey.height / 2, dc: "center" as const, spreadPx: NaN };
  return { ...(nearField === true ? middle : findCentre(survey, { bad, dc })), ...centre };
}

function defaultSize({ height, width }: Survey, bin: number): number {
  const room = Math.floor(Math.min(height, width) / bin);
  const fits = Math.floor(room / sizeStep) * sizeStep;
  return Math.min(largestDefault, Math.max(sizeStep, fits));
}

function checkSize(sizePx: number, bin: number, { height, width }: Survey): void {
  if (Number.isInteger(bin) && bin >= 1 && Number.isInteger(sizePx) && sizePx >= 8 && sizePx % 8 === 0) {
    if (sizePx * bin <= 2 * Math.max(height, width)) return;
  }
  throw new DoselapError("Range", "these frames cannot be made", {
    key: "--size, --bin",
    expected: `a multiple of 8, with its binning at most twice the detector's ${height} × ${width}`,
    got: `${sizePx}, binned by ${bin}`,
  });
}

function inPixels({ x, y, unit }: RawPositions, pixelSizeM: number): Positions {
  const factor = unit === "px" ? 1 : 1 / pixelSizeM;
  return { x: x.map((value) => value * factor), y: y.map((value) => value * factor) };
}

/** Moves the scan into an object frame that is made to fit. */
function place(
  file: string,
  { x, y }: Positions,
  sizePx: number,
): Positions & { readonly width: number; readonly height: number } {
  const [columns, rows] = [extentOf(x), extentOf(y)];
  const border = sizePx + 2 * marginPx;
  const [width, height] = [Math.ceil(columns.span) + border, Math.ceil(rows.span) + border];
  if (!(width * height <= maxObjectPixels)) {
    throw new DoselapError("Contract", "positions span too far for object pixels", {
      file,
      key: "positions",
      expected: `at most ${maxObjectPixels} object pixels`,
      got: `${height} × ${width}`,
      hint: "Their unit may be another: --position-unit. Or the geometry is: --distance, --energy, --detector-pixel.",
    });
  }
  const shift = sizePx / 2 + marginPx;
  return {
    x: x.map((value) => value - columns.min + shift),
    y: y.map((value) => value - rows.min + shift),
    width,
    height,
  };
}

function extentOf(values: Float64Array): { min: number; span: number } {
  const min = values.reduce((least, value) => Math.min(least, value), Infinity);
  const max = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return { min, span: max - min };
}

function probeOf(
  own: Probe | undefined,
  sizePx: number,
  {
    meanCounts,
    dose,
    transfer,
    sampling: { wavelengthM, pixelSizeM },
    options: { defocusM, probeModes },
  }: {
    meanCounts: Float64Array;
    dose: number;
    transfer: Float32Array | undefined;
    sampling: Sampling;
    options: PrepareOptions;
  },
): Probe {
  if (own !== undefined) {
    const scaled = scaleProbe(own, Math.sqrt(dose / probePower(own)));
    return probeModes === undefined ? scaled : withProbeModes(scaled, probeModes);
  }
  const start = startProbe({ sizePx, meanCounts, transfer, defocusM, wavelengthM, pixelSizeM });
  return probeModes === undefined ? start : withProbeModes(start, probeModes);
}

function probeText({ probe }: RawScan, usesOwn: boolean, { nearField, defocusM }: PrepareOptions): string {
  if (usesOwn) return "start probe: the file's, scaled to the counts";
  const from =
    nearField === true
      ? "the mean frame, carried back to the sample"
      : "the root of the mean pattern, transformed back";
  const other = probe === undefined ? "" : ` (the file's, of ${probe.size} × ${probe.size}, is not used)`;
  return `start probe: ${from}${defocusM === undefined ? "" : `, ${defocusM} m behind its focus`}${other}`;
}

function allocate(length: number, file: string): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw new DoselapError("Range", "the prepared frames do not fit into memory", {
      file,
      got: `${4 * length} bytes`,
      cause,
      hint: "Use fewer frames (--frames first:end), smaller ones (--size), or bin them (--bin).",
    });
  }
}
