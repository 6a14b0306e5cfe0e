// A start probe that fits the light of the frames. Networks and plain gradient steps begin with an object of modulus 1 without a
// ramp; a guess of the probe may be off by any power (a hundred times too faint, they ended below a flat object), and a detector
// centre by pixels. Engines begin as bright as the frames are, and untilted, by themselves [ENGINE-042, ENGINE-066, NN-015]; a
// product of probe and object cannot tell the two apart.

import type { ComplexImage } from "../../array/ndarray.ts";
import { lookAtFrames } from "../../engines/counts.ts";
import type { Problem } from "../../engines/problem.ts";
import { startAmplitude } from "../../engines/start-object.ts";
import { opposite, tiltOf, tiltText, turnedObject, untilted, type Tilt } from "../../engines/tilt.ts";

/** Light of the frames over that of the probe, and its inverse, up to which the probe is taken as it is: samples absorb. */
const alikeLight = 3;

/** What the problem's probe has that the given one has not. */
export interface LightFit {
  /** Modulus of the object that the frames ask of the given probe: what was found with the problem's probe is multiplied by it.
   * 1 where the probe was left. */
  readonly amplitude: number;
  /** How far the frames lie beside the light of the given probe. */
  readonly tilt?: Tilt | undefined;
}

/** The problem, its probe scaled where its light is far from that of the frames, and turned to where they lie.
 * @throws Contract for a value that is no count. */
export function fittedLight<P extends Problem>(problem: P): { readonly problem: P; readonly fit: LightFit } {
  const { survey } = lookAtFrames(problem);
  const training = Int32Array.from({ length: problem.frames }, (_, j) => j);
  const amplitude = startAmplitude({ problem, training, survey });
  const light = amplitude ** 2;
  const isAlike = light <= alikeLight && light >= 1 / alikeLight;
  const bright = isAlike ? problem : { ...problem, probe: problem.probe.map((value) => value * amplitude) };
  const tilt = tiltOf(bright, survey);
  const fit: LightFit = { amplitude: isAlike ? 1 : amplitude, ...(tilt === undefined ? {} : { tilt }) };
  return { problem: tilt === undefined ? bright : untilted(bright, tilt), fit };
}

/** For a log, a sentence each. */
export function lightFitTexts({ amplitude, tilt }: LightFit): string[] {
  return [
    ...(amplitude === 1
      ? []
      : [
          `the frames hold ${Number((amplitude ** 2).toPrecision(3))} times the light of the probe: the probe is scaled to it`,
        ]),
    ...(tilt === undefined ? [] : [tiltText(tilt)]),
  ];
}

/** The object for the probe that was given, of one for the fitted probe. */
export function forGivenProbe(object: ComplexImage, fit: LightFit, sizePx: number): ComplexImage {
  const turned = fit.tilt === undefined ? object : turnedObject(object, fit.tilt, sizePx);
  return scaled(turned, fit.amplitude);
}

/** The object for the fitted probe, of one for the probe that was given. */
export function forFittedProbe(object: ComplexImage, fit: LightFit, sizePx: number): ComplexImage {
  const turned = fit.tilt === undefined ? object : turnedObject(object, opposite(fit.tilt), sizePx);
  return scaled(turned, 1 / fit.amplitude);
}

function scaled(object: ComplexImage, factor: number): ComplexImage {
  return factor === 1 ? object : { ...object, data: object.data.map((value) => value * factor) };
}
