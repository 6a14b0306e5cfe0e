// Frames as counts: read one at a time, masked, and stored as the smallest integer type that holds them all.

import type { CountType } from "../compute/scan-memory.ts";
import { largestCount } from "../data/bad-values.ts";
import type { DoselapError } from "../errors.ts";
import {
  allMasked,
  constantFrames,
  darkFrames,
  noCount,
  noPhotons,
  type HiddenLight,
} from "./frame-faults.ts";
import type { Problem } from "./problem.ts";

/** √counts of one frame into `out`. */
export function readAmplitude({ diffraction, size }: Problem, frame: number, out: Float32Array): void {
  const pixels = size * size;
  if (typeof diffraction === "function") diffraction(frame, out);
  else out.set(diffraction.subarray(frame * pixels, (frame + 1) * pixels));
}

/** Counts of one frame into `out`, −1 where a pixel is masked or saturated; `whole` rounds them to whole numbers.
 * Returns the number of pixels that count. @throws Contract for a value that is no count. */
export function readCounts(problem: Problem, frame: number, out: Float32Array, whole: boolean): number {
  const { mask, saturationCounts = Infinity } = problem;
  readAmplitude(problem, frame, out);
  let valid = 0;
  for (let i = 0; i < out.length; i++) {
    if (mask !== undefined && mask[i] !== 0) {
      out[i] = -1;
      continue;
    }
    const amplitude = out[i]!;
    const square = amplitude * amplitude;
    if (!(amplitude >= 0 && square <= largestCount)) throw noCount(frame, i, amplitude);
    const counts = whole ? Math.round(square) : square;
    // The root of a float32 may have lost half a unit in the last place.
    if (counts * (1 + 5e-7) >= saturationCounts) {
      out[i] = -1;
      continue;
    }
    out[i] = counts;
    valid++;
  }
  return valid;
}

/** Detector pixels that measure: all but those of the mask. */
export function measuredPixels(size: number, mask: Uint8Array | undefined): number {
  return size ** 2 - (mask?.reduce((sum, masked) => sum + (masked === 0 ? 0 : 1), 0) ?? 0);
}

export interface FrameSurvey {
  /** The smallest type that holds every count. */
  readonly countType: CountType;
  /** Pixels that count, per frame. */
  readonly validPixels: Float64Array;
  /** Counts in them, per frame. */
  readonly frameCounts: Float64Array;
  /** Expected background counts in them, per frame. */
  readonly frameBackground: Float64Array;
  /** Mean counts of each detector pixel over the frames in which it counts, 0 where it never does: [N, N], laid out as a frame. */
  readonly meanCounts: Float64Array;
  /** Frames in which each detector pixel counts, [N, N] likewise. */
  readonly countedFrames: Float64Array;
  /** Σ n·x and Σ n·y over the pixels that count, x and y from (N/2, N/2), per frame: where its light lies. */
  readonly momentX: Float64Array;
  readonly momentY: Float64Array;
}

/** Reads every frame once, before any work.
 * @throws Contract for a value that is no count, a frame without a measured pixel, a constant frame, a frame so dark
 * that chance cannot explain it, and a scan without a photon. */
export function surveyFrames(problem: Problem): FrameSurvey {
  const { survey, faults } = lookAtFrames(problem);
  const [fault] = faults;
  if (fault !== undefined) throw fault;
  return survey;
}

/** The same look; what is wrong is listed, a fault for each kind. `numberOf` tells the number of a frame in its file.
 * @throws Contract for a value that is no count. */
export function lookAtFrames(
  problem: Problem,
  numberOf: (frame: number) => number = (frame) => frame,
): { readonly survey: FrameSurvey; readonly faults: readonly DoselapError[] } {
  const frame = new Float32Array(problem.size ** 2);
  const validPixels = new Float64Array(problem.frames);
  const frameCounts = new Float64Array(problem.frames);
  const frameBackground = new Float64Array(problem.frames);
  const meanCounts = new Float64Array(frame.length);
  const momentX = new Float64Array(problem.frames);
  const momentY = new Float64Array(problem.frames);
  const { size } = problem;
  const countedFrames = new Float64Array(frame.length);
  const masked: number[] = [];
  const constant: number[] = [];
  let [largest, whole, sum] = [0, true, 0];
  for (let j = 0; j < problem.frames; j++) {
    validPixels[j] = readCounts(problem, j, frame, false);
    if (validPixels[j] === 0) {
      masked.push(j);
      continue;
    }
    let [least, most] = [Infinity, 0];
    let [momentOfX, momentOfY] = [0, 0];
    for (let i = 0, x = -size / 2, y = -size / 2; i < frame.length; i++, x++) {
      if (x === size / 2) [x, y] = [-size / 2, y + 1];
      const n = frame[i]!;
      if (n < 0) continue;
      if (n > most) most = n;
      if (n < least) least = n;
      whole &&= isWhole(n);
      frameCounts[j] = frameCounts[j]! + n;
      meanCounts[i] = meanCounts[i]! + n;
      momentOfX += n * x;
      momentOfY += n * y;
      countedFrames[i] = countedFrames[i]! + 1;
      frameBackground[j] = frameBackground[j]! + (problem.background?.[i] ?? 0);
    }
    [momentX[j], momentY[j]] = [momentOfX, momentOfY];
    if (most > 0 && most === least) constant.push(j);
    largest = Math.max(largest, most);
    sum += frameCounts[j]!;
  }
  for (const [i, frames] of countedFrames.entries()) if (frames > 0) meanCounts[i] = meanCounts[i]! / frames;
  const inFile = (frames: readonly number[]): number[] => frames.map(numberOf);
  const valueOf = (j: number): number => frameCounts[j]! / validPixels[j]!;
  const empty = emptyFrames(frameCounts, validPixels, sum / problem.frames);
  const faults = [
    ...(sum > 0 ? [] : [noPhotons(problem, hiddenLight(problem))]),
    ...(masked.length === 0 || sum === 0 ? [] : [allMasked(problem, inFile(masked))]),
    ...(constant.length === 0 ? [] : [constantFrames(inFile(constant), valueOf(constant[0]!))]),
    ...(empty.length === 0 ? [] : [darkFrames(inFile(empty), sum / problem.frames)]),
  ];
  const survey = {
    countType: typeFor(largest, whole),
    validPixels,
    frameCounts,
    frameBackground,
    meanCounts,
    countedFrames,
    momentX,
    momentY,
  };
  return { survey, faults };
}

/** What mask and saturation hide of a scan that shows no photon. */
function hiddenLight(problem: Problem): HiddenLight {
  const frame = new Float32Array(problem.size ** 2);
  let [masked, saturated, largest] = [0, 0, 0];
  for (let j = 0; j < problem.frames; j++) {
    readAmplitude(problem, j, frame);
    for (let i = 0; i < frame.length; i++) {
      if (!(frame[i]! > 0)) continue;
      if (problem.mask !== undefined && problem.mask[i] !== 0) masked++;
      else if (problem.saturationCounts !== undefined) {
        saturated++;
        largest = Math.max(largest, frame[i]! ** 2);
      }
    }
  }
  return { masked, saturated, largest };
}

function typeFor(largest: number, whole: boolean): CountType {
  if (!whole) return "float32";
  // The largest value of each integer type marks a masked pixel.
  if (largest < 255) return "uint8";
  return largest < 65535 ? "uint16" : "float32";
}

/** At few photons per frame an empty frame is chance; where chance gives one in a million scans, it is a fault. */
function emptyFrames(totals: Float64Array, validPixels: Float64Array, mean: number): number[] {
  const chance = totals.length * Math.exp(-mean);
  if (chance > 1e-6) return [];
  return Array.from(totals.keys()).filter((j) => totals[j] === 0 && validPixels[j]! > 0);
}

/** Whether a square is a whole number but for the rounding of its float32 root. */
function isWhole(square: number): boolean {
  return Math.abs(square - Math.round(square)) <= 5e-7 * square;
}
