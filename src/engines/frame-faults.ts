// What is wrong with frames, as errors: the frame, the value found, and the way out.

import { largestCount } from "../data/bad-values.ts";
import { DoselapError } from "../errors.ts";
import type { Problem } from "./problem.ts";

/** Pixels with counts that mask and saturation hide, over all frames. */
export interface HiddenLight {
  readonly masked: number;
  /** Of those that are not masked. */
  readonly saturated: number;
  /** Counts of the brightest of these. */
  readonly largest: number;
}

const wayOut =
  "delete its entry of diffraction, xcoords and ycoords (docs/data.md), or read a range of a measured file without it, --frames FIRST:END";

export function darkFrames(frames: readonly number[], mean: number): DoselapError {
  return new DoselapError("Contract", "a frame is empty", {
    key: keyOf(frames),
    expected: `counts: the scan's mean is ${mean.toPrecision(4)} per frame`,
    got: `0 counts${othersOf(frames)}`,
    finding: "DATA-004",
    hint: `Was the shutter closed? Drop the frame: ${wayOut}.`,
  });
}

export function constantFrames(frames: readonly number[], value: number): DoselapError {
  return new DoselapError("Contract", "a frame is constant: it is no diffraction pattern", {
    key: keyOf(frames),
    expected: "counts that vary over the detector",
    got: `${digits(value)} counts in every pixel${othersOf(frames)}`,
    finding: "DATA-004",
    hint: `Was it saturated or blocked? Drop the frame: ${wayOut}.`,
  });
}

export function allMasked(
  { mask, saturationCounts }: Pick<Problem, "mask" | "saturationCounts">,
  frames: readonly number[],
): DoselapError {
  const hiding = [
    ...(mask === undefined ? [] : ["the mask"]),
    ...(saturationCounts === undefined ? [] : [`the level of saturation, ${saturationCounts} counts`]),
  ];
  return new DoselapError("Contract", "every pixel of a frame is masked or saturated", {
    key: keyOf(frames),
    expected: "at least one measured pixel",
    got: `0${othersOf(frames)}`,
    finding: "DATA-004",
    hint: `Check ${hiding.join(" and ")}, or drop the frame: ${wayOut}.`,
  });
}

export function noCount(frame: number, pixel: number, amplitude: number): DoselapError {
  return new DoselapError("Contract", "a frame holds a value that is no count", {
    key: `diffraction (frame ${frame}, pixel ${pixel})`,
    expected: `an amplitude √counts from 0 to ${Math.sqrt(largestCount).toPrecision(3)}, whose square is finite in float32`,
    got: String(digits(amplitude)),
    finding: "DATA-001",
    hint: "Mask the pixel or drop the frame.",
  });
}

/** A scan that shows no photon: none was counted, or `hidden` tells where they are. */
export function noPhotons(
  { frames, size, mask, saturationCounts }: Pick<Problem, "frames" | "size" | "mask" | "saturationCounts">,
  { masked, saturated, largest }: HiddenLight,
): DoselapError {
  if (saturated > 0) {
    const covered = masked === 0 ? "" : `; the mask covers the ${masked} others with counts`;
    return new DoselapError("Contract", "no photon is left: every pixel with counts is taken for saturated", {
      key: "saturationCounts",
      expected: "the counts from which on a pixel is saturated",
      got: `${saturationCounts}, which masks ${saturated} pixels in ${frames} frames, with up to ${digits(largest)} counts${covered}`,
      finding: "DATA-004",
      hint: `Raise it to where the detector saturates, or leave it out when nothing is saturated.${masked === 0 ? "" : " Check the mask, too."}`,
    });
  }
  if (masked > 0) {
    const covered = mask?.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
    return new DoselapError("Contract", "no photon is left: the mask covers every pixel with counts", {
      key: "mask",
      expected: "0 where a pixel measured, and another number where it did not",
      got: `${covered} of ${size ** 2} pixels masked`,
      finding: "DATA-004",
      hint: "Is the mask inverted, or that of another detector? Mend it, or leave it out.",
    });
  }
  return new DoselapError("Contract", "the scan holds no counts: there is nothing to reconstruct", {
    key: "diffraction",
    expected: "at least one photon",
    got: `0 in ${frames} frames`,
    finding: "DATA-004",
    hint: "Was the shutter closed, or is it another file that was meant?",
  });
}

function keyOf([first]: readonly number[]): string {
  return `diffraction (frame ${first})`;
}

const listedAtMost = 10;

function othersOf([, ...others]: readonly number[]): string {
  if (others.length === 0) return "";
  const more = others.length > listedAtMost ? ` and ${others.length - listedAtMost} more` : "";
  return `, and so are frames ${others.slice(0, listedAtMost).join(", ")}${more}`;
}

/** Six digits: those of a float32, without what follows them in float64. */
function digits(value: number): number {
  return Number(value.toPrecision(6));
}
