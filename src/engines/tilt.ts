// A phase ramp over the whole object, as a detector centre that is wrong makes one: frames lie beside the place where
// the probe's light would fall. A flat start is far from such an object, its mean is near 0, and a prior takes the ramp for
// contrast [ENGINE-066]. The ramp can be given to the probe: P e^{ik·r} beside O e^{−ik·r} has the same frames, up to a phase of
// each frame that no frame tells. So engines run without it; at the end the object is given it back if the probe is known, and a
// probe that was refined keeps it.

import type { ComplexImage } from "../array/ndarray.ts";
import { extentOf } from "../array/scan.ts";
import { fft2Float64 } from "../math/fft64.ts";
import { turn, turnModes } from "./constraints/ramp.ts";
import type { FrameSurvey } from "./counts.ts";
import { flatLight } from "./flat-light.ts";
import {
  bestShares,
  lightParts,
  likelihoodOf,
  mixed,
  seenShare,
  type LightParts,
  type MeanFrame,
} from "./mean-light.ts";
import type { Problem } from "./problem.ts";

/** How far the frames lie beside the light of the probe alone, detector pixels: 2π/N rad of phase per object pixel each. */
export interface Tilt {
  readonly x: number;
  readonly y: number;
}

/** Share of the frames in which a pixel must count: where it saturates in most, its mean is that of the faintest few. */
const leastCounted = 0.5;
/** Share of the probe's own light that must be seen, with the tilt and without: where it is hidden, what the object scatters is all
 * there is, and that need not lie on all sides alike [ENGINE-071]. */
const leastSeen = 1 / 3;
/** Log likelihood by which a tilt must beat none: chance among a million places gives 14. */
const beyondChance = 30;
/** Turns over the scanned part of the object below which a ramp is left: phantoms without one have up to .34 of their own, and a
 * ramp that is taken from an object without would be a slow phase to find again [ENGINE-067]. */
const leastTurns = 0.5;
/** Half widths of the parabolas that close in on the shift, pixels. The last leaves a hundredth, less than the frames tell. */
const steps = [0.5, 0.25, 0.125] as const;

/** The shift at which the probe's own light and what is scattered around it explain the mean frame best; undefined when that is no
 * more than objects have by themselves, or not beyond chance, when most of that light is hidden, and for a near field, which does
 * not show it so. */
export function tiltOf(
  problem: Problem,
  survey: Pick<FrameSurvey, "meanCounts" | "countedFrames">,
): Tilt | undefined {
  const { size, frames, transfer, positions } = problem;
  if (transfer !== undefined) return undefined;
  const frame = meanFrame(problem, survey);
  // Over what the frames light, whatever the canvas.
  const across = lengthOf(positions.x) + size;
  const down = lengthOf(positions.y) + size;
  const turns = ({ x, y }: Tilt): number => Math.hypot(x * across, y * down) / size;
  const lightAt = (tilt: Tilt): LightParts => expectedLight(problem, tilt);
  const isSeen = ([own]: LightParts): boolean => seenShare(own, frame) >= leastSeen;
  const level = lightAt(none);
  if (!isSeen(level)) return undefined;
  const whole = wholeShifts(frame, mixed(level), size);
  // The parabola through whole shifts is near enough to tell that there is nothing to look for.
  const about = vertex(whole.at, whole.best, 1);
  if (turns(about) < leastTurns / 2) return undefined;
  let tilt = whole.best;
  for (const step of steps) {
    // At their best, shares do not change the slope of the likelihood along the shift.
    const shares = bestShares(lightAt(tilt), frame);
    tilt = vertex((at) => likelihoodOf(mixed(lightAt(at), shares), frame), tilt, step);
  }
  const tilted = lightAt(tilt);
  if (turns(tilt) < leastTurns || !isSeen(tilted)) return undefined;
  const best = (parts: LightParts): number => likelihoodOf(mixed(parts, bestShares(parts, frame)), frame);
  return frames * (best(tilted) - best(level)) > beyondChance ? tilt : undefined;
}

const none: Tilt = { x: 0, y: 0 };

function lengthOf(along: ArrayLike<number>): number {
  const { from, to } = extentOf(along);
  return to - from;
}

function meanFrame(
  { frames, background }: Problem,
  { meanCounts, countedFrames }: Pick<FrameSurvey, "meanCounts" | "countedFrames">,
): MeanFrame {
  const valid = countedFrames.map((counted) => (counted >= leastCounted * frames ? 1 : 0));
  return { valid, counts: meanCounts.map((n, i) => valid[i]! * Math.max(0, n - (background?.[i] ?? 0))) };
}

function expectedLight(problem: Problem, tilt: Tilt): LightParts {
  return lightParts(flatLight({ ...problem, probe: turnedProbe(problem, tilt) }), problem.size);
}

/** The likelihood at every whole shift of the light at once, and the best of them. */
function wholeShifts({ counts, valid }: MeanFrame, light: Float64Array, size: number) {
  const logs = correlated(counts, light.map(Math.log), size);
  const sums = correlated(valid, light, size);
  const photons = counts.reduce((a, b) => a + b, 0);
  const likelihood = logs.map((sum, i) => sum - photons * Math.log(sums[i]!));
  let best = 0;
  for (const [i, value] of likelihood.entries()) if (value > likelihood[best]!) best = i;
  const signed = (index: number): number => (index < size / 2 ? index : index - size);
  const wrapped = (shift: number): number => (shift + size) % size;
  return {
    best: { x: signed(best % size), y: signed(Math.floor(best / size)) },
    at: ({ x, y }: Tilt): number => likelihood[wrapped(y) * size + wrapped(x)]!,
  };
}

/** The tops of the parabolas along x and y through points one step apart; at most a step away. */
function vertex(valueAt: (tilt: Tilt) => number, { x, y }: Tilt, step: number): Tilt {
  const here = valueAt({ x, y });
  const along = (tiltAt: (offset: number) => Tilt): number => {
    const [before, after] = [valueAt(tiltAt(-step)), valueAt(tiltAt(step))];
    const curvature = before - 2 * here + after;
    const slope = (after - before) / 2;
    // No top in between: towards the higher side.
    if (curvature >= 0) return step * Math.sign(slope);
    return step * Math.min(1, Math.max(-1, -slope / curvature));
  };
  return {
    x: x + along((offset) => ({ x: x + offset, y })),
    y: y + along((offset) => ({ x, y: y + offset })),
  };
}

/** The problem with a probe that has the ramp; its start object, if any, lacks it. */
export function untilted<P extends Problem>(problem: P, tilt: Tilt): P {
  const { object, size } = problem;
  return {
    ...problem,
    probe: turnedProbe(problem, tilt),
    ...(object === undefined ? {} : { object: turnedObject(object, opposite(tilt), size) }),
  };
}

/** The object of an untilted problem, complex64 [H, W], with the ramp, or one with the ramp for an `opposite` tilt. */
export function turnedObject(object: ComplexImage, tilt: Tilt, sizePx: number): ComplexImage {
  const { height, width } = object;
  const data = object.data.slice();
  turn(data, height, width, rampOf(tilt, sizePx));
  return { height, width, data };
}

/** For a log, a sentence. */
export function tiltText({ x, y }: Tilt): string {
  const along = (shift: number, [before, after]: readonly [string, string]): string[] =>
    Math.abs(shift) < 0.005 ? [] : [`${Number(Math.abs(shift).toFixed(2))} px ${shift < 0 ? before : after}`];
  const where = [...along(x, ["left of", "right of"]), ...along(y, ["above", "below"])].join(" and ");
  return `the frames lie ${where} the probe's light, as behind a phase ramp or a detector centre that is wrong: a probe that is refined takes the ramp, beside a known one the object has it`;
}

export const opposite = ({ x, y }: Tilt): Tilt => ({ x: -x, y: -y });

function turnedProbe({ probe, size }: Problem, tilt: Tilt): Float32Array {
  const turned = probe.slice();
  turnModes(turned, size, rampOf(tilt, size));
  return turned;
}

function rampOf({ x, y }: Tilt, sizePx: number) {
  return { constant: 0, x: (2 * Math.PI * x) / sizePx, y: (2 * Math.PI * y) / sizePx };
}

/** Σ_i a[i + s]·b[i] for every shift s, periodic, [N, N]. */
function correlated(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const spectrumOf = (real: Float64Array): Float64Array => {
    const data = new Float64Array(2 * real.length);
    for (const [i, value] of real.entries()) data[2 * i] = value;
    fft2Float64(data, size, size);
    return data;
  };
  const [left, right] = [spectrumOf(a), spectrumOf(b)];
  for (let i = 0; i < left.length; i += 2) {
    const [re, im] = [left[i]!, left[i + 1]!];
    left[i] = re * right[i]! + im * right[i + 1]!;
    left[i + 1] = im * right[i]! - re * right[i + 1]!;
  }
  fft2Float64(left, size, size, { inverse: true });
  return Float64Array.from(a, (_, i) => left[2 * i]!);
}
