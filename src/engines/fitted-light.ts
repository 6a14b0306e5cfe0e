// A start probe that fits the light of the frames. They fix the product of probe and object alone: a probe of unit power belongs
// to an object of amplitude √counts, and priors and limits, which are about an object of amplitude 1, would be as far off; nor
// does a centre that is wrong by pixels leave the object flat (tilt.ts). So the probe is scaled and turned for the time of the run,
// and the object told for the probe that was given [ENGINE-072, ENGINE-066, NN-015].

import type { ComplexImage } from "../array/ndarray.ts";
import { powerOf } from "./constraints/probe.ts";
import { measuredPixels, type FrameSurvey } from "./counts.ts";
import type { Problem } from "./problem.ts";
import { lightRatio, measuredLight } from "./start-object.ts";
import { opposite, tiltOf, tiltText, turnedObject, untilted, type Tilt } from "./tilt.ts";

/** Light of the frames over that of the probe, from … to: there the probe is taken as it is. */
export type AlikeLight = readonly [least: number, most: number];

/** Engines find an absorbing object's amplitude by themselves. No sample transmits more than all, and behind foils that
 * transmit less than a thousandth nobody measures; a probe less far off does no harm. */
const alikeForEngines: AlikeLight = [1e-3, 3];
/** Networks and plain gradient steps begin with an object of modulus 1. */
export const alikeForNetworks: AlikeLight = [1 / 3, 3];

/** Share of the light that is not where the probe's falls: what the object scatters. */
const scatteredShare = 0.2;

/** What the problem's probe has that the given one has not. */
export interface LightFit {
  /** Modulus of the object that the frames ask of the given probe: what was found with the problem's probe is multiplied by it.
   * 1 where the probe was left. */
  readonly amplitude: number;
  /** How far the frames lie beside the light of the given probe. */
  readonly tilt?: Tilt | undefined;
}

/** How the problem's probe must be scaled and turned. */
export function lightFitOf(
  problem: Problem,
  survey: FrameSurvey,
  alike: AlikeLight = alikeForEngines,
): LightFit {
  const tilt = tiltOf(problem, survey);
  return { amplitude: fittedAmplitude(problem, survey, alike), ...(tilt === undefined ? {} : { tilt }) };
}

/** The amplitude alone, which needs no search. */
export function fittedAmplitude(
  problem: Problem,
  survey: FrameSurvey,
  alike: AlikeLight = alikeForEngines,
): number {
  return Math.sqrt(unlikeLight(problem, survey, alike));
}

/** The problem with a probe that fits, and its start object, if any, for that probe. */
export function fitted<P extends Problem>(problem: P, { amplitude, tilt }: LightFit): P {
  const { probe, object } = problem;
  const bright =
    amplitude === 1
      ? problem
      : {
          ...problem,
          probe: probe.map((value) => value * amplitude),
          ...(object === undefined ? {} : { object: scaled(object, 1 / amplitude) }),
        };
  return tilt === undefined ? bright : untilted(bright, tilt);
}

/** For a log, a sentence each. */
export function lightFitTexts({ amplitude, tilt }: LightFit): string[] {
  const digits = (value: number): number => Number(value.toPrecision(3));
  return [
    ...(amplitude === 1
      ? []
      : [
          `the frames hold ${digits(amplitude ** 2)} times the light of the probe: it is scaled by ${digits(amplitude)} while the object is found, which is then told for the probe as it was given`,
        ]),
    ...(tilt === undefined ? [] : [tiltText(tilt)]),
  ];
}

/** The object for the probe that was given, of one for the fitted probe. */
export function forGivenProbe(
  object: ComplexImage,
  { amplitude, tilt }: LightFit,
  sizePx: number,
): ComplexImage {
  return scaled(tilt === undefined ? object : turnedObject(object, tilt, sizePx), amplitude);
}

/** The object for the fitted probe, of one for the probe that was given. */
export function forFittedProbe(
  object: ComplexImage,
  { amplitude, tilt }: LightFit,
  sizePx: number,
): ComplexImage {
  return scaled(tilt === undefined ? object : turnedObject(object, opposite(tilt), sizePx), 1 / amplitude);
}

/** What a run with the fitted probe found, for the given one. A probe that was refined keeps the ramp: of a guess nobody knows whose
 * it is, and an object without shows what it is. */
export function forGiven<Found extends Pick<Problem, "probe"> & { readonly object: ComplexImage }>(
  found: Found,
  fit: LightFit,
  { given, run }: { readonly given: Problem; readonly run: Problem },
): Found {
  if (given === run) return found;
  const isRefined = found.probe.some((value, i) => value !== run.probe[i]);
  if (!isRefined) {
    return { ...found, object: forGivenProbe(found.object, fit, given.size), probe: given.probe.slice() };
  }
  const { amplitude } = fit;
  if (amplitude === 1) return found;
  return {
    ...found,
    object: scaled(found.object, amplitude),
    probe: found.probe.map((value) => value / amplitude),
  };
}

/** Light of the frames over that of the probe, where it is unlike; else 1, as where frames do not tell. Under a mask nobody knows
 * how much of it the sample scatters there: between none, and a share everywhere alike, the ratio is the nearest to 1. So a beam
 * stop, which hides the probe's own light, does not make it seem faint. */
function unlikeLight(problem: Problem, survey: FrameSurvey, [least, most]: AlikeLight): number {
  const { mask, size, probe, frames } = problem;
  const run = { problem, survey, training: Int32Array.from({ length: frames }, (_, j) => j) };
  const straight = measuredLight(problem);
  const open = measuredPixels(size, mask) / size ** 2;
  const scattered = (1 - scatteredShare) * straight + scatteredShare * open * powerOf(probe);
  const expected = Math.max(straight, scattered);
  const faintest = lightRatio(run, expected) ?? lightRatio(atSaturation(run), expected) ?? 1;
  if (faintest > most) return faintest;
  const brightest = lightRatio(run, Math.min(straight, scattered)) ?? 1;
  return brightest < least ? brightest : 1;
}

/** As if saturated pixels had just reached their level: no frame held less light. */
function atSaturation<Run extends Parameters<typeof lightRatio>[0]>(run: Run): Run {
  const { mask, size, saturationCounts = 0 } = run.problem;
  const measured = measuredPixels(size, mask);
  const { validPixels, frameCounts } = run.survey;
  const survey = {
    ...run.survey,
    validPixels: validPixels.map(() => measured),
    frameCounts: frameCounts.map((counts, j) => counts + (measured - validPixels[j]!) * saturationCounts),
  };
  return { ...run, survey };
}

function scaled(object: ComplexImage, factor: number): ComplexImage {
  return factor === 1 ? object : { ...object, data: object.data.map((value) => value * factor) };
}
