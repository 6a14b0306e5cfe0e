// Probe power constraint. Object and probe share one free scale factor; fixing the probe's power
// at the calibrated dose makes the object's amplitude absolute, and keeps a noisy probe from exploding.

import { probePower } from "../../optics/probe.ts";

/** Scales the probe to the given power and the object by the inverse, in place: exit waves are unchanged. */
export function restoreProbePower(probe: Float32Array, object: Float32Array, power: number): void {
  const factor = Math.sqrt(power / probePower({ data: probe }));
  for (let i = 0; i < probe.length; i++) probe[i] = probe[i]! * factor;
  for (let i = 0; i < object.length; i++) object[i] = object[i]! / factor;
}
