// A phase ramp over the whole object, as a detector centre that is wrong by pixels makes one: frames lie beside the place where
// the probe's light would fall. A flat start is far from such an object, its mean is near 0, and a prior takes the ramp for
// contrast [ENGINE-066]. The ramp can be given to the probe: P e^{ik·r} beside O e^{−ik·r} has the same frames, up to a phase of
// each frame that no frame tells. So engines run without it; at the end the object is given it back if the probe is known, and a
// probe that was refined keeps it.

import type { ComplexImage } from "../array/ndarray.ts";
import { fft2Float64 } from "../math/fft64.ts";
import { turn, turnModes } from "./constraints/ramp.ts";
import type { FrameSurvey } from "./counts.ts";
import { flatLight } from "./flat-light.ts";
import type { Problem } from "./problem.ts";

/** How far the frames lie beside the light of the probe alone, whole detector pixels: 2π/N rad of phase per object pixel each. */
export interface Tilt {
  readonly x: number;
  readonly y: number;
}

/** Share of the light that is not where the probe's falls: what the object scatters. */
const scatteredShare = 0.2;
/** Log likelihood by which a tilt must beat none: chance among a million places gives 14. */
const beyondChance = 30;
/** And the share of what any pattern could gain. One pixel gains .13 to .68 of it, half a pixel .07 (phantoms, two probes). */
const leastShare = 0.05;

/** The shift at which the probe's own light explains the mean frame best; undefined when that is none, or not beyond chance,
 * and for a near field, which does not show it so. Ramps of less than half a pixel are left: engines bear them. */
export function tiltOf(problem: Problem, { meanCounts }: Pick<FrameSurvey, "meanCounts">): Tilt | undefined {
  const { size, frames, mask, background, transfer } = problem;
  if (transfer !== undefined) return undefined;
  const pixels = size * size;
  const light = flatLight(problem);
  const total = light.reduce((a, b) => a + b, 0);
  const valid = Float64Array.from(light, (_, i) => (mask === undefined || mask[i] === 0 ? 1 : 0));
  const counts = meanCounts.map((n, i) => valid[i]! * Math.max(0, n - (background?.[i] ?? 0)));
  const expected = light.map((value) => ((1 - scatteredShare) * value) / total + scatteredShare / pixels);
  // Σ n ln λ − n̄ ln Σ λ over the measured pixels: the likelihood at the best brightness, for every shift at once.
  const logs = correlated(counts, expected.map(Math.log), size);
  const sums = correlated(valid, expected, size);
  const photons = counts.reduce((a, b) => a + b, 0);
  const likelihood = logs.map((sum, i) => sum - photons * Math.log(sums[i]!));
  let best = 0;
  for (const [i, value] of likelihood.entries()) if (value > likelihood[best]!) best = i;
  const gain = likelihood[best]! - likelihood[0]!;
  const most = counts.reduce((sum, n) => sum + (n > 0 ? n * Math.log(n / photons) : 0), 0) - likelihood[0]!;
  if (!(frames * gain > beyondChance && gain > leastShare * most)) return undefined;
  const signed = (at: number): number => (at < size / 2 ? at : at - size);
  return { x: signed(best % size), y: signed(Math.floor(best / size)) };
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
    shift === 0 ? [] : [`${Math.abs(shift)} px ${shift < 0 ? before : after}`];
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
