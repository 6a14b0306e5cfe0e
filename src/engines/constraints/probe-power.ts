// Probe power constraint. Object and probe share one free scale factor; fixing the probe's power
// at the calibrated dose makes the object's amplitude absolute, and keeps a noisy probe from exploding.

/** Σ|P|² over all modes. Probe complex64, interleaved. */
export function probePower(probe: Float32Array): number {
  let power = 0;
  for (let i = 0; i < probe.length; i++) power += probe[i]! ** 2;
  return power;
}

/** Scales the probe to the given power and the object by the inverse, in place: exit waves are unchanged. */
export function restoreProbePower(probe: Float32Array, object: Float32Array, power: number): void {
  const factor = Math.sqrt(power / probePower(probe));
  for (let i = 0; i < probe.length; i++) probe[i] = probe[i]! * factor;
  for (let i = 0; i < object.length; i++) object[i] = object[i]! / factor;
}
