// A start probe as bright as the frames. Networks and plain gradient steps begin with an object of modulus 1, and a guess of the
// probe may be off by any power: a hundred times too faint, they ended below a flat object. Engines begin with an object as
// bright as the frames are instead [ENGINE-042, NN-015]; a product of probe and object cannot tell the two apart.

import type { Problem } from "../../engines/problem.ts";
import { lookAtFrames } from "../../engines/counts.ts";
import { startAmplitude } from "../../engines/start-object.ts";

/** Light of the frames over that of the probe, and its inverse, up to which the probe is taken as it is: samples absorb. */
const alikeLight = 3;

export interface AsBright<P extends Problem> {
  readonly problem: P;
  /** Modulus of the object that the frames ask of the given probe: what was found with the problem's probe is multiplied by it.
   * 1 where the probe was left. */
  readonly amplitude: number;
}

/** The problem, its probe scaled where its light is far from that of the frames.
 * @throws Contract for a value that is no count. */
export function asBright<P extends Problem>(problem: P): AsBright<P> {
  const { survey } = lookAtFrames(problem);
  const training = Int32Array.from({ length: problem.frames }, (_, j) => j);
  const amplitude = startAmplitude({ problem, training, ...survey });
  const light = amplitude ** 2;
  if (light <= alikeLight && light >= 1 / alikeLight) return { problem, amplitude: 1 };
  return { problem: { ...problem, probe: problem.probe.map((value) => value * amplitude) }, amplitude };
}

/** For a log. */
export function asBrightText(amplitude: number): string {
  return `the frames hold ${Number((amplitude ** 2).toPrecision(3))} times the light of the probe: the probe is scaled to it`;
}

/** The object for the probe that was given. */
export function forGivenProbe<Image extends { readonly data: Float32Array }>(
  object: Image,
  amplitude: number,
): Image {
  return amplitude === 1 ? object : { ...object, data: object.data.map((value) => value * amplitude) };
}
