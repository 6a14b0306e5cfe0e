// Constraints on the probe, in place: power, support, prior. complex64 [K, N, N], interleaved.
// Object and probe share one free scale factor and one free shift; fixing the probe's power at the calibrated dose makes
// the object's amplitude absolute, and keeps a noisy probe from exploding.

import type { ScanViews } from "../../compute/scan-memory.ts";

/** Σ_m Σ|P_m|². */
export function powerOf(probe: Float32Array): number {
  let power = 0;
  for (let i = 0; i < probe.length; i++) power += probe[i]! * probe[i]!;
  return power;
}

/** max over pixels of Σ_m|P_m|². */
export function peakOf(probe: Float32Array, pixels: number): number {
  let peak = 0;
  for (let i = 0; i < 2 * pixels; i += 2) {
    let power = 0;
    for (let p = i; p < probe.length; p += 2 * pixels) power += probe[p]! ** 2 + probe[p + 1]! ** 2;
    if (power > peak) peak = power;
  }
  return peak;
}

/** Scales the probe to the given power and the object by the inverse: exit waves are unchanged. */
export function restoreProbePower(
  { probe, object }: Pick<ScanViews, "probe" | "object">,
  power: number,
): void {
  const factor = Math.sqrt(power / powerOf(probe));
  for (let i = 0; i < probe.length; i++) probe[i] = probe[i]! * factor;
  for (let i = 0; i < object.length; i++) object[i] = object[i]! / factor;
}

/** Zero outside a disc around the window's centre. */
export function limitSupport(probe: Float32Array, size: number, radiusPx: number): void {
  for (let i = 0; i < probe.length / 2; i++) {
    const pixel = i % (size * size);
    const dx = (pixel % size) - size / 2;
    const dy = Math.floor(pixel / size) - size / 2;
    if (dx * dx + dy * dy <= radiusPx * radiusPx) continue;
    probe[2 * i] = 0;
    probe[2 * i + 1] = 0;
  }
}

/** Weight κ of a Gaussian prior on the probe, in the units of Σ|O|²: a frame tells a probe pixel with variance ¼ (shot
 * noise, whatever the dose), the start probe with `relativeError`² of its mean intensity. */
export function probePriorWeight(power: number, pixels: number, relativeError: number | null): number {
  return relativeError === null ? 0 : pixels / (4 * relativeError ** 2 * power);
}

/** P ← (frames·P + κ·P_start) / (frames + κ), in place. */
export function pullToStart(probe: Float32Array, start: Float32Array, frames: number, kappa: number): void {
  const share = kappa / (frames + kappa);
  for (let i = 0; i < probe.length; i++) probe[i] = probe[i]! + share * (start[i]! - probe[i]!);
}
