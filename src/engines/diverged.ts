// What can be done when an engine has lost its fields: the options that this engine has and this run has not used up, or the
// start probe, where its light is far from that of the frames.

import type { Engine } from "./engine.ts";
import { keysOf, type CommonOptions } from "./options.ts";
import type { ScanRun } from "./scan-run.ts";
import { startAmplitude } from "./start-object.ts";

/** Options that make a step shorter when they are made smaller, and those that do when made larger. */
const shorterBelow = ["objectStep", "probeStep", "positionStep", "friction", "overlapSteps", "relaxation"];
const shorterAbove = ["alpha", "beta", "overlapFloor", "damping"];
/** Amplitude of a flat object as bright as the frames, beyond which the start probe is the likelier fault. */
const plausible = [0.03, 10] as const;

export function divergedHint(engine: Engine, options: CommonOptions, run: ScanRun): string {
  const amplitude = startAmplitude(run);
  if (amplitude < plausible[0] || amplitude > plausible[1]) {
    return `The start probe has ${(1 / amplitude ** 2).toPrecision(2)} times the light of the frames: scale its amplitude by ${amplitude.toPrecision(2)}, so that Σ|P|² is the counts of a frame without the sample.`;
  }
  const has = new Set(keysOf(engine));
  const moves = (options.positionStartEpoch ?? null) !== null;
  const used = (name: string): boolean =>
    has.has(name) &&
    !(options.fixProbe && (name === "probeStep" || name === "beta")) &&
    (name !== "positionStep" || moves);
  const ways = [
    ...list("Lower", shorterBelow.filter(used)),
    ...list("Raise", shorterAbove.filter(used)),
    ...(options.fixProbe
      ? []
      : [
          ...(options.constrainProbePower ? [] : ["Keep the probe's power (constrainProbePower)"]),
          "Hold the probe fixed (fixProbe), or free it later (probeStartEpoch)",
        ]),
    ...(options.amplitudeMax === null ? ["Bound the object's amplitude (amplitudeMax)"] : []),
  ];
  return `${ways.join(". ")}.`;
}

function list(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${what} ${names.join(" or ")}`];
}
